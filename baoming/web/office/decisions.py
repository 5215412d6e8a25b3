"""Acts of deciding: eligibility, its undo, another site, stopping a registration (R5, R22)."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from baoming.organizations.models import Organization
from baoming.organizations.queries import site_of_code
from baoming.registrations.models import Registration
from baoming.reviews import services as reviews
from baoming.seasons.queries import data
from baoming.shared.text import halfwidth
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.story import acted


def judge(request: OfficeRequest, registration: Registration) -> None:
    """Pass or return the file, as the button said. Raises Refused."""
    act, note = request.POST.get("act"), request.POST.get("note", "")
    if act == "return":
        reviews.return_eligibility(
            registration.pk, reason=request.POST.get("reason", ""), note=note, by=request.actor, shown=_shown(request)
        )
    else:
        rules = data(request.season, "eligibility")["rules"]
        checks = [rule["key"] for rule in rules if request.POST.get(rule["key"]) == "yes"]
        reviews.pass_eligibility(registration.pk, checks=checks, by=request.actor, note=note)


@require_POST
@staff_may("review_eligibility")
def decide(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Pass or return from the candidate's page: the site, after the number too."""
    return acted(request, registration_id, lambda registration: judge(request, registration), field="eligibility")


@require_POST
@staff_may("undo_decision")
def undo(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Undo the newest decision of a kind, with a reason."""

    def act(registration: Registration) -> None:
        kind, pk, reason = request.POST.get("kind"), _whole(request, "decision"), request.POST.get("undo_reason", "")
        if kind == "transfer":
            reviews.undo_transfer(registration.pk, transfer_id=pk, reason=reason, by=request.actor)
        elif kind == "withdrawal":
            reviews.undo_withdrawal(registration.pk, reason=reason, by=request.actor)
        else:
            reviews.undo_review(registration.pk, review_id=pk, reason=reason, by=request.actor)

    return acted(request, registration_id, act, field="undo_reason")


@require_POST
@staff_may("open_review")
def review_time(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Open intake again for this one person."""

    def act(registration: Registration) -> None:
        hours, reason = _whole(request, "hours"), request.POST.get("open_reason", "")
        reviews.open_review(registration.pk, hours=hours, reason=reason, by=request.actor)

    return acted(request, registration_id, act, field="open_reason")


@require_POST
@staff_may("transfer")
def transfer(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Move the file to another site of the county, or ask another county to take it."""

    def act(registration: Registration) -> None:
        reviews.transfer(
            registration.pk, to=_target(request, registration), reason=request.POST.get("transfer", ""),
            note=request.POST.get("transfer_note", ""), by=request.actor, shown=_shown(request),
        )  # fmt: skip

    return acted(request, registration_id, act, field="site")


def _target(request: OfficeRequest, registration: Registration) -> Organization | None:
    """Return the site chosen from the county's list, or named by its code: of any county."""
    code = halfwidth(request.POST.get("site_code", ""))
    if code:
        return site_of_code(code)
    sites = Organization.objects.within(request.staff.path).filter(level=Organization.Level.SITE)
    return next((site for site in sites if str(site.pk) == request.POST.get("site")), None)


def _shown(request: OfficeRequest) -> list[str] | None:
    """Return the steps that the page said would fall; None where it said nothing."""
    return request.POST["falls"].split() if "falls" in request.POST else None


def _whole(request: OfficeRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
