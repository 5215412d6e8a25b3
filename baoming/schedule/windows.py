"""When a phase is open: two instants, daily hours, closed days. All in Beijing time (R1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from baoming.shared.moments import BEIJING

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Window:
    """One phase's time. `opens` and `closes` are aware; the phase is open in [opens, closes)."""

    key: str
    opens: datetime | None
    closes: datetime | None
    day_from: time | None = None
    day_to: time | None = None
    closed_weekends: bool = False
    closed_days: frozenset[str] = frozenset()

    def is_open(self, now: datetime) -> bool:
        """Whether the phase is open at `now`: the closing instant itself is closed."""
        if self.opens is None or self.closes is None or not self.opens <= now < self.closes:
            return False
        local = now.astimezone(BEIJING)
        if self._closed_on(local.date()):
            return False
        from_, to = self.day_from or time.min, self.day_to
        return from_ <= local.time() and (to is None or local.time() < to)

    def is_over(self, now: datetime) -> bool:
        return self.closes is not None and now >= self.closes

    def next_opening(self, now: datetime) -> datetime | None:
        """Return the first instant at or after `now` when the phase is open; None when it never is again."""
        if self.opens is None or self.closes is None or now >= self.closes:
            return None
        if self.is_open(now):
            return now
        day = max(now, self.opens).astimezone(BEIJING).date()
        last = self.closes.astimezone(BEIJING).date()
        while day <= last:
            start = datetime.combine(day, self.day_from or time.min, BEIJING)
            for moment in (max(start, self.opens), max(start, self.opens, now)):
                if moment >= now and self.is_open(moment):
                    return moment
            day += timedelta(days=1)
        return None

    def _closed_on(self, day: date) -> bool:
        return (self.closed_weekends and day.weekday() >= _SATURDAY) or day.isoformat() in self.closed_days


@dataclass(frozen=True, slots=True)
class Extension:
    """A phase opened beyond its window, for one person or an area."""

    phase: str
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """How one phase stands for one person at one moment."""

    open: bool
    closes: datetime | None  # the end that counts for this person
    opens: datetime | None  # next opening, when it is not open
    over: bool
    resting: bool = False  # it has begun and goes on: a night, a weekend, a closed day


def phase_times(windows: Iterable[Window], extensions: Iterable[Extension], now: datetime) -> dict[str, PhaseTime]:
    """Return how every phase stands at `now`; a current extension opens its phase whatever the window says.

    Where several run, for the person and for their area, the one that closes last counts, in whatever
    order they come: nobody loses time by being given more.
    """
    current = [item for item in extensions if item.opens <= now < item.closes]
    running = {item.phase: item for item in sorted(current, key=lambda item: item.closes)}
    return {window.key: _phase_time(window, running.get(window.key), now) for window in windows}


def _phase_time(window: Window, extension: Extension | None, now: datetime) -> PhaseTime:
    if extension is not None:
        closes = max(extension.closes, window.closes) if window.is_open(now) and window.closes else extension.closes
        return PhaseTime(open=True, closes=closes, opens=None, over=False)
    if window.is_open(now):
        return PhaseTime(open=True, closes=window.closes, opens=None, over=False)
    again = window.next_opening(now)
    resting = again is not None and window.opens is not None and window.opens <= now
    return PhaseTime(open=False, closes=window.closes, opens=again, over=window.is_over(now), resting=resting)
