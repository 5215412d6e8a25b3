"""Own requests: what can be asked for, asking, and how it goes (R13, R15)."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.imports.queries import known_of
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import (
    acts_of,
    asked_in,
    cases_of,
    consent_of,
    content_of,
    is_over,
    kind_of,
    kinds_of,
    own_case,
)
from baoming.reviews.cases import OPEN_STATES, Act, Kind, State, asks_save_password
from baoming.reviews.models import Case
from baoming.reviews.services.case_notices import print_notice
from baoming.reviews.services.case_papers import papers_there
from baoming.reviews.services.cases import may_open_now
from baoming.reviews.services.own_acts import FIELD, Proof, act_on_own, open_own
from baoming.shared.errors import Refused
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.case_pages import (
    TONES,
    errors_of,
    fallen_of,
    may_open,
    preview,
    sent_raw,
    show_case,
    take_papers,
    todo_of,
    typed_of,
)
from baoming.web.devices import device_of
from baoming.web.headers import pdf


@require_safe
@candidate_required
def requests(request: CandidateRequest) -> HttpResponse:
    """One's own cases, and what can be asked for now or why not."""
    mine, kinds = request.registration, kinds_of(request.season)
    found = cases_of(mine)
    running = {one.kind for one in found if one.state in OPEN_STATES}
    offered = [(kind, may_open_now(mine, kind)) for kind in may_open(kinds, Party.CANDIDATE) if kind.key not in running]
    context = {
        "cases": [(one, *_told(mine, kinds.get(one.kind), one)) for one in found],
        "kinds": kinds, "offered": offered, "tones": TONES, "parties": PARTY_NAMES,
        "known": known_of(mine, shown=True),
    }  # fmt: skip
    return render(request, "candidate/cases/index.html", context)


def _told(mine: Registration, kind: Kind | None, case: Case) -> tuple[str, bool]:
    """Return why a grant counts no more, and whether this person is to supply something and still can."""
    if kind is None:
        return "", False
    supply = case.state == State.RETURNED and (case.objected or not is_over(mine, kind))
    return fallen_of(mine, kind, case), supply and case.holder == Party.CANDIDATE


@require_http_methods(["GET", "POST"])
@candidate_required
def new(request: CandidateRequest, kind: str) -> HttpResponse:
    """Ask: questions, papers with their consent."""
    asked = _asked_kind(request, kind)
    if request.method != "POST":
        return _new(request, asked)
    try:
        errors = _papers(request, asked)
        if not errors:
            made = open_own(
                request.registration.pk, request.season, kind, raw=sent_raw(request), proof=_proof(request),
                by=request.actor,
            )  # fmt: skip
            return redirect("candidate:request", made.pk)
    except Refused as refusal:
        errors = errors_of(refusal)
    return _new(request, asked, errors)


def _proof(request: CandidateRequest) -> Proof:
    return Proof(request.POST.get(FIELD, ""), device_of(request))


def _asked_kind(request: CandidateRequest, key: str) -> Kind:
    kind = kinds_of(request.season).get(key)
    if kind is None or Party.CANDIDATE not in kind.opens:
        raise Http404
    return kind


def _papers(request: CandidateRequest, kind: Kind) -> dict[str, str]:
    consent, ticked = consent_of(request.season), request.POST.get("consent", "")
    return take_papers(request, request.registration, kind, consent, ticked=ticked, by=request.actor)


def _consented(request: CandidateRequest) -> bool:
    return request.POST.get("consent", "") == consent_of(request.season).version


def _new(request: CandidateRequest, kind: Kind, errors: dict[str, str] | None = None) -> HttpResponse:
    mine = request.registration
    changes, missing = preview(mine, kind)
    context = {
        "consented": _consented(request),
        "changes": changes, "missing": missing, "kind": kind, "errors": errors or {}, "typed": sent_raw(request),
        "there": papers_there(mine, kind, None, by=Party.CANDIDATE),
        "why_not": may_open_now(mine, kind), "consent": consent_of(request.season),
        "asks_save": asks_save_password(kind, None),
    }  # fmt: skip
    return render(request, "candidate/cases/new.html", context, status=422 if errors else 200)


@require_safe
@candidate_required
def one(request: CandidateRequest, case_id: UUID) -> HttpResponse:
    """One request: where it is, until when, what was decided, and what one can do."""
    return _one(request, _found(request, case_id))


@require_POST
@candidate_required
def act(request: CandidateRequest, case_id: UUID) -> HttpResponse:
    """Supply, withdraw, sign the receipt, object."""
    found, word = _found(request, case_id), request.POST.get("act", "")
    if word not in set(Act):
        raise Http404
    try:
        errors = _papers(request, kind_of(request.season, found.kind)) if word == Act.SUPPLY else {}
        if not errors:
            seen = request.POST.get("seen", "")
            act_on_own(
                found, Act(word), seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,
                by=request.actor, note=request.POST.get("note", ""), raw=sent_raw(request), proof=_proof(request),
            )  # fmt: skip
            return redirect("candidate:request", case_id)
    except Refused as refusal:
        errors = errors_of(refusal)
    return _one(request, _found(request, case_id), errors)


@require_safe
@candidate_required
def notice(request: CandidateRequest, case_id: UUID) -> HttpResponse:
    """The decision in writing."""
    return pdf(print_notice(_found(request, case_id).pk, by=request.actor), "notice.pdf")


def _one(request: CandidateRequest, found: Case, errors: dict[str, str] | None = None) -> HttpResponse:
    mine = request.registration
    shown = show_case(mine, found, by=request.actor, now=request.clock.now)
    before = content_of(asked_in(acts_of(found))).get("answers", {})
    context = {
        "consented": _consented(request),
        "one": shown, "errors": errors or {}, "Act": Act, "todo": todo_of(shown), "consent": consent_of(request.season),
        "typed": typed_of(sent_raw(request) if errors else {}, before),
        "there": papers_there(mine, shown.kind, found, by=Party.CANDIDATE),
        "note": request.POST.get("note", "") if errors else "", "did": request.POST.get("act", "") if errors else "",
    }  # fmt: skip
    return render(request, "candidate/cases/one.html", context, status=422 if errors else 200)


def _found(request: CandidateRequest, case_id: UUID) -> Case:
    found = own_case(request.registration, case_id)
    if found is None:
        raise Http404
    return found
