"""疑似同一人: pairs that look alike, side by side, judged by the lowest office that sees both (R6)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from baoming.audit.actors import PARTY_NAMES
from baoming.audit.services import record
from baoming.checks.alike_queries import TABS, pair_counts, pair_of, pairs_within, reason_of
from baoming.checks.likeness import LIKE_NAMES, Like
from baoming.checks.models import AlikePair
from baoming.checks.services.alikes import LONGEST_REASON, hand_to_cases, set_apart
from baoming.organizations.models import Organization
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.identity_documents import SEXES, IdentityDocument
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import current_photo, document_of
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import mask_phone
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import area_or_404
from baoming.web.office.paging import paged


@dataclass(frozen=True, slots=True)
class Side:
    """One of two as the page shows it."""

    row: Registration
    card: IdentityDocument
    sex: str
    phone: str
    photo: Photo | None


@require_http_methods(["GET", "POST"])
@staff_may("judge_pairs")
def index(request: OfficeRequest) -> HttpResponse:
    """The pairs of the area under three tabs; `pair`: one of them; a POST judges it."""
    if request.method == "POST":
        return _judge(request)
    if request.GET.get("pair"):
        return _one(request, _pair(request, request.GET["pair"]))
    return _list(request)


def _list(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    area = area_or_404(request)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in set(TABS) else AlikePair.State.OPEN.value
    counts = pair_counts(request.season.pk, area.path)
    rows = pairs_within(request.season.pk, area.path, tab)
    tabs = [
        {"title": title, "count": counts[key], "current": key == tab, "href": area.address(tab=str(key))}
        for key, title in TABS.items()
    ]
    context: dict[str, Any] = {"area": area, "above": [], "tab": tab, "tabs": tabs, "likes": LIKE_NAMES, "Like": Like,
                               "errors": errors or {},
                               **paged(request, rows, counts[tab], area.address(tab=tab))}  # fmt: skip
    names = Organization.objects.filter(path__in={pair.path for pair in context["rows"]})
    context["owners"] = dict(names.values_list("path", "name"))
    return render(request, "office/checks/alikes.html", context, status=422 if errors else 200)


def _pair(request: OfficeRequest, text: str) -> AlikePair:
    try:
        pair = pair_of(UUID(text), request.season.pk, request.staff.path)
    except ValueError:
        raise Http404 from None
    if pair is None:
        raise Http404
    return pair


def _judge(request: OfficeRequest) -> HttpResponse:
    if not request.POST.get("pair"):
        return _list(request, {"act": "请从列表里打开一对，核对以后再办"})
    pair, word = _pair(request, request.POST["pair"]), request.POST.get("act", "")
    if word not in ("apart", "cases"):
        raise Http404
    try:
        if word == "apart":
            set_apart(pair.pk, reason=request.POST.get("reason", ""), by=request.actor)
        else:
            hand_to_cases(pair.pk, by=request.actor)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"act": str(refusal)}
        return _one(request, _pair(request, str(pair.pk)), errors)
    return redirect(f"{reverse('office:alikes')}?pair={pair.pk}")


def _one(request: OfficeRequest, pair: AlikePair, errors: dict[str, str] | None = None) -> HttpResponse:
    """Both beside each other: a view of two people, and an event of each."""
    for row in (pair.first, pair.second):
        record("see_candidate", by=request.actor, subject=row.pk, path=row.path)
    context = {
        "pair": pair, "sides": [_side(pair.first), _side(pair.second)], "errors": errors or {},
        "told": [LIKE_NAMES[Like(one)] for one in pair.likes], "mine": pair.path == request.staff.path,
        "owner": Organization.objects.filter(path=pair.path).first(), "longest": LONGEST_REASON,
        "decided": reason_of(pair),
        "reason": request.POST.get("reason", "")[:LONGEST_REASON] if errors else "", "parties": PARTY_NAMES,
    }  # fmt: skip
    return render(request, "office/checks/alike.html", context, status=422 if errors else 200)


def _side(row: Registration) -> Side:
    card = document_of(row)
    phone = bound_phone(row)
    return Side(row, card, SEXES[card.sex], mask_phone(phone) if phone else "", current_photo(row))
