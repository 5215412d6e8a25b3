"""Reading number segments: who has which, what is left, what was voided (R4)."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from baoming.organizations.models import Organization
from baoming.organizations.queries import sites_of
from baoming.registrations.models import CountyCode, NumberSegment, VoidedNumber
from baoming.registrations.segments import Allotted, SiteNeed, Span, code_span
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept, kept_one
from baoming.vault.services import keys


def segments(season_id: int, path: str) -> list[NumberSegment]:
    """Return the number segments of an office's sites, by first number."""
    return _segments(season_id, path, next_sibling(path))


@Kept
def _segments(season_id: int, low: str, high: str) -> QuerySet[NumberSegment]:
    rows = NumberSegment.objects.filter(season=season_id, site__path__gte=low, site__path__lt=high)
    return rows.select_related("site").order_by("first")


def allotted(row: NumberSegment) -> Allotted:
    """Return a segment as the rules see it."""
    return Allotted(row.first, row.next, row.last, stopped=row.stopped_at is not None)


def county_codes(season_id: int, county: Organization) -> list[str]:
    """Return a county's 4-digit codes: its own first, then those that the province added."""
    further = CountyCode.objects.filter(season=season_id, county=county).order_by("id")
    return [county.code, *further.values_list("code", flat=True)]


def code_spans(season_id: int, county: Organization) -> list[Span]:
    """Return the numbers of a county's codes, in the order of `county_codes`."""
    return [code_span(code) for code in county_codes(season_id, county)]


def void_counts(season_id: int, path: str) -> dict[int, int]:
    """Return how many numbers of each segment of an office's sites were voided, by the segment's key."""
    return dict(_void_counts(season_id, path, next_sibling(path)))


@Kept
def _void_counts(season_id: int, low: str, high: str) -> "QuerySet[VoidedNumber, tuple[int, int]]":
    rows = VoidedNumber.objects.filter(season=season_id, path__gte=low, path__lt=high)
    return rows.values_list("segment").annotate(count=Count("pk"))


def voided_numbers(season_id: int, path: str) -> QuerySet[VoidedNumber]:
    """Return the void list of an office's sites, by number."""
    rows = VoidedNumber.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path))
    return rows.select_related("site").order_by("number")


def void_context(void_id: int) -> str:
    """Return the place the sealed reason of one voided number is bound to."""
    return f"registrations_voidednumber.reason_sealed.{void_id}"


def void_reason(row: VoidedNumber) -> str:
    """Open why a number was voided: it tells whose card was read, and of what."""
    if not row.reason_sealed:
        return ""
    return keys().unseal(row.reason_sealed, context=void_context(row.pk)).decode()


def needs_of(season_id: int, county: Organization) -> list[SiteNeed]:
    """Return a county's sites as the proposal sees them, in the order of their codes."""
    rows, voids = segments(season_id, county.path), void_counts(season_id, county.path)
    return [
        SiteNeed(
            key=str(site.pk),
            heads=state.expected if state else 0,
            voided=sum(voids.get(row.pk, 0) for row in rows if row.site_id == site.pk),
            segments=tuple(allotted(row) for row in rows if row.site_id == site.pk),
        )
        for site, state in sites_of(season_id, county.path)
    ]


def division_mark(season_id: int, county: Organization) -> str:
    """Return a mark of how a county's numbers are divided and what its sites expect; issuing does not change it."""
    rows = [(row.pk, row.site_id, row.first, row.last, row.stopped_at) for row in segments(season_id, county.path)]
    heads = [(site.pk, state.expected if state else 0) for site, state in sites_of(season_id, county.path)]
    return sha256(repr((county_codes(season_id, county), rows, heads)).encode()).hexdigest()[:16]


@kept_one
def next_number(season_id: int, site_id: UUID) -> "QuerySet[NumberSegment, int]":
    """Return the number that would be issued next: shown on the desk, promised to nobody."""
    rows = NumberSegment.objects.filter(season=season_id, site=site_id, next__lte=F("last"), stopped_at=None)
    return rows.order_by("first").values_list("next", flat=True)[:1]


@dataclass(frozen=True, slots=True)
class CodeUse:
    """How far one code of one county is given to sites and issued. `added`: by the province, in this season."""

    county: Organization
    code: str
    given: int
    issued: int
    added: CountyCode | None


def codes_in_use(season_id: int) -> list[CodeUse]:
    """Return every code of which a site has numbers, and every code added: three queries."""
    grouped = NumberSegment.objects.filter(season=season_id).annotate(code=F("first") / 10_000).values("code")
    sums = grouped.annotate(given=Sum(F("last") - F("first") + 1), out=Sum(F("next") - F("first")))
    used = {f"{row['code']:04d}": (row["given"], row["out"]) for row in sums}
    added = {row.code: row for row in CountyCode.objects.filter(season=season_id).select_related("county")}
    counties = Organization.objects.filter(level=Organization.Level.COUNTY).order_by("path")
    found = []
    for county in counties:
        own = [county.code, *(code for code, row in added.items() if row.county_id == county.pk)]
        found += [
            CodeUse(county, code, *used.get(code, (0, 0)), added.get(code))
            for code in own
            if code in used or code in added
        ]
    return found
