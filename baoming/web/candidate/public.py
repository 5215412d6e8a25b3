"""What anybody may see: the season with its calendar, and where the registration sites are (R1, R4)."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.organizations.queries import counties_by_city, county_of_code, sites_of
from baoming.registrations.services.sheet_checks import check_sheet
from baoming.schedule.models import Phase
from baoming.schedule.queries import calendar, phase_times
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import BEIJING, day, short
from baoming.web.access import CandidateRequest

_YEAR = 365 * 24 * 3600
_COUNTED_DOWN = timedelta(hours=48)  # ux.md rule 22


@require_safe
def home(request: CandidateRequest) -> HttpResponse:
    """Season, what is open now and for how long, and the whole timetable in the order of its dates."""
    now = request.clock.now
    times = phase_times(request.season.pk, clock=request.clock)
    phases = [(phase, times[phase.key]) for phase in calendar(request.season.pk, request.clock.version) if phase.opens]
    phases.sort(key=lambda both: both[0].opens or now)
    context = {
        "authority": request.season.authority,
        "sign_up": times["sign_up"],
        "left": _left(times["sign_up"], now),
        "phases": [_line(phase, time, now) for phase, time in phases],
        "samples": any(phase.sample for phase, _ in phases),
    }
    return render(request, "candidate/home.html", context)


@require_safe
def sites(request: CandidateRequest) -> HttpResponse:
    """The registration sites of one county, with address and telephone."""
    code = request.GET.get("county", "")[:8]
    county = county_of_code(code)
    context = {
        "cities": counties_by_city(),
        "code": code,
        "county": county,
        "sites": sites_of(request.season.pk, county.path) if county else [],
    }
    return render(request, "candidate/sites.html", context)


@require_safe
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a printed sheet counts, for whoever reads its code; the code's signature stands in for signing in."""
    checked = check_sheet(code)
    status = 200 if checked.found else 422
    return render(
        request, "candidate/sheet.html", {"paper": checked.paper.value, "found": checked.found}, status=status
    )


@require_POST
def care(request: HttpRequest) -> HttpResponse:
    """Switch 长辈版 on or off."""
    response = redirect("candidate:home")
    response.set_cookie(
        "care", "1" if request.POST.get("care") == "1" else "", max_age=_YEAR, httponly=True, samesite="Lax"
    )
    return response


def _left(time: PhaseTime, now: datetime) -> tuple[int, int] | None:
    """Return hours and minutes until the phase closes, in its last 48 hours only."""
    if not time.open or time.closes is None or time.closes - now > _COUNTED_DOWN:
        return None
    minutes = int((time.closes - now).total_seconds()) // 60
    return minutes // 60, minutes % 60


def _line(phase: Phase, time: PhaseTime, now: datetime) -> dict[str, str]:
    """One phase of the timetable in words; another year's dates carry it."""
    if time.open and time.closes:
        return {"name": phase.name, "when": f"{_date(time.closes, now)}止", "state": "todo"}
    if time.opens:
        return {"name": phase.name, "when": f"{_date(time.opens, now)}起", "state": "later"}
    return {"name": phase.name, "when": "已结束", "state": "done"}


def _date(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(BEIJING)
    return short(moment) if local.year == now.astimezone(BEIJING).year else day(local.date())
