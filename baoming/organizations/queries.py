"""Reading the office tree."""

from uuid import UUID

from baoming.organizations.models import Organization, SiteSeason, Staff
from baoming.shared.paths import next_sibling


def staff_of(account_id: UUID) -> Staff | None:
    """Return the person behind a staff account, with their office."""
    return Staff.objects.select_related("office").filter(account=account_id).first()


def sites_of(season_id: int, path: str) -> list[tuple[Organization, SiteSeason | None]]:
    """Return the sites at or below an office with their state in the season: two queries."""
    states = {row.site_id: row for row in SiteSeason.objects.filter(
        season=season_id, site__path__gte=path, site__path__lt=next_sibling(path))}  # fmt: skip
    sites = Organization.objects.within(path).filter(level=Organization.Level.SITE).order_by("path")
    return [(site, states.get(site.pk)) for site in sites]
