"""Pictures of papers, the household booklet, and the declaration of bonus points and special plans (R13)."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baoming.registrations.attached_queries import (
    booklet_of,
    declaring_of,
    drafts_of,
    has_declarations,
    newest_check,
    newest_declaration,
    picture_bytes,
    picture_named,
    pictures_of,
)
from baoming.registrations.journey import with_booklet_at_site
from baoming.registrations.services.declarations import declare
from baoming.registrations.services.forms import WrongSavePassword
from baoming.registrations.services.household import upload_booklet
from baoming.schedule.queries import phase_times
from baoming.schedule.windows import PhaseTime
from baoming.shared.errors import Changed, Invalid, Refused, TooMany
from baoming.shared.moments import moment
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.devices import device_of
from baoming.web.headers import jpeg
from baoming.web.uploads import sent_files

_TOO_LARGE = "几张照片合计超过12MB，没有收到。请一张一张上传，已经上传的会留着"


@require_http_methods(["GET", "POST"])
@candidate_required
def household(request: CandidateRequest) -> HttpResponse:
    """The household booklet: what is asked, what was handed in, what the site found."""
    booklet = booklet_of(request.season)
    if request.method != "POST":
        return _household(request)
    try:
        upload_booklet(
            request.registration.pk, request.season, sent_files(request, booklet.pages, too_large=_TOO_LARGE),
            consent=request.POST.get("consent", ""), by=request.actor,
        )  # fmt: skip
    except Invalid as refusal:
        return _household(request, refusal.fields)
    return redirect("candidate:household")


def _household(request: CandidateRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    mine, booklet = request.registration, booklet_of(request.season)
    check, times = newest_check(mine), _times(request)
    context = {
        "booklet": booklet, "pictures": pictures_of(mine), "errors": errors or {}, "time": times.get("household"),
        "at_site": with_booklet_at_site(times).get("household"),
        "state": mine.household_state, "check": check, "reason": booklet.reasons.get(check.reason, "") if check else "",
        "may": mine.household_state != "matched" and "form" in mine.done_steps,
    }  # fmt: skip
    return render(request, "candidate/household.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@candidate_required
def declarations(request: CandidateRequest) -> HttpResponse:
    """What may be declared, until when, and what was declared; each declaration asks the save password."""
    declaring = declaring_of(request.season)
    if request.method != "POST":
        return _declarations(request)
    kinds, purposes = request.POST.getlist("kinds"), [kind.purpose for kind in declaring.kinds.values()]
    try:
        declare(
            request.registration.pk, request.season, kinds=[one for one in kinds if one != "none"],
            none="none" in kinds, files=sent_files(request, purposes, too_large=_TOO_LARGE),
            consent=request.POST.get("consent", ""), save_password=request.POST.get("save_password", ""),
            device=device_of(request), revision=request.POST.get("revision", ""), by=request.actor,
        )  # fmt: skip
    except Invalid as refusal:
        return _declarations(request, refusal.fields)
    except (WrongSavePassword, TooMany) as refusal:
        return _declarations(request, {"save_password": str(refusal)})
    except Changed as refusal:
        return _declarations(request, {"kinds": str(refusal)})
    return redirect("candidate:declarations")


def _declarations(request: CandidateRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    mine, declaring = request.registration, declaring_of(request.season)
    newest = newest_declaration(mine)
    declared = newest.kinds or ["none"] if newest else []
    context = {
        "declaring": declaring, "newest": newest, "pictures": pictures_of(mine), "drafts": drafts_of(mine),
        "errors": errors or {},
        "time": _time(request, "declarations"), "chosen": request.POST.getlist("kinds") if errors else declared,
        "declared": declaring.labels(newest.kinds) if newest else "", "may": "form" in mine.done_steps,
        "paper": "signed" if mine.signed_version else "printed" if mine.printed_version else "",
    }  # fmt: skip
    return render(request, "candidate/declarations.html", context, status=422 if errors else 200)


def declaring_now(request: CandidateRequest) -> dict[str, object]:
    """Return until when this person may declare and what they declared, empty while nobody may."""
    mine = request.registration
    if not has_declarations(request.season) or "form" not in mine.done_steps:
        return {}
    time = _time(request, "declarations")
    return {"closes": time.closes, "newest": newest_declaration(mine)} if time and time.open else {}


def declared_facts(request: CandidateRequest) -> list[dict[str, object]]:
    """Return the one row of the form's check page that says what was declared; none in a season without."""
    mine, time = request.registration, _time(request, "declarations")
    if not has_declarations(request.season) or time is None:
        return []
    newest, address = newest_declaration(mine), reverse("candidate:declarations")
    may = "form" in mine.done_steps
    if newest is not None:
        said = declaring_of(request.season).labels(newest.kinds)
        small = f"{moment(newest.at)}，第{newest.number}次申报"
    else:
        said = "还没有申报"
        first = "" if may else "先保存报名信息，再申报；"
        small = f"{first}{moment(time.closes)}之前，逾期视为放弃" if time.open and time.closes else ""
    href = address if may else ""
    return [{"label": "申报", "value": said, "lines": [], "href": href, "small": small, "changed": False}]


@require_safe
@candidate_required
def evidence(request: CandidateRequest, key: str) -> HttpResponse:
    """One's own picture of a paper: the one that counts, or the draft that is to take its place."""
    picture = picture_named(request.registration, key, by=request.actor.kind)
    if picture is None:
        raise Refused("还没有上传这张照片，请回到上一页上传")
    return jpeg(picture_bytes(picture))


def _time(request: CandidateRequest, phase: str) -> PhaseTime | None:
    """Return the window as it is for this person."""
    return _times(request).get(phase)


def _times(request: CandidateRequest) -> Mapping[str, PhaseTime]:
    mine = request.registration
    return phase_times(request.season.pk, path=mine.path, subject=mine.pk, clock=request.clock)
