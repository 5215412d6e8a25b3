"""The registration form: page by page with a draft kept, checked, saved with the save password (R13, R14)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from baoming.audit.actors import Party
from baoming.forms.definition import Page, Problems
from baoming.registrations.form_queries import bound_phone, form_of, version_of, versions_of
from baoming.registrations.queries import tasks_of
from baoming.registrations.services.access import VoiceTooEarly, offers_voice
from baoming.registrations.services.bursts import StepUp
from baoming.registrations.services.forms import SAVE_CODE, WrongSavePassword, call_save_code, keep_draft, save_form
from baoming.shared.errors import Changed, Invalid, NotOpen, TooMany
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.addresses import client_address
from baoming.web.candidate.attached import declared_facts
from baoming.web.candidate.form_views import Desk, changed_labels, region_options, summary, version_sections
from baoming.web.candidate.seen import keep_own
from baoming.web.devices import device_of


@require_GET
@candidate_required
def form_start(request: CandidateRequest) -> HttpResponse:
    """Go on where something is missing, else to the check."""
    desk = _desk(request)
    return redirect(desk.mend_address().removesuffix("?mend=1") or "candidate:form_check")


@require_http_methods(["GET", "POST"])
@candidate_required
def form_page(request: CandidateRequest, key: str) -> HttpResponse:
    """Show one page; a POST keeps the draft and goes on, or shows what is to be mended."""
    page = _page(request, key)
    if request.method == "GET":
        desk = _desk(request)
        return _asked(request, desk, page, desk.problems_of(page) if "mend" in request.GET else {})
    raw = {name: request.POST.getlist(name) for name in request.POST}
    try:
        keep_draft(request.registration.pk, page=key, raw=raw, revision=_revision(request), by=request.actor)
    except Changed as refusal:
        return _check(request, note=str(refusal), status=409)
    except NotOpen:  # completed meanwhile: the desk says so, above what was typed
        desk = _desk(request)
        desk.lay_back(page, raw)
        return _asked(request, desk, page, {}, status=409)
    return _answer(request, page)


def _answer(request: CandidateRequest, page: Page) -> HttpResponse:
    """Go on, or back; a field that the choice has only now brought onto the page is asked, not blamed."""
    if "again" in request.POST:
        return _again(request, page)
    desk = Desk(request.registration, request.actor, request.clock)
    if "previous" in request.POST:  # kept as a draft like all, and not judged
        return redirect(desk.previous_address(page))
    problems = desk.problems_of(page)
    seen = request.POST.getlist("asked")
    if brought := list(dict.fromkeys(key for name in problems if (key := name.partition(".")[0]) not in seen)):
        return redirect(_same(request, page, brought=brought, anchor="new"))
    if problems:
        return _asked(request, desk, page, problems, status=422)
    return redirect(desk.next_address(page, back="back" in request.POST))


@require_GET
@candidate_required
def form_check(request: CandidateRequest) -> HttpResponse:
    """Show all of it, with what has changed since the newest saved version."""
    return _check(request)


@require_POST
@candidate_required
def form_save(request: CandidateRequest) -> HttpResponse:
    """Save with the save password. A wrong one is told on the check page, and the draft stays."""
    if request.POST.get("act") == "voice":
        return _call(request)
    if "subjects" not in request.POST and (subjects := _desk(request).to_confirm):
        return _check(request, {"subjects": f"请确认选考科目：{subjects}"}, status=422)
    try:
        saved = save_form(
            request.registration.pk,
            save_password=request.POST.get("save_password", ""),
            device=device_of(request),
            revision=_revision(request),
            by=request.actor,
            address=client_address(request),
            code=request.POST.get("code", "").strip(),
            agent=request.headers.get("User-Agent", ""),
            account=request.user,
        )
    except StepUp as refusal:
        return _check(request, {"code": str(refusal)}, status=422)
    except (WrongSavePassword, TooMany) as refusal:
        return _check(request, {"save_password": str(refusal)}, status=422)
    except Changed as refusal:
        return _check(request, note=str(refusal), status=409)
    except Invalid as refusal:
        return _check(request, {"code": refusal.fields["code"]} if "code" in refusal.fields else {}, status=422)
    response = redirect("candidate:version", saved.number)
    keep_own(request, response, request.registration, saved.number)
    return response


def _call(request: CandidateRequest) -> HttpResponse:
    """Have the code read out by a call; what stands in the sheet stays, the save password aside."""
    try:
        call_save_code(request.registration.pk, by=request.actor, address=client_address(request))
    except (TooMany, VoiceTooEarly) as refusal:
        return _check(request, {"code": str(refusal)}, status=422)
    return _check(request, called=True)


@require_GET
@candidate_required
def versions(request: CandidateRequest) -> HttpResponse:
    """List what was saved, newest first."""
    mine = request.registration
    rows = [(one, changed_labels(mine, one)) for one in versions_of(mine)]
    return render(request, "candidate/form_versions.html", {"rows": rows})


@require_GET
@candidate_required
def version(request: CandidateRequest, no: int) -> HttpResponse:
    """Show one saved version: its receipt, what is still missing, and what it says."""
    mine = request.registration
    found = version_of(mine, no)
    if found is None:
        raise Http404
    given = {
        "version": found,
        "newest": found.number == mine.version,
        "receipt": [
            {"label": "考生", "value": mine.name},
            {"label": "本次改动", "value": changed_labels(mine, found)},
        ],
        "tasks": tasks_of(mine, Party.CANDIDATE, clock=request.clock),
        "sections": version_sections(mine, found),
    }
    return render(request, "candidate/form_version.html", given)


def _asked(request: CandidateRequest, desk: Desk, page: Page, errors: Problems, *, status: int = 200) -> HttpResponse:
    given = {
        "desk": desk,
        "page": page,
        "fields": desk.fields(page),
        "brought": desk.brought(page, request.GET.getlist("new")),
        "errors": errors,
        "summary": summary(page, errors),
        "back": "back" in request.GET or "back" in request.POST,
        "place": desk.form.pages.index(page) + 1,
        "regions": region_options(page),
        "phone": bound_phone(desk.registration) if page.key == "contact" else "",
    }
    return render(request, "candidate/form_page.html", given, status=status)


def _check(
    request: CandidateRequest,
    errors: Problems | None = None,
    *,
    note: str = "",
    called: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the check page. `errors`: what is wrong in the sheet of the save password, which is then open.

    `called`: a call is on its way with the code, which the sheet waits for.
    """
    given: dict[str, Any] = {"desk": _desk(request), "errors": errors or {}, "note": note}
    given |= {"confirmed": "subjects" in request.POST, "declared": declared_facts(request)}
    given["asks_code"] = called or "code" in (errors or {}) or bool(request.POST.get("code"))
    given["voice"] = given["asks_code"] and offers_voice(request.registration.pk, SAVE_CODE)
    given["open"] = called or bool(errors)
    return render(request, "candidate/form_check.html", given, status=status)


