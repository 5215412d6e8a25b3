"""Reading the office tree."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from baoming.organizations.models import Organization, SiteSeason, Staff, StaffProposal
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept

CODE_BINDS = timedelta(days=14)  # whoever was shown an account's code may be the one who uses it


def county_of_code(code: str) -> Organization | None:
    """Return the county whose code is `code` (0102), None for any other text."""
    return Organization.objects.filter(level=Organization.Level.COUNTY, code=code).first()


def counties_by_city() -> list[tuple[str, list[Organization]]]:
    """Return each city's name with its counties, both in the order of their paths: one query."""
    rows = Organization.objects.filter(level=Organization.Level.COUNTY).select_related("parent").order_by("path")
    found: dict[str, list[Organization]] = {}
    for county in rows:
        found.setdefault(county.parent.name if county.parent else "", []).append(county)
    return list(found.items())


def sites_of(season_id: int, path: str) -> list[tuple[Organization, SiteSeason | None]]:
    """Return the sites at or below an office with their state in the season: two queries."""
    states = {row.site_id: row for row in _states(season_id, path, next_sibling(path))}
    return [(site, states.get(site.pk)) for site in sites_within(path)]


def sites_within(path: str) -> list[Organization]:
    """Return the sites at or below an office, in the order of their paths: one query."""
    return _sites(path, next_sibling(path))


@Kept
def _states(season_id: int, low: str, high: str) -> QuerySet[SiteSeason]:
    return SiteSeason.objects.filter(season=season_id, site__path__gte=low, site__path__lt=high)


@Kept
def _sites(low: str, high: str) -> QuerySet[Organization]:
    return Organization.objects.filter(level=Organization.Level.SITE, path__gte=low, path__lt=high).order_by("path")


def open_sites(season_id: int, path: str) -> list[Organization]:
    """Return the sites at or below an office that are open for intake, in the order of their paths: one query."""
    return _open_sites(season_id, path, next_sibling(path))


@Kept
def _open_sites(season_id: int, low: str, high: str) -> QuerySet[Organization]:
    sites = Organization.objects.filter(level=Organization.Level.SITE, path__gte=low, path__lt=high)
    return sites.filter(siteseason__season=season_id, siteseason__opened_at__isnull=False).order_by("path")


def site_of_code(text: str) -> Organization | None:
    """Return the site that is called `0103-01`: its county's code and its own; None for any other text."""
    county, _, own = text.partition("-")
    if not own:
        county, own = text[:4], text[4:]
    rows = Organization.objects.filter(level=Organization.Level.SITE, code=own[:8], parent__code=county[:8])
    return rows.select_related("parent").first()


def staff_now(account_id: str, path: str) -> Staff | None:
    """Return the staff of an account that still may sign in and still works in the office at `path`."""
    return (
        Staff.objects.filter(account__pk=account_id, account__is_active=True, path=path).first() if account_id else None
    )


def independent(first: str, second: str) -> bool:
    """Whether two accounts (their ids) are surely in the hands of two people, as an act by two needs (T5, T16).

    Not for two accounts of one person, nor where one was shown the other's code within `CODE_BINDS`, nor where a third
    was shown both codes. By the clock of the day, not the season's: accounts are older than a season.
    """
    return first != second and _hands(first).isdisjoint(_hands(second))


def _hands(account_id: str) -> set[str]:
    """Return the persons (`Staff.person`) who may be at work behind an account; the id itself for no staff's."""
    try:
        staff = Staff.objects.get(account=UUID(account_id))
    except (ValueError, Staff.DoesNotExist):
        return {account_id}
    fresh = staff.code_at is not None and staff.code_at > timezone.now() - CODE_BINDS
    return {staff.person, staff.code_by} if fresh else {staff.person}


def namesakes(staff: Staff) -> int:
    """Return how many others of the same role and name work in the same office."""
    others = Staff.objects.filter(office=staff.office_id, role=staff.role, name=staff.name, account__is_active=True)
    return others.exclude(pk=staff.pk).count()


def staff_below(path: str, *, levels: tuple[str, ...]) -> QuerySet[Staff]:
    """Return the accounts of offices of these levels at or below `path`, by office and name."""
    rows = Staff.objects.filter(path__gte=path, path__lt=next_sibling(path), office__level__in=levels)
    return rows.select_related("account", "office").order_by("path", "name", "pk")


def waiting_proposals(path: str) -> QuerySet[StaffProposal]:
    """Return what waits for a security administrator at or below `path`, oldest first."""
    rows = StaffProposal.objects.filter(path__gte=path, path__lt=next_sibling(path), decided_at=None)
    return rows.select_related("office", "by", "staff").order_by("at")


def offices_of(path: str, *, levels: tuple[str, ...]) -> QuerySet[Organization]:
    """Return the offices of these levels at or below `path`, in the order of their paths."""
    rows = Organization.objects.filter(path__gte=path, path__lt=next_sibling(path), level__in=levels)
    return rows.order_by("path")


def is_opened(season_id: int, site_id: UUID) -> bool:
    """Whether the county has opened this site for the season."""
    return SiteSeason.objects.filter(season=season_id, site=site_id, opened_at__isnull=False).exists()
