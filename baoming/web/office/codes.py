"""Further county codes, added by the province (R4)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.organizations.models import Organization
from baoming.organizations.queries import counties_by_city
from baoming.registrations.segment_queries import codes_in_use
from baoming.registrations.services.county_codes import add_code, drop_code
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import halfwidth
from baoming.web.access import OfficeRequest, staff_may


@require_http_methods(["GET", "POST"])
@staff_may("add_code")
def codes(request: OfficeRequest) -> HttpResponse:
    """Which county has how much of which code left; add one, or take one back that is not used."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = drop_code if request.POST.get("act") == "drop" else add_code
        try:
            code = halfwidth(request.POST.get("code", ""))
            act(request.season, _county(request), code=code, by=request.actor)
            return redirect("office:codes")
        except Refused as refusal:
            errors = refusal.fields if isinstance(refusal, Invalid) else {"code": str(refusal)}
    context = {
        "cities": counties_by_city(),
        "rows": codes_in_use(request.season.pk),
        "errors": errors,
        "typed": request.POST.dict(),
    }
    return render(request, "office/segments/codes.html", context, status=422 if errors else 200)


def _county(request: OfficeRequest) -> Organization:
    """Return the county that was chosen. Raises Invalid."""
    counties = Organization.objects.within(request.staff.path).filter(level=Organization.Level.COUNTY)
    found = counties.filter(code=request.POST.get("county", "")[:8]).first()
    if found is None:
        raise Invalid({"county": "请选择县（市、区）"})
    return found
