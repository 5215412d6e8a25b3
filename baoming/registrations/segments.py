"""How a county's numbers are divided among its sites (R4): reserve, proposal, use, alarms, speed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

SERIALS = 9_999  # numbers of one 4-digit county code
RESERVE = 3  # per cent on top of the heads expected, unless the county says otherwise
LEVELS = (80, 95)  # per cent of a site's numbers at which it is warned
_GROWTH = 10  # per cent more than came, once as many came as were expected
_FEWEST, _SHORTEST = 5, 10  # numbers issued, and minutes since the first: less foretells nothing


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Registration numbers `first`..`last`, both among them."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Allotted:
    """A segment that a site has: `first`..`last`, issued up to `next` - 1."""

    first: int
    next: int
    last: int
    stopped: bool = False

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Use:
    """How far a site's numbers are used.

    `held`: what lies in stopped segments and cannot be issued now. `stopped`: no segment is going on.
    """

    total: int
    issued: int
    left: int
    held: int
    stopped: bool = False

    @property
    def percent(self) -> float:
        """Of what is issued or can be issued."""
        at_hand = self.issued + self.left
        return 100 * self.issued / at_hand if at_hand else 0.0

    @property
    def level(self) -> int:
        """Return the alarm that stands: 0, 80 or 95. A site that is stopped altogether has none."""
        if not self.issued or self.stopped:
            return 0
        return max((level for level in LEVELS if 100 * self.issued >= level * (self.issued + self.left)), default=0)


@dataclass(frozen=True, slots=True)
class SiteNeed:
    """A site as the proposal sees it."""

    key: str
    heads: int
    voided: int = 0
    segments: Sequence[Allotted] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What one site gets on top of what it has. `missing`: what no code has room for."""

    key: str
    wanted: int
    has: int
    added: tuple[Span, ...]

    @property
    def count(self) -> int:
        return sum(span.count for span in self.added)

    @property
    def missing(self) -> int:
        return self.wanted - self.has - self.count


@dataclass(frozen=True, slots=True)
class Proposal:
    """A division by head counts: only sites that lack numbers are in it."""

    rows: tuple[Added, ...]
    wanted: int  # by all sites together, those that lack nothing among them

    @property
    def short(self) -> int:
        """How many numbers the county's codes lack."""
        return sum(row.missing for row in self.rows)


def code_span(code: str) -> Span:
    """Return all numbers of a 4-digit county code: 0102 has 01020001 to 01029999."""
    first = int(code) * 10_000 + 1
    return Span(first, first + SERIALS - 1)


