"""How an office's numbers are divided, as its pages show it: use of each site, the map of each code, what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from baoming.audit.models import Event
from baoming.audit.queries import acts_on
from baoming.organizations.models import Organization, SiteSeason
from baoming.organizations.queries import sites_of
from baoming.registrations.models import NumberSegment
from baoming.registrations.segment_queries import allotted, segments, void_counts, voided_numbers
from baoming.registrations.segments import Span, Use, code_span, free_spans, minutes_left, use_of
from baoming.shared.moments import BEIJING, stamp
from baoming.shared.text import serial
from baoming.web.access import OfficeRequest
from baoming.web.office.words import SEGMENT_VERBS, VERBS

TONES = {0: "", 80: "wait", 95: "problem"}
_LETTER = 1.05  # per cent of the map's width that a letter of a name takes, on a school's PC


@dataclass(frozen=True, slots=True)
class SiteNumbers:
    """One site with its segments."""

    site: Organization
    heads: int
    segments: tuple[NumberSegment, ...]
    use: Use
    voided: int
    today: int
    minutes: int | None  # until the rest is used up, at today's speed

    @property
    def tone(self) -> str:
        return TONES[self.use.level]

    @property
    def next(self) -> int | None:
        """Return the number that would be issued next."""
        return next((one.next for one in self.segments if one.left and one.stopped_at is None), None)

    @property
    def stopped(self) -> bool:
        return any(one.stopped_at for one in self.segments)

    @property
    def warning(self) -> str:
        """Return the sentence of a site in alarm, "" for any other."""
        if not self.use.level:
            return ""
        left = f"只剩{self.use.left}个号" if self.use.left else "的号已经用完"
        return f"{self.site.name}{left}{_lasts(self.minutes)}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the map, in per cent of it. `filled`: how much of it is issued."""

    x: float
    width: float
    filled: float
    label: str
    title: str
    tone: str
    site: Organization | None  # None: reserve


@dataclass(frozen=True, slots=True)
class CodeMap:
    """All numbers of one code, from the first to the last."""

    code: str
    pieces: tuple[Piece, ...]
    given: int
    spare: int
    issued: int
    voided: int


def site_numbers(request: OfficeRequest, path: str) -> list[SiteNumbers]:
    """Return the sites of a county, or one site, with their numbers, in the order of their codes: four queries."""
    season = request.season.pk
    rows, voids = segments(season, path), void_counts(season, path)
    return [_site(site, state, rows, voids, request.clock.now) for site, state in sites_of(season, path)]


def _site(
    site: Organization, state: SiteSeason | None, rows: Sequence[NumberSegment], voids: dict[int, int], now: datetime
) -> SiteNumbers:
    own = tuple(row for row in rows if row.site_id == site.pk)
    use, today = use_of(map(allotted, own)), [row for row in own if _issued_today(row, now)]
    count = sum(row.next - (row.day_first or row.next) for row in today)
    began = min((row.day_began for row in today if row.day_began), default=now)
    return SiteNumbers(
        site=site,
        heads=state.expected if state else 0,
        segments=own,
        use=use,
        voided=sum(voids.get(row.pk, 0) for row in own),
        today=count,
        minutes=minutes_left(use.left, issued=count, began=began, now=now),
    )


def _issued_today(row: NumberSegment, now: datetime) -> bool:
    """Whether the row's day is today; a demo's clock may have gone back behind it."""
    began = row.day_began
    return began is not None and began <= now and began.astimezone(BEIJING).date() == now.astimezone(BEIJING).date()


def total(sites: Iterable[SiteNumbers]) -> Use:
    """Return the use of all sites together."""
    return use_of(allotted(row) for one in sites for row in one.segments)


def code_map(code: str, sites: Sequence[SiteNumbers]) -> CodeMap:
    """Return the map of one code. Numbers of other codes are not on it."""
    whole = code_span(code)
    found = [(one, row) for one in sites for row in one.segments if whole.first <= row.first <= whole.last]
    spare = free_spans([whole], [Span(row.first, row.last) for _, row in found])
    pieces = [_piece(whole, one, row) for one, row in found] + [_spare(whole, span) for span in spare]
    return CodeMap(
        code=code,
        pieces=tuple(sorted(pieces, key=lambda piece: piece.x)),
        given=sum(row.total for _, row in found),
        spare=sum(span.count for span in spare),
        issued=sum(row.issued for _, row in found),
        voided=sum(one.voided for one in {one.site.pk: one for one, _ in found}.values()),
    )


def _piece(whole: Span, one: SiteNumbers, row: NumberSegment) -> Piece:
    width = 100 * row.total / whole.count
    said = f"{one.site.name}　{tail(row.first)}—{tail(row.last)}，已发{row.issued}，剩余{row.left}"
    return Piece(
        x=round(100 * (row.first - whole.first) / whole.count, 3),
        width=round(width, 3),
        filled=round(100 * row.issued / row.total, 2),
        label=_short(one.site.name, width),
        title=said + ("，已停发" if row.stopped_at else ""),
        tone=one.tone,
        site=one.site,
    )


def _spare(whole: Span, span: Span) -> Piece:
    width = 100 * span.count / whole.count
    said = f"备用 {tail(span.first)}—{tail(span.last)}"
    label = said if width > len(said) * _LETTER * 0.7 else _short("备用", width)
    x = round(100 * (span.first - whole.first) / whole.count, 3)
    return Piece(x, round(width, 3), 0.0, label, f"{said}，{span.count}个", "free", None)


def _short(name: str, width: float) -> str:
    """Return as much of a site's name as fits; one letter says nothing."""
    name = name.removesuffix("报名点")
    fits = int(width / _LETTER - 0.8)
    return name[:fits] if fits > 1 else ""


def tail(number: int) -> str:
    """Return the serial of a number within its code."""
    return serial(number)[4:]


def changes(request: OfficeRequest, path: str, *, limit: int) -> list[dict[str, str]]:
    """Return what happened to the numbers and sites of a county or a site, newest first, in words."""
    season = request.season.pk
    names = {site.pk: site.name for site in Organization.objects.within(path)}
    voided = voided_numbers(season, path).order_by("-id")[:limit]
    # Whoever moved on to another county may have had a number voided there too: that one is not told here.
    own = {serial(row.number) for row in voided}
    events = acts_on([*names, *(row.registration_id for row in voided)], [*SEGMENT_VERBS, "void_number"], limit=limit)
    told = [event for event in events if event.verb != "void_number" or event.details["number"] in own]
    return [_line(event, names.get(event.subject, "") if event.subject else "") for event in told]


def _line(event: Event, name: str) -> dict[str, str]:
    details = {**event.details, "count": _count(event.details)}
    if event.verb == "void_number":
        title = f"{VERBS[event.verb]}{details['number']}"
    else:
        title = name + SEGMENT_VERBS[event.verb].format(**details)
    alarm = event.verb == "segment_alarm"
    said = title if alarm else f"{title}，{event.actor_label}"
    tone = "problem" if alarm and details["percent"] == 95 else ""
    return {"time": stamp(event.at), "title": said, "sub": "", "tone": tone}


def _count(details: dict[str, str]) -> int:
    return int(details["last"]) - int(details["first"]) + 1 if "first" in details else 0


def _lasts(minutes: int | None) -> str:
    """How long the rest lasts, in words; "" where nothing can be said."""
    if minutes is None:
        return ""
    return f"，按今天的速度约{minutes}分钟用完" if minutes <= 180 else f"，按今天的速度约{round(minutes / 60)}小时用完"
