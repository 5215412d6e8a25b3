"""What waits for this office: people whom another county asks it to take, and what a second person decides (R11)."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.actors import Party
from baoming.checks.models import CheckBatch
from baoming.checks.queries import checks_of, exports_to_approve
from baoming.registrations.extension_queries import Line, lines, to_decide
from baoming.registrations.queries import document_of
from baoming.registrations.second_queries import waiting
from baoming.reviews.decisions import reasons
from baoming.reviews.models import Transfer
from baoming.reviews.queries import asked_of, asked_transfers, said_of
from baoming.reviews.services import accept_transfer, decline_transfer
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import mask_document
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.waiting import confirms_phones

MOST = 200  # lines of one list: who has more decides these first


@dataclass(frozen=True, slots=True)
class Asked:
    """A transfer that waits, as both counties read it."""

    row: Transfer
    document: str
    reason: str
    note: str
    falls: str


@require_safe
@staff_may("see_approvals")
def index(request: OfficeRequest) -> HttpResponse:
    return _page(request)


@require_POST
@staff_may("answer_transfer")
def answer(request: OfficeRequest) -> HttpResponse:
    """Take a person whom another county asks to take, or leave them there with a reason."""
    text = request.POST.get("asked", "")
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    asked = asked_of(pk, request.season.pk, request.staff.path)
    if asked is None:
        raise Http404
    try:
        if request.POST.get("act") == "accept":
            accept_transfer(asked.pk, by=request.actor)
        elif request.POST.get("act") == "decline":
            decline_transfer(asked.pk, reason=request.POST.get("answer", ""), by=request.actor)
        else:
            raise Http404
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"answer": str(refusal)}
        return _page(request, errors=errors, refused=asked.pk)
    return redirect("office:approvals")


def _page(request: OfficeRequest, *, errors: dict[str, str] | None = None, refused: int = 0) -> HttpResponse:
    county = request.actor.kind is Party.COUNTY
    incoming, outgoing = asked_transfers(request.season.pk, request.staff.path) if county else ([], [])
    context = {
        "errors": errors or {},
        "refused": refused,
        "typed": request.POST.dict() if errors else {},
        "incoming": _asked(request, incoming),
        "outgoing": _asked(request, outgoing),
        "county": county,
        "decides": request.actor.kind is not Party.SITE,
        "extensions": _extensions(request),
        "exports": _exports(request),
        "second": waiting(request.season.pk, by=request.actor, phones=confirms_phones(request), limit=MOST),
    }
    return render(request, "office/approvals.html", context, status=422 if errors else 200)


def _extensions(request: OfficeRequest) -> list[Line]:
    """Return the requests for more time that wait here; a site decides none."""
    if request.actor.kind is Party.SITE:
        return []
    rows = to_decide(request.season.pk, by=request.actor).order_by("asked_at", "pk")
    return lines(rows, by=request.actor, clock=request.clock, limit=MOST)


def _exports(request: OfficeRequest) -> list[tuple[CheckBatch, str]]:
    """Return the exports for checks that wait for the second person who is signed in, each with the check's title."""
    if not request.staff.may("export_check"):
        return []
    found = list(exports_to_approve(request.season.pk, by=request.actor).order_by("asked_at", "pk")[:MOST])
    kinds = checks_of(request.season).kinds if found else {}
    return [(one, kinds[one.kind].title if one.kind in kinds else one.kind) for one in found]


def _asked(request: OfficeRequest, rows: list[Transfer]) -> list[Asked]:
    """The lines of transfers: of another county's person no more than deciding needs, the document masked."""
    titles = reasons(data(request.season, "cases")["transfer"])
    return [
        Asked(
            row,
            mask_document(document_of(row.registration).number),
            titles[row.reason].title,
            said_of(row),
            "原报名序号作废，由新报名点重新发号；登记表要重新打印、签字" if row.registration.number else "",
        )
        for row in rows
    ]
