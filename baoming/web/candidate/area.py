"""Where the reader of a page is at home: from the own registration, or from the county they last looked up."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from baoming.organizations.models import Organization
from baoming.organizations.queries import county_of_code
from baoming.schedule.queries import phase_times
from baoming.schedule.windows import PhaseTime
from baoming.web.access import CandidateRequest
from baoming.web.cookies import keep, kept

_COOKIE = "county"
_OPEN_TO_ALL = ("home", "sites", "no_card", "announcements", "announcement", "sign_in", "claim", "help", "install")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str
    phone: str


def county_of(request: HttpRequest) -> Organization | None:
    """Return the county of the person signed in, else the one this browser looked up last; asked once a request."""
    if not hasattr(request, "_county"):
        registration = getattr(request, "registration", None)
        county = registration.site.parent if registration else county_of_code(kept(request, _COOKIE)[:8])
        request.__dict__["_county"] = county
    found: Organization | None = request.__dict__["_county"]
    return found


def path_of(request: CandidateRequest) -> str:
    """Return the area whose times and announcements are the reader's: own site, county looked up, or the province."""
    registration = getattr(request, "registration", None)
    if registration is not None:
        return str(registration.path)
    county = county_of(request)
    return county.path if county else f"{request.season.province}/"


def times_for(request: CandidateRequest) -> dict[str, PhaseTime]:
    """Return how every phase stands for the reader of a public page: for themselves, or in their area."""
    registration = getattr(request, "registration", None)
    subject = registration.pk if registration is not None else None
    return phase_times(request.season.pk, path=path_of(request), subject=subject, clock=request.clock)


def keep_county(response: HttpResponse, county: Organization) -> None:
    """Remember the county that was looked up: its telephone stands on every public page from now on."""
    keep(response, _COOKIE, county.code)


def hotlines(request: HttpRequest) -> list[Contact]:
    """Return the telephones at a page's foot: the own site's, and on public pages the county's too."""
    registration = getattr(request, "registration", None)
    found = [Contact(registration.site.name, registration.site.phone)] if registration else []
    public = request.resolver_match is not None and request.resolver_match.url_name in _OPEN_TO_ALL
    county = county_of(request) if public else None
    return [*found, Contact(county.name, county.phone)] if county and county.phone else found
