"""More time in one phase: who may ask for whom, who decides, how much at most, what it runs into (R1): by two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from baoming.audit.actors import Party
from baoming.schedule.windows import Window
from baoming.shared.moments import moment
from baoming.shared.paths import within
from baoming.shared.text import has_address

LONGEST_REASON = 100  # characters; an announcement repeats it


class Scope(StrEnum):
    """For whom."""

    PERSON = "person"
    CLASS = "class"
    SITE = "site"
    COUNTY = "county"
    CITY = "city"


SCOPE_NAMES = {
    Scope.PERSON: "一名考生", Scope.CLASS: "一个班", Scope.SITE: "一个报名点", Scope.COUNTY: "一个县（市、区）",
    Scope.CITY: "一个市（州）",
}  # fmt: skip
# The office that sees the need asks; the one above decides. An area of its own an office decides by a second person.
ASKS = {
    Scope.PERSON: frozenset({Party.SITE}),
    Scope.CLASS: frozenset({Party.SITE}),
    Scope.SITE: frozenset({Party.COUNTY}),
    Scope.COUNTY: frozenset({Party.COUNTY, Party.PROVINCE}),
    Scope.CITY: frozenset({Party.PROVINCE}),
}
DECIDES = {
    Scope.PERSON: frozenset({Party.COUNTY}),
    Scope.CLASS: frozenset({Party.COUNTY}),
    Scope.SITE: frozenset({Party.COUNTY, Party.CITY}),
    Scope.COUNTY: frozenset({Party.CITY, Party.PROVINCE}),
    Scope.CITY: frozenset({Party.PROVINCE}),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `path`: of the area, or of the site of the person or class. `opens` None: when granted."""

    scope: Scope
    path: str
    phase: str
    opens: datetime | None
    closes: datetime | None
    reason: str
    class_name: str = ""
    subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another phase that begins or ends while the extended one still runs."""

    key: str
    at: datetime
    begins: bool


def may_ask(scope: Scope, party: Party, *, here: str, path: str) -> bool:
    """Whether an office (`party` at `here`) may ask for `scope` at `path`."""
    return party in ASKS[scope] and within(path, here)


def may_decide(scope: Scope, party: Party, *, here: str, path: str) -> bool:
    """Whether an office may decide what was asked for `scope` at `path`; who asked never does (`independent`)."""
    return party in DECIDES[scope] and within(path, here)


def latest(window: Window, days: int | None) -> datetime | None:
    """Return the last instant to which the phase may be extended; None for a phase that may not be."""
    return window.closes + timedelta(days=days) if window.closes and days else None


def problems(wanted: Wanted, window: Window | None, days: int | None, *, now: datetime) -> dict[str, str]:
    """Return what is wrong with the phase, its time and the reason, by field; `window` None: no such phase."""
    written = wanted.reason.strip()
    found = {}
    if not 1 <= len(written) <= LONGEST_REASON or not written.isprintable():
        found["reason"] = f"请用一句话写明为什么要延长，最多{LONGEST_REASON}个字"
    elif has_address(written):
        found["reason"] = "原因会写进公告，公告不放网址，请删去"
    last = latest(window, days) if window else None
    if window is None or window.closes is None or last is None:
        return found | {"phase": "请选择可以延长的环节"}
    if (wrong := _end(wanted.closes, window.closes, last, now)) is not None:
        return found | {"closes": wrong}
    if wanted.opens is not None and wanted.closes is not None and wanted.opens >= wanted.closes:
        found["opens"] = "开始的时间应在延长到的时间以前，批准以后马上开放的可以不填"
    return found


def _end(closes: datetime | None, before: datetime, last: datetime, now: datetime) -> str | None:
    if closes is None:
        return "请填写延长到什么时候"
    if closes <= before:
        return f"原来的截止时间是{moment(before)}，请填写比它晚的时间"
    if closes > last:
        return f"这个环节最多延长到{moment(last)}，请改早一些"
    return "延长到的时间已经过了，请改晚一些" if closes <= now else None


def conflicts(window: Window, others: Iterable[Window], *, until: datetime) -> list[Conflict]:
    """Return the phases that begin or end between the own end of `window` and `until`, in order of time.

    `others`: the windows as they span where the time is extended; the phase itself may be among them.
    """
    own = window.closes
    found = []
    for other in others:
        if own is None or other.key == window.key:
            continue
        if other.opens and own <= other.opens < until:
            found.append(Conflict(other.key, other.opens, begins=True))
        elif other.closes and own < other.closes <= until:
            found.append(Conflict(other.key, other.closes, begins=False))
    return sorted(found, key=lambda one: one.at)
