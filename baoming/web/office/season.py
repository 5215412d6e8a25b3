"""Moving the clock of a demo season: the control that a real season does not have."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.schedule.queries import calendar, phase_times
from baoming.schedule.services import go_to_phase
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
            raise Http404
        go_to_phase(request.season, request.POST["phase"], by=request.actor)
        return redirect("office:clock")
    times = phase_times(request.season.pk, path=request.staff.path, clock=request.clock)
    return render(request, "office/clock.html", {"phases": phases, "times": times})
