"""核查: who goes out to registers and what came back, by kind and county; exports are asked for, approved and fetched.

One address: `?export=` shows one export of this office, a POST does one act (R24–R27, R34).
"""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from baoming.checks.files import ENCODING_NAMES, Encoding
from baoming.checks.kinds import Kind
from baoming.checks.models import CheckBatch
from baoming.checks.queries import (
    COUNTY,
    Standing,
    checks_of,
    export_of,
    exports_of,
    standings,
)
from baoming.checks.services.exports import LONGEST_REASON, approve_export, ask_export, decline_export, fetch_file
from baoming.organizations.models import Organization
from baoming.shared.errors import Invalid, Refused
from baoming.shared.paths import within
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, area_or_404
from baoming.web.office.paging import paged

Level = Organization.Level
_BELOW = {Level.PROVINCE: (Level.CITY, 6), Level.CITY: (Level.COUNTY, COUNTY), Level.COUNTY: (Level.COUNTY, COUNTY)}
_FIELDS = ("kind", "area", "again", "encoding", "reason")


@require_http_methods(["GET", "POST"])
@staff_may("see_checks")
def index(request: OfficeRequest) -> HttpResponse:
    """How each kind stands below the chosen office, and this office's exports."""
    if request.method == "POST":
        return _act(request)
    return _one(request) if request.GET.get("export") else _list(request)


def _act(request: OfficeRequest) -> HttpResponse:
    """Ask for an export, approve or decline it, fetch one of its files; a refusal stands on the page."""
    if not request.staff.may("export_check"):
        raise Http404
    word, batch = request.POST.get("act", "ask"), None
    if word != "ask":
        batch = _export(request, request.POST.get("export", ""))
    try:
        if batch is None:
            batch = _ask(request)
        elif word == "fetch":
            return _file(request, batch)
        else:
            _decide(request, word, batch)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"act": str(refusal)}
        return _one(request, batch, errors) if batch else _list(request, errors)
    return redirect(f"{reverse('office:checks')}?export={batch.pk}")


def _ask(request: OfficeRequest) -> CheckBatch:
    sent = request.POST
    try:
        key = UUID(sent.get("key", ""))
    except ValueError:
        raise Invalid({"act": "这一页已经过期，请重新打开再申请"}) from None
    return ask_export(
        request.season, sent.get("kind", ""), area=sent.get("area", "")[:24], again=sent.get("again") == "yes",
        encoding=sent.get("encoding", ""), reason=sent.get("reason", ""), key=key, by=request.actor,
    )  # fmt: skip


def _decide(request: OfficeRequest, word: str, batch: CheckBatch) -> None:
    if word not in ("approve", "decline"):
        raise Http404
    (approve_export if word == "approve" else decline_export)(batch.pk, by=request.actor)


def _file(request: OfficeRequest, batch: CheckBatch) -> HttpResponse:
    part = request.POST.get("part", "")
    file = batch.files.filter(part=int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 0).first()
    if file is None:
        raise Http404
    found, content = fetch_file(file.pk, by=request.actor)
    charset = "utf-8" if batch.encoding == Encoding.UTF8 else batch.encoding
    response = HttpResponse(content, content_type=f"text/csv; charset={charset}")
    response["Content-Disposition"] = f'attachment; filename="check-{batch.kind}-{found.part}.csv"'
    return response


def _export(request: OfficeRequest, text: str) -> CheckBatch:
    try:
        batch = export_of(UUID(text), request.season.pk, request.staff.path)
    except ValueError:
        raise Http404 from None
    if batch is None:
        raise Http404
    batch.season = request.season
    return batch


def _list(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    area, season = area_or_404(request), request.season
    checks, exports = checks_of(season), request.staff.may("export_check")
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in checks.kinds else next(iter(checks.kinds))
    below, level = _BELOW[Level(area.office.level)]
    found = standings(season, area.path, level=level, now=request.clock.now)
    rows = exports_of(season.pk, request.staff.path)
    page = paged(request, rows, rows.count() if exports else 0, area.address(kind=kind))
    context: dict[str, Any] = {
        "area": area, "above": [], "errors": errors or {}, "exports": exports, "key": uuid4(), "kinds": checks.kinds,
        "kind_options": [(one.key, one.title) for one in checks.kinds.values()],
        "kind": checks.kinds[kind], "tabs": _tabs(area, checks.kinds, kind, found), "places": _places(area, below),
        "found": {place: one for (key, place), one in found.items() if key == kind}, "zero": Standing(),
        "days": checks.days, "longest": LONGEST_REASON, "encodings": list(ENCODING_NAMES.items()),
        "areas": _areas(request), "sent": {name: request.POST.get(name, "")[:200] for name in _FIELDS}, **page,
        "by_county": below == Level.COUNTY,
        "at_county": request.staff.office.level == Level.COUNTY,
    }  # fmt: skip
    return render(request, "office/checks/index.html", context, status=422 if errors else 200)


def _tabs(
    area: Area, kinds: dict[str, Kind] | Any, kind: str, found: dict[tuple[str, str], Standing]
) -> list[dict[str, Any]]:
    """A tab for each kind, with how many findings are open."""
    return [
        {"title": one.title, "count": sum(standing.open for (of, _), standing in found.items() if of == key),
         "current": key == kind, "href": area.address(kind=key)}
        for key, one in kinds.items()
    ]  # fmt: skip


def _places(area: Area, level: Organization.Level) -> list[Organization]:
    """The offices whose figures stand in a line each: those below, of a county the county itself."""
    return list(Organization.objects.within(area.office.path).filter(level=level).order_by("path"))


def _areas(request: OfficeRequest) -> list[tuple[str, str]]:
    """What may be exported at once: all of the own area, or one of the offices below."""
    own = request.staff.office
    rows = Organization.objects.within(own.path).filter(level__in=[Level.CITY, Level.COUNTY]).order_by("path")
    names = {row.path: row.name for row in rows}
    city = 6
    below = [
        (path, f"{names.get(path[:city], '')}{name}" if len(path) > city and own.level == Level.PROVINCE else name)
        for path, name in names.items()
        if path != own.path
    ]
    return [(own.path, f"{own.name}全部"), *below]


def _one(
    request: OfficeRequest, batch: CheckBatch | None = None, errors: dict[str, str] | None = None
) -> HttpResponse:  # fmt: skip
    if not request.staff.may("export_check"):
        raise Http404
    batch = batch or _export(request, request.GET.get("export", ""))
    checks = checks_of(request.season)
    place = Organization.objects.filter(path=batch.area).first() if within(batch.area, request.staff.path) else None
    context = {
        "batch": batch, "kind": checks.kinds.get(batch.kind), "errors": errors or {}, "place": place,
        "files": list(batch.files.order_by("part")), "days": checks.days, "own": batch.asked_by == request.actor.id,
    }  # fmt: skip
    return render(request, "office/checks/export.html", context, status=422 if errors else 200)
