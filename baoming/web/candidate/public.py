"""What anybody may see: the season with its calendar, announcements, and where the registration sites are (R1, R4)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.messages.announcements import paragraphs
from baoming.messages.models import Announcement
from baoming.messages.queries import announcements as announced
from baoming.organizations.queries import counties_by_city, county_of_code, sites_of
from baoming.registrations.document_queries import accepted_documents
from baoming.registrations.document_queries import no_card as words_without_card
from baoming.registrations.services.sheet_checks import check_sheet
from baoming.schedule.models import Phase
from baoming.schedule.queries import calendar
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import BEIJING, day, short
from baoming.web.access import CandidateRequest
from baoming.web.candidate.area import county_of, keep_county, path_of, times_for
from baoming.web.cookies import keep

_COUNTED_DOWN = timedelta(hours=48)  # ux.md rule 22
_ON_HOME = 3  # announcements on the first page
_MOST = 50  # in the list


@require_safe
def home(request: CandidateRequest) -> HttpResponse:
    """Season, what is open now and for how long, and the whole timetable in the order of its dates."""
    now = request.clock.now
    times = times_for(request)
    all_phases = calendar(request.season.pk, request.clock.version)
    phases = [(phase, times[phase.key]) for phase in all_phases if phase.opens]
    phases.sort(key=lambda both: both[1].begins or now)
    context = {
        "authority": request.season.authority,
        "sign_up": times["sign_up"],
        "hours": next((_hours(phase) for phase in all_phases if phase.key == "sign_up"), ""),
        "announcements": _readable(request)[: _ON_HOME + 1],
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
    if county is not None:
        request.__dict__["_county"] = county
    context = {
        "cities": counties_by_city(),
        "code": code,
        "county": county,
        "sites": sites_of(request.season.pk, county.path) if county else [],
    }
    response = render(request, "candidate/sites.html", context)
    if county is not None:
        keep_county(response, county)
    return response


@require_safe
def no_card(request: CandidateRequest) -> HttpResponse:
    """What to do first without a second-generation card, and how one registers with another document (R24, R25)."""
    words = words_without_card(request.season)
    if words is None:  # a season that was loaded before there were any
        raise Http404
    times = times_for(request)
    context = {"words": words, "others": accepted_documents(request.season), "intake": times["intake"]}
    return render(request, "candidate/no_card.html", context)


@require_safe
def announcements(request: CandidateRequest) -> HttpResponse:
    """What was announced in the province, the county, and at the reader's site, newest first.

    Whoever is not signed in reads what concerns single sites of the county: one of them may be theirs.
    """
    county = county_of(request)
    below = county is not None and getattr(request, "registration", None) is None
    area = county.name.removesuffix("招生办") if county else ""
    context = {"rows": _readable(request, below=below)[:_MOST], "area": area}
    return render(request, "candidate/announcements.html", context)


@require_safe
def announcement(request: CandidateRequest, announcement_id: UUID) -> HttpResponse:
    """One announcement, whole. A link that was passed on opens whoever's county it is of; a withdrawn one is gone."""
    row = get_object_or_404(Announcement, pk=announcement_id, season=request.season, withdrawn_at=None)
    if row.opens > request.clock.now or (row.closes is not None and row.closes <= request.clock.now):
        raise Http404
    return render(request, "candidate/announcement.html", {"row": row, "paragraphs": paragraphs(row.text)})


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
    """Switch 长辈版 on or off, on the first page or among the settings."""
    response = redirect("candidate:tasks" if request.POST.get("back") == "tasks" else "candidate:home")
    keep(response, "care", "1" if request.POST.get("care") == "1" else "")
    return response


def _readable(request: CandidateRequest, *, below: bool = False) -> QuerySet[Announcement]:
    """Return the announcements for this reader: of the province, of their county and site if these are known."""
    return announced(request.season.pk, now=request.clock.now, path=path_of(request), below=below)


def _hours(phase: Phase) -> str:
    """Return the daily hours in words: `每天7:00—22:00，周末不办理`."""
    parts = []
    if phase.day_from and phase.day_to:
        hours = (f"{one.hour}:{one.minute:02d}" for one in (phase.day_from, phase.day_to))
        parts.append(f"每天{'—'.join(hours)}")
    if phase.closed_weekends:
        parts.append("周末不办理")
    return "，".join(parts)


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
