"""When a phase is open: two instants, daily hours, closed days. All in Beijing time (R1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    over: bool  # its window is over, whatever is still to come by an extension
    resting: bool = False  # it has begun and goes on: a night, a weekend, a closed day
    begins: datetime | None = None  # the first time that it is or was open to this person


def phase_times(windows: Iterable[Window], extensions: Iterable[Extension], now: datetime) -> dict[str, PhaseTime]:
    """Return how every phase stands at `now`; a current extension opens its phase whatever the window says.

    Where several run, for the person and for their area, the one that closes last counts, in whatever
    order they come: nobody loses time by being given more. Extensions that have run out are taken as well:
    they tell when the phase ended for this person.
    """
    granted: dict[str, list[Extension]] = {}
    for item in extensions:
        granted.setdefault(item.phase, []).append(item)
    return {window.key: _phase_time(window, granted.get(window.key, ()), now) for window in windows}


def spanned(window: Window, extensions: Iterable[Extension]) -> Window:
    """Return the window from the first to the last moment that it is open where these extensions hold."""
    own = [item for item in extensions if item.phase == window.key]
    opens = [moment for moment in (window.opens, *(item.opens for item in own)) if moment]
    closes = [moment for moment in (window.closes, *(item.closes for item in own)) if moment]
    return replace(window, opens=min(opens, default=None), closes=max(closes, default=None))


def _phase_time(window: Window, extensions: Sequence[Extension], now: datetime) -> PhaseTime:
    whole = spanned(window, extensions) if extensions else window
    running = [item.closes for item in extensions if item.opens <= now < item.closes]
    if window.is_open(now) and window.closes:
        running.append(window.closes)
    if running:
        closes = _joined(max(running), extensions)
        return PhaseTime(open=True, closes=closes, opens=None, over=False, begins=whole.opens)
    openings = [window.next_opening(now), *(item.opens for item in extensions if item.opens > now)]
    again = min((moment for moment in openings if moment), default=None)
    return PhaseTime(
        open=False,
        closes=whole.closes,
        opens=again,
        over=window.is_over(now),
        resting=again is not None and whole.opens is not None and whole.opens <= now,
        begins=whole.opens,
    )


def _joined(end: datetime, extensions: Sequence[Extension]) -> datetime:
    """Return the end, moved by every extension that goes on from it without a gap."""
    for item in sorted(extensions, key=lambda item: item.opens):
        if item.opens <= end < item.closes:
            end = item.closes
    return end
