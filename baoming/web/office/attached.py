"""What candidates handed in beside the form: the household booklet to be checked, and what was declared (R13)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baoming.audit.services import record
from baoming.forms.attached import Declaring
from baoming.registrations import attached_queries as attached
from baoming.registrations.attached_queries import HOUSEHOLD_TABS, booklet_of, declaring_of, pictures_of
from baoming.registrations.form_queries import form_of, newest_version, values_of
from baoming.registrations.journey import with_booklet_at_site
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services.household import check_booklet, match_original, shown
from baoming.schedule.queries import phase_times
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import jpeg
from baoming.web.office.areas import Area, area_or_404
from baoming.web.office.paging import paged
from baoming.web.office.progress import Column, choose
from baoming.web.office.scope import one

_SAVED: Column = ("已保存", lambda counted: counted.past("form"))
_BOOKLETS: tuple[Column, ...] = (_SAVED, ("待核对", lambda counted: counted.booklets))
_DECLARED: tuple[Column, ...] = (_SAVED, ("已申报", lambda counted: counted.declared))
_FIELDS = ("household", "address")  # what the booklet is held against


@require_safe
@staff_may("see_candidates")
def households(request: OfficeRequest) -> HttpResponse:
    """A county's or a site's household booklets by state, with counts; above the county, one is chosen."""
    area = area_or_404(request)
    booklet_of(request.season)
    if not area.is_listed:
        return choose(request, area, "户口簿", _BOOKLETS, above=_above(area))
    return _households(request, area)


def _households(request: OfficeRequest, area: Area) -> HttpResponse:
    asked = request.GET.get("tab", "waiting")
    tab = {"none": ""}.get(asked, asked if asked in HOUSEHOLD_TABS else "waiting")
    counts = attached.household_counts(request.season.pk, area.path)
    rows = attached.household_rows(request.season.pk, area.path, tab, by_class=area.is_single)
    tabs = [
        {"title": title, "count": counts[key], "current": key == tab, "href": area.address(tab=key or "none"),
         "tone": "problem" if key == "returned" and counts[key] else ""}
        for key, title in HOUSEHOLD_TABS.items()
    ]  # fmt: skip
    context = {"area": area, "above": _above(area), "tabs": tabs, "tab": tab, "until": _until(request, area.path),
               **paged(request, rows, counts[tab], area.address(tab=tab or "none"))}  # fmt: skip
    return render(request, "office/households.html", context)


def _until(request: OfficeRequest, path: str, person: UUID | None = None) -> datetime | None:
    """Until when sites here can check a booklet, or that of one person; None when they cannot now."""
    times = phase_times(request.season.pk, path=path, subject=person, clock=request.clock)
    time = with_booklet_at_site(times)["household"]
    return time.closes if time.open else None


@require_http_methods(["GET", "POST"])
@staff_may("check_household")
def household(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The booklet beside the address that was chosen and that of the card; the site says 相符 or gives it back."""
    registration = one(request, registration_id)
    booklet_of(request.season)
    if request.method != "POST":
        return _household(request, registration)
    act, version = request.POST.get("act"), request.POST.get("version", "")
    try:
        if act == "original":
            match_original(registration.pk, version=version, by=request.actor)
        else:
            check_booklet(
                registration.pk, matched=act == "match", reason=request.POST.get("reason", ""),
                seen=request.POST.get("seen", ""), version=version, by=request.actor,
            )  # fmt: skip
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"act": str(refusal)}
        return _household(request, one(request, registration_id), errors)
    return redirect("office:households")


def _household(
    request: OfficeRequest, registration: Registration, errors: dict[str, str] | None = None
) -> HttpResponse:
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    booklet, pictures = booklet_of(request.season), pictures_of(registration)
    form, values = form_of(request.season), values_of(newest_version(registration))
    fields = [field for field in form.fields if field.key in _FIELDS]
    context = {
        "registration": registration, "booklet": booklet, "pictures": pictures, "errors": errors or {},
        "facts": [{"label": field.label, "value": form.shown(field, values) or "（未填）"} for field in fields]
        + [{"label": "身份证住址", "value": document_of(registration).address or "（没有）"}],
        "seen": shown(pictures, booklet.pages), "check": attached.newest_check(registration),
        "state": registration.household_state, "said": registration.get_household_state_display(),
        "until": _until(request, registration.path, registration.pk),
    }  # fmt: skip
    return render(request, "office/household.html", context, status=422 if errors else 200)


@require_safe
@staff_may("see_case_papers")
def evidence(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One picture of a paper, for staff of the area; each look is an event. Cities and above: those of cases only."""
    registration = one(request, registration_id)
    picture = attached.picture_named(registration, request.GET.get("of", ""), by=request.actor.kind)
    if picture is not None and not (attached.is_of_case(picture) or request.staff.may("see_evidence")):
        raise Http404
    if picture is None:
        raise Refused("考生还没有上传这张照片")
    content = attached.picture_bytes(picture)
    record("see_evidence", by=request.actor, subject=registration.pk, path=registration.path)
    return jpeg(content)


@require_safe
@staff_may("see_candidates")
def declarations(request: OfficeRequest) -> HttpResponse:
    """Who of a county or a site declares what, with counts; above the county, one is chosen."""
    area = area_or_404(request)
    declaring = declaring_of(request.season)
    if not area.is_listed:
        return choose(request, area, "优惠加分和专项计划申报", _DECLARED, above=_above(area))
    return _declarations(request, area, declaring)


def _declarations(request: OfficeRequest, area: Area, declaring: Declaring) -> HttpResponse:
    kinds = declaring.kinds
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in kinds else ""
    counts = attached.declared_counts(request.season.pk, area.path, list(kinds))
    rows = attached.declared_rows(request.season.pk, area.path, kind, by_class=area.is_single)
    labels = {"": "全部"} | {one.key: one.label for one in kinds.values()}
    tabs = [
        {"title": label, "count": counts[key], "current": key == kind, "href": area.address(kind=key)}
        for key, label in labels.items()
    ]
    nothing = attached.declaring_nothing(request.season.pk, area.path) if area.is_single else 0
    context = {
        "area": area, "above": _above(area), "tabs": tabs, "kind": kind, "nothing": nothing, "declaring": declaring,
        **paged(request, rows, counts[kind], area.address(kind=kind)),
    }  # fmt: skip
    return render(request, "office/declarations.html", context)


def _above(area: Area) -> list[tuple[str, str]]:
    return [(reverse("office:candidates") + area.address(), "考生")]
