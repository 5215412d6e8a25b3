"""Moving the clock of a demo season, the control that a real season does not have; and pausing the candidates' acts."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.continuity.services import pause_season, resume_season
from baoming.schedule.queries import calendar, phase_times
from baoming.schedule.services import go_to_phase
from baoming.shared.errors import Invalid, Refused
from baoming.shared.moments import typed_moment
from baoming.web.access import OfficeRequest, staff_may


@require_http_methods(["GET", "POST"])
@staff_may("set_clock")
def clock(request: OfficeRequest) -> HttpResponse:
    """The phases with a button each; absent from a real season."""
    if request.season.is_real:
        raise Http404
    phases = calendar(request.season.pk, request.clock.version)
    if request.method == "POST":
        if request.POST.get("phase") not in {phase.key for phase in phases}:
            raise Refused("请选择要去的阶段")
        go_to_phase(request.season, request.POST["phase"], by=request.actor)
        return redirect("office:clock")
    times = phase_times(request.season.pk, path=request.staff.path, clock=request.clock)
    return render(request, "office/clock.html", {"phases": phases, "times": times})


@require_http_methods(["GET", "POST"])
@staff_may("pause")
def pause(request: OfficeRequest) -> HttpResponse:
    """The switch: pause with a reason candidates can read, or go on."""
    typed = {name: request.POST.get(name, "") for name in ("reason", "until", "extends")}
    if request.method != "POST":
        return _pause_page(request, typed, {})
    if request.POST.get("act") == "resume":
        resume_season(request.season.pk, by=request.actor)
        return redirect("office:pause")
    try:
        until = typed_moment(typed["until"], "until")
        extends = typed["extends"] == "yes"
        pause_season(request.season.pk, reason=typed["reason"], until=until, extends=extends, by=request.actor)
    except Refused as refusal:
        return _pause_page(request, typed, refusal.fields if isinstance(refusal, Invalid) else {"reason": str(refusal)})
    return redirect("office:pause")


def _pause_page(request: OfficeRequest, typed: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    context = {"pause": request.season, "typed": typed, "errors": errors}
    return render(request, "office/pause.html", context, status=422 if errors else 200)
