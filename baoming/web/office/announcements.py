"""Announcements of the province and the counties: write, look at it, publish, withdraw."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from baoming.audit.actors import Party
from baoming.messages.announcements import Notice, checked
from baoming.messages.models import Announcement
from baoming.messages.services import publish, withdraw
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may

_SHOWN = 50
_FIELDS = ("title", "text", "opens", "closes")


@require_http_methods(["GET", "POST"])
@staff_may("announce")
def index(request: OfficeRequest) -> HttpResponse:
    """What was announced, and a new one: first its preview, then the publishing of just that."""
    if request.method != "POST":
        return _page(request, {})
    typed = {name: request.POST.get(name, "") for name in _FIELDS}
    try:
        notice = checked(typed, now=request.clock.now)
    except Invalid as refusal:
        return _page(request, typed, errors=refusal.fields)
    if request.POST.get("act") != "publish":
        return _page(request, typed, preview=notice)
    publish(request.season, notice, key=_key(request), office=request.staff.office.name, by=request.actor)
    return redirect("office:announcements")


@require_POST
@staff_may("announce")
def take_back(request: OfficeRequest, announcement_id: UUID) -> HttpResponse:
    theirs = Announcement.objects.filter(season=request.season).within(request.staff.path)
    found = get_object_or_404(theirs, pk=announcement_id)
    withdraw(found.pk, by=request.actor)
    return redirect("office:announcements")


def _page(
    request: OfficeRequest,
    typed: dict[str, str],
    *,
    preview: Notice | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    rows = Announcement.objects.filter(season=request.season).within(request.staff.path)
    whole = request.actor.kind is Party.PROVINCE
    context = {
        "rows": rows.order_by("-opens", "pk")[:_SHOWN],
        "readers": "全省考生都看得到" if whole else "本县（市、区）的考生看得到",
        "typed": typed,
        "preview": preview,
        "key": _key(request),
        "errors": errors or {},
    }
    return render(request, "office/announcements.html", context, status=422 if errors else 200)


def _key(request: OfficeRequest) -> UUID:
    """Return the key that the page carries, so that a button pressed twice publishes once."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