def _again(request: CandidateRequest, page: Page) -> HttpResponse:
    """A field's own button: one more line, or schools looked for. Nothing else is judged yet."""
    field = next((one for one in page.fields if one.key == request.POST["again"]), None)
    if field and field.kind == "school" and not request.POST.get(f"{field.key}.name", "").strip():
        return _asked(request, _desk(request), page, {f"{field.key}.name": "请先输入校名的几个字"}, status=422)
    return redirect(_same(request, page, anchor=f"f-{field.key if field else ''}"))


def _same(request: CandidateRequest, page: Page, *, anchor: str, brought: Sequence[str] = ()) -> str:
    """Return the address of the page that was posted, at `anchor`; it points out the fields `brought` onto it."""
    query = [("back", "check")] if "back" in request.POST else []
    query += [("new", key) for key in brought]
    asked = f"?{urlencode(query)}" if query else ""
    return f"{reverse('candidate:form_page', args=[page.key])}{asked}#{anchor}"


def _desk(request: CandidateRequest) -> Desk:
    """Return the candidate's form; raise NotOpen before the steps it rests on are done."""
    desk = Desk(request.registration, request.actor, request.clock)
    desk.closed  # noqa: B018  (asked for its refusal)
    return desk


def _page(request: CandidateRequest, key: str) -> Page:
    try:
        return form_of(request.season).page(key)
    except KeyError:
        raise Http404 from None


def _revision(request: CandidateRequest) -> str:
    return request.POST.get("revision", "")
