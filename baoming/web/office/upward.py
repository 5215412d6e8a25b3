"""上报批次: what a city has sent upward, and sending what can go; the province reads (R22).

Nothing that went up is taken back: `?send=` shows first who goes, and its button sends as many as were shown.
"""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from baoming.organizations.models import Organization
from baoming.reviews import upward_queries as upward
from baoming.reviews.models import SubmissionBatch
from baoming.reviews.services.upward import send_upward
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, area_or_404
from baoming.web.office.paging import paged

Category = SubmissionBatch.Category
_NAMED = 100  # people of the list before it goes up: the newest


@require_http_methods(["GET", "POST"])
@staff_may("see_upward")
def index(request: OfficeRequest) -> HttpResponse:
    """The batches; `batch`: one of them with its lines; `send`: who would go up. A POST sends, by a city alone."""
    if request.method == "POST":
        return _send(request)
    area = area_or_404(request)
    if request.GET.get("send"):
        return _before(request)
    return _one(request, area) if request.GET.get("batch") else _list(request, area)


def _send(request: OfficeRequest) -> HttpResponse:
    if not request.staff.may("send_upward"):
        raise Http404
    try:
        run = send_upward(
            request.season, _category(request), key=_key(request), shown=_shown(request), by=request.actor
        )
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"send": str(refusal)}
        return _list(request, area_or_404(request), errors)
    return redirect("office:classes_batch", run.pk)


def _before(request: OfficeRequest) -> HttpResponse:
    """Who would go up: how many, in which of the two categories, and the first of them by name."""
    if not request.staff.may("send_upward"):
        raise Http404
    season, path, wanted = request.season.pk, request.staff.path, request.GET["send"]
    if wanted not in Category.values:
        raise Http404
    counts = upward.count_pending(season, path)
    arts = wanted == Category.ARTS
    people, changes = (counts.arts, counts.arts_changes) if arts else (counts.people, counts.changes)
    if not people or upward.running(season, path) or (counts.arts and not arts):
        return redirect("office:upward")
    context = {
        "category": Category(wanted), "people": people, "changes": changes, "key": uuid4(),
        "rows": upward.newest_pending(season, path, wanted, limit=_NAMED),
    }  # fmt: skip
    return render(request, "office/upward_send.html", context)


def _shown(request: OfficeRequest) -> int:
    """Return how many the page has shown; nobody by a form that was sent without it."""
    text = request.POST.get("people", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _category(request: OfficeRequest) -> SubmissionBatch.Category:
    if request.POST.get("category") not in Category.values:
        raise Invalid({"send": "请选择上报艺术体育类，还是全部考生"})
    return Category(request.POST["category"])


def _key(request: OfficeRequest) -> UUID:
    """The form's own key: sent twice it is one batch."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Invalid({"send": "这一页已经过期，请重新打开再上报"}) from None


def _list(request: OfficeRequest, area: Area, errors: dict[str, str] | None = None) -> HttpResponse:
    season, sends = request.season.pk, request.staff.may("send_upward")
    rows = upward.sent_batches(season, area.path)
    page = paged(request, rows, rows.count(), area.address() or "?")
    cities = {one.path: one for one in Organization.objects.filter(level=Organization.Level.CITY).within(area.path)}
    context: dict[str, Any] = {
        "area": area, "above": [], "errors": errors or {}, "sends": sends,
        "pending": upward.count_pending(season, area.path) if sends else None,
        "running": upward.running(season, area.path) if sends else None,
        **page, "batches": [(one, cities.get(one.path)) for one in page["rows"]],
    }  # fmt: skip
    return render(request, "office/upward.html", context, status=422 if errors else 200)


def _one(request: OfficeRequest, area: Area) -> HttpResponse:
    asked = request.GET["batch"]
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
    batch = get_object_or_404(SubmissionBatch, season=request.season, path=area.path, number=number)
    lines = upward.lines_of(batch)
    changed = upward.changed(lines)
    many, only = changed.count(), request.GET.get("lines") == "changed"
    address = area.address(batch=str(number), lines="changed" if only else "all")
    rows = (changed if only else lines).select_related("registration__site")
    page = paged(request, rows, many if only else batch.count, address)
    tabs = [
        {"title": title, "count": count, "current": only == (key == "changed"),
         "href": area.address(batch=str(number), lines=key)}
        for key, title, count in (("all", "全部", batch.count), ("changed", "上报以后有变动", many))
    ]  # fmt: skip
    since = upward.since(page["rows"])
    context = {"area": area, "batch": batch, "tabs": tabs, "changed": only, **page,
               "lines": [(line, since.get(line.pk, "")) for line in page["rows"]]}  # fmt: skip
    return render(request, "office/upward_one.html", context)