def free_spans(codes: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what of `codes` is in no segment, in order: the reserve."""
    found, segments = [], sorted(taken)
    for code in codes:
        first = code.first
        for one in segments:
            if code.first <= one.first <= code.last:
                if first < one.first:
                    found.append(Span(first, one.first - 1))
                first = one.last + 1
        if first <= code.last:
            found.append(Span(first, code.last))
    return found


def target(heads: int, *, used: int, voided: int, reserve: int) -> int:
    """Return how many numbers a site should have: heads up to tens, `reserve` per cent up to tens, and its voids.

    Once as many have come as were expected, the estimate is what came and a tenth more.
    """
    came = used - voided
    heads = heads if came < heads else -(-came * (100 + _GROWTH) // 100)
    return _tens(heads) + _tens(-(-heads * reserve // 100)) + voided if heads else voided


def propose(sites: Sequence[SiteNeed], codes: Sequence[Span], *, reserve: int = RESERVE) -> Proposal:
    """Return a division of the reserve by head counts. What a site has stays as it is.

    First who can grow where its numbers end, then the others in their order, each with one range from the
    lowest place that holds it; in pieces, the longest first, only where none does. A site that lacks no more
    than half of its reserve gets nothing: a segment of ten numbers would only make the map hard to read.
    """
    free = free_spans(codes, (one.span for site in sites for one in site.segments))
    plans = [_Plan(site, reserve) for site in sites]
    lacking = [plan for plan in plans if plan.lacks > plan.spared]
    for plan in lacking:
        for one in plan.site.segments:
            if not one.stopped and plan.lacks and (span := beside(one.last, plan.lacks, free)):
                plan.take(span, free)
    for plan in lacking:
        while plan.lacks and free:
            longest = max(free, key=lambda one: one.count)
            plan.take(room_for(plan.lacks, free) or longest, free)
    rows = tuple(Added(plan.site.key, plan.wanted, plan.has, tuple(plan.added)) for plan in lacking)
    return Proposal(rows, wanted=sum(plan.wanted for plan in plans))


@dataclass(slots=True)
class _Plan:
    """What one site has, should have, and has been given so far."""

    site: SiteNeed
    reserve: int
    added: list[Span] = field(default_factory=list)

    @property
    def has(self) -> int:
        use = use_of(self.site.segments)
        return use.issued + use.left

    @property
    def wanted(self) -> int:
        issued = use_of(self.site.segments).issued
        return target(self.site.heads, used=issued, voided=self.site.voided, reserve=self.reserve)

    @property
    def spared(self) -> int:
        """How much a site that has numbers may lack before it is given more."""
        return _tens(-(-self.site.heads * self.reserve // 100)) // 2 if self.site.segments else 0

    @property
    def lacks(self) -> int:
        return max(self.wanted - self.has - sum(span.count for span in self.added), 0)

    def take(self, span: Span, free: list[Span]) -> None:
        """Give `span` to the site, out of the one of `free` in which it lies."""
        self.added.append(span)
        free[:] = free_spans(free, [span])


def room_for(count: int, free: Sequence[Span]) -> Span | None:
    """Return the lowest place where `count` numbers fit in one piece."""
    first = next((one.first for one in free if one.count >= count), None)
    return Span(first, first + count - 1) if first is not None else None


def beside(last: int, count: int, free: Iterable[Span]) -> Span | None:
    """Return the `count` numbers after `last` if all are free."""
    return next((Span(one.first, last + count) for one in free if one.first == last + 1 and one.count >= count), None)


def clash(span: Span, others: Iterable[Span]) -> Span | None:
    """Return the first of `others` that shares a number with `span`."""
    return next((one for one in others if one.first <= span.last and span.first <= one.last), None)


def use_of(segments: Iterable[Allotted]) -> Use:
    """Return the use of all segments of one site together."""
    total = issued = left = held = stopped = 0
    found = list(segments)
    for one in found:
        stopped += one.stopped
        rest = one.last - one.next + 1
        total, issued = total + one.last - one.first + 1, issued + one.next - one.first
        left, held = (left, held + rest) if one.stopped else (left + rest, held)
    return Use(total, issued, left, held, stopped=0 < stopped == len(found))


def alarm_numbers(segments: Sequence[Allotted]) -> list[tuple[int | None, int | None]]:
    """Return for each of a site's segments, in order of `first`, the numbers whose issue reaches 80 and 95 per cent.

    They are issued in this order, so both are known until a segment changes: issuing only compares.
    """
    use = use_of(segments)
    ahead = [_ahead(level, use) for level in LEVELS]
    found = []
    for one in segments:
        rest = 0 if one.stopped else one.last - one.next + 1
        low, high = (one.next + steps - 1 if 0 < steps <= rest else None for steps in ahead)
        found.append((low, high))
        ahead = [steps - rest for steps in ahead]
    return found


def _ahead(level: int, use: Use) -> int:
    """Return how many more numbers reach `level`; 0 or less when it is reached."""
    return -(-level * (use.issued + use.left) // 100) - use.issued


def minutes_left(left: int, *, issued: int, began: datetime, now: datetime) -> int | None:
    """Return how long `left` numbers last at the speed of today's `issued` since `began`; None says nothing."""
    minutes = (now - began).total_seconds() / 60
    if not left or issued < _FEWEST or minutes < _SHORTEST:
        return None
    return max(round(left * minutes / issued), 1)


def _tens(count: int) -> int:
    return -(-count // 10) * 10
