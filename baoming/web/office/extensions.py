"""More time in a phase: asking for it, and deciding what others ask for; by two persons (R1)."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.audit.actors import Party
from baoming.organizations.models import Organization
from baoming.registrations.extension_queries import class_names, lines, person_of_number, requests_within, to_decide
from baoming.registrations.services import extensions
from baoming.schedule.extending import ASKS, LONGEST_REASON, Scope, Wanted, latest
from baoming.schedule.models import ExtensionRequest
from baoming.schedule.queries import calendar
from baoming.shared.errors import Invalid, Refused
from baoming.shared.moments import moment, typed_moment
from baoming.shared.paths import next_sibling
from baoming.web.access import OfficeRequest, staff_may

_FIELDS = ("phase", "whom", "number", "opens", "closes", "reason")
_ACTS = ("grant", "decline", "end")  # about a request that is there
_SHOWN = 100
_LEVELS = {Scope.SITE: "site", Scope.COUNTY: "county", Scope.CITY: "city"}


@require_http_methods(["GET", "POST"])
@staff_may("extend")
def index(request: OfficeRequest) -> HttpResponse:
    """What waits, what runs, what was; and a new request."""
    if request.method != "POST":
        return _page(request, {})
    typed = {name: request.POST.get(name, "") for name in _FIELDS}
    decides = request.POST.get("act") in _ACTS
    try:
        if decides:
            _decide(request, request.POST["act"])
        else:
            extensions.ask_extension(request.season, _wanted(request, typed), by=request.actor)
    except Refused as refusal:
        field = "decision" if decides else "whom"
        return _page(request, typed, refusal.fields if isinstance(refusal, Invalid) else {field: str(refusal)})
    return redirect("office:extensions")


def _decide(request: OfficeRequest, act: str) -> None:
    """Grant, decline, or ask for the end of, one request of the own area."""
    try:
        asked = requests_within(request.season.pk, request.staff.path).get(pk=UUID(request.POST.get("asked", "")))
    except (ValueError, ExtensionRequest.DoesNotExist) as gone:
        raise Http404 from gone
    try:
        if act == "end":
            extensions.ask_end(asked.pk, reason=request.POST.get("why", ""), by=request.actor)
        elif act == "grant":
            extensions.grant(asked.pk, by=request.actor)
        else:
            extensions.decline(asked.pk, by=request.actor)
    except Invalid as refusal:  # beside the list, not at the fields of a new request
        raise Refused(str(refusal)) from refusal


def _wanted(request: OfficeRequest, typed: dict[str, str]) -> Wanted:
    """Return what was typed; for whom is chosen among what the page offers. Raises Invalid."""
    whom = {value for _, group in _offered(request) for value, _ in group}
    if typed["whom"] not in whom:
        raise Invalid({"whom": "请选择给谁延长"})
    kind, _, name = typed["whom"].partition(":")
    scope, subject = Scope(kind), None
    if scope is Scope.PERSON:
        number = typed["number"].strip()
        known = number.isascii() and number.isdigit() and len(number) < 10
        subject = person_of_number(request.season.pk, int(number), request.staff.path) if known else None
        if subject is None:
            raise Invalid({"number": "本报名点没有这个报名序号，请核对后再填"})
    return Wanted(
        scope=scope,
        path=request.staff.path if scope in (Scope.PERSON, Scope.CLASS) else name,
        phase=typed["phase"],
        opens=typed_moment(typed["opens"], "opens"),
        closes=typed_moment(typed["closes"], "closes"),
        reason=typed["reason"],
        class_name=name if scope is Scope.CLASS else "",
        subject=subject,
    )


def _offered(request: OfficeRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return for whom this office may ask, in groups: a value is the scope and the path or class."""
    if request.actor.kind is Party.SITE:
        classes = class_names(request.season.pk, request.staff.path)
        person = [(f"{Scope.PERSON}:", "一名考生（填报名序号）")]
        return [("", person), ("班级", [(f"{Scope.CLASS}:{name}", name) for name in classes])]
    low = request.staff.path
    groups = []
    for scope, level in _LEVELS.items():
        if request.actor.kind in ASKS[scope]:
            rows = Organization.objects.filter(level=level, path__gte=low, path__lt=next_sibling(low)).order_by("path")
            title = str(Organization.Level(level).label)
            groups.append((title, [(f"{scope}:{row.path}", row.name) for row in rows]))
    return groups


def _page(request: OfficeRequest, typed: dict[str, str], errors: dict[str, str] | None = None) -> HttpResponse:
    season, now = request.season.pk, request.clock.now
    rows = requests_within(season, request.staff.path).order_by("-asked_at", "pk")
    state = ExtensionRequest.State
    running = rows.filter(state=state.GRANTED, ends=None, closes__gt=now)
    over = rows.exclude(state=state.ASKED).exclude(pk__in=running.values("pk"))
    phases = [(one, latest(one.window(), one.extension_days)) for one in calendar(season, request.clock.version)]
    shown = partial(lines, by=request.actor, clock=request.clock, limit=_SHOWN)
    context = {
        "waiting": shown(rows.filter(state=state.ASKED)),
        "running": shown(running),
        "over": shown(over),
        "offered": _offered(request),
        "at_site": request.actor.kind is Party.SITE,
        "phases": [
            (one.key, f"{one.name}（原到{moment(one.closes)}，最多到{moment(last)}）")
            for one, last in phases
            if one.closes and last and last > now
        ],
        "mine": to_decide(season, by=request.actor).count(),
        "typed": typed,
        "errors": errors or {},
        "longest": LONGEST_REASON,
    }
    return render(request, "office/extensions.html", context, status=422 if errors else 200)
