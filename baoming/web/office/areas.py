"""Which part of the own area a list shows: chosen by codes in the address, found inside the own area only."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404

from baoming.organizations.models import Organization
from baoming.organizations.queries import sites_within
from baoming.web.access import OfficeRequest

Level = Organization.Level


@dataclass(frozen=True)
class Site:
    """One site to choose from."""

    id: UUID
    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Area:
    """The office whose people are shown; `chosen`: its codes, for the address. `unknown`: what was asked in vain."""

    office: Organization
    chosen: dict[str, str]
    site: Site | None = None
    unknown: str = ""

    @property
    def path(self) -> str:
        return self.site.path if self.site else self.office.path

    @property
    def is_listed(self) -> bool:
        """Whether its people are listed and counted: above a county one is chosen first (docs/decisions/0013)."""
        return self.office.level not in _ABOVE_COUNTY

    @property
    def is_single(self) -> bool:
        """Whether its people are of one site: they are told apart by class."""
        return self.site is not None or not self.sites

    def address(self, **more: str) -> str:
        """Return the end of an address that chooses this area, and more."""
        asked = {**self.chosen, **more}
        return f"?{urlencode(asked)}" if asked else ""

    @cached_property
    def sites(self) -> list[Site]:
        """The sites of a county; empty for any other office."""
        if self.office.level != Level.COUNTY:
            return []
        return [Site(row.pk, row.code, row.name, row.path) for row in sites_within(self.office.path)]


def area_of(request: OfficeRequest) -> Area:
    """Return what the address chooses; a code that names nothing here leaves the whole area, and is said."""
    area = _office_of(request)
    if area.unknown or not request.GET.get("site") or area.office.level != Level.COUNTY:
        return area
    site = next((site for site in area.sites if site.code == request.GET["site"]), None)
    if site is None:
        return Area(area.office, area.chosen, unknown="报名点")
    return Area(area.office, {**area.chosen, "site": site.code}, site=site)


def area_or_404(request: OfficeRequest) -> Area:
    """Return what the address chooses; 404 for a code that names nothing here."""
    return _known(area_of(request))


def office_or_404(request: OfficeRequest) -> Area:
    """As `area_or_404`, of a page that chooses the city and the county so, and whatever lies below in its own way."""
    return _known(_office_of(request))


def _known(area: Area) -> Area:
    if area.unknown:
        raise Http404
    return area


def _office_of(request: OfficeRequest) -> Area:
    office, asked = request.staff.office, request.GET
    chosen: dict[str, str] = {}
    for key, level, above in (("city", Level.CITY, (Level.PROVINCE,)), ("county", Level.COUNTY, _ABOVE_COUNTY)):
        if asked.get(key) and office.level in above:
            rows = Organization.objects.within(office.path).filter(level=level, code=asked[key][:8])
            if (found := rows.first()) is None:
                return Area(office, chosen, unknown=_SAID[key])
            office = found
            chosen = {key: found.code}
    return Area(office, chosen)


_ABOVE_COUNTY = (Level.PROVINCE, Level.CITY)
_SAID = {"city": "市（州）", "county": "县（市、区）"}
