"""Signing in, signing out, and the first page of the day."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.accounts.models import Account
from baoming.accounts.services.sign_in import LastTry, check
from baoming.accounts.services.telling import tell_last_try, tell_sign_out
from baoming.organizations.queries import sites_of
from baoming.registrations.queries import count_disputes
from baoming.registrations.worklists import tabs_of
from baoming.schedule.queries import calendar, phase_times
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.addresses import client_address
from baoming.web.devices import device_of
from baoming.web.office.areas import Area
from baoming.web.office.division import SiteNumbers, site_numbers
from baoming.web.office.progress import counts_here
from baoming.web.office.second_step import enter
from baoming.web.office.waiting import (
    cases_waiting,
    exports_waiting,
    extensions_waiting,
    pairs_waiting,
    photos_waiting,
    proposals,
    waits_for,
)
from baoming.web.sessions import is_turned_away, left, told_once

_SENTENCE = "账号或密码不一致，请核对后再试"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password; a wrong pair shows the page again with one sentence for both."""
    if request.method != "POST":
        ended = is_turned_away(request)
        response = render(request, "office/sign_in.html", {"errors": {}, "handle": "", "ended": ended})
        return told_once(request, response) if ended else response
    handle = request.POST.get("handle", "").strip()
    try:
        account = check(
            handle,
            request.POST.get("password", ""),
            kind=Account.Kind.STAFF,
            device=device_of(request),
            address=client_address(request),
            sentence=_SENTENCE,
        )
    except Refused as refusal:
        if isinstance(refusal, LastTry):
            _tell(request, refusal)
        return render(
            request,
            "office/sign_in.html",
            {"errors": {"password": str(refusal)}, "handle": handle},
            status=422,
        )
    return enter(request, account)


@require_POST
def sign_out(request: OfficeRequest) -> HttpResponse:
    if own := request.staff or request.held:
        tell_sign_out(by=own.actor, subject=own.account_id, path=own.path, device=device_of(request))
    logout(request)
    return left(redirect("office:sign_in"))


def _tell(request: HttpRequest, refusal: LastTry) -> None:
    staff = refusal.account and refusal.account.staff
    subject, path = (staff.account_id, staff.path) if staff else (None, "")
    tell_last_try(refusal, subject=subject, path=path, device=device_of(request))


@require_safe
@staff_may("see_calendar")
def today(request: OfficeRequest) -> HttpResponse:
    """What is open, and how many wait for what."""
    staff, season = request.staff, request.season
    may_see = staff.may("see_candidates")
    counts = counts_here(request) if may_see else None
    context = {
        "phases": calendar(season.pk, request.clock.version),
        "times": phase_times(season.pk, path=staff.path, clock=request.clock),
        "tabs": [(tab, counts.under(tab)) for tab in tabs_of(request.actor.kind)] if counts else [],
        "sites": sites_of(season.pk, staff.path),
        "party": staff.actor.kind,
        "frozen": count_disputes(season.pk, staff.path) if staff.may("release_dispute") else 0,
        "waits": waits_for(request),
        "cases": cases_waiting(request),
        "photos": photos_waiting(request),
        "proposals": proposals(request),
        "extensions": extensions_waiting(request),
        "exports": exports_waiting(request),
        "pairs": pairs_waiting(request),
        "alarms": _alarms(request),
    }
    return render(request, "office/today.html", context)


def _alarms(request: OfficeRequest) -> list[SiteNumbers]:
    """The sites whose numbers run out, told to themselves and to their county."""
    staff = request.staff
    if not (staff.may("see_segments") and Area(staff.office, {}).is_listed):
        return []
    return [one for one in site_numbers(request, staff.path) if one.warning]
