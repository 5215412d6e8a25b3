"""Batches: those of the own office, and one with its progress, its report and the way back."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.documents.queries import files
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.reviews.services import class_acts
from baoming.reviews.services.class_acts import KINDS
from baoming.reviews.services.class_prints import KIND as PRINT
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.classes import NAMELESS, class_address

PAGE = 50
LINES = 200  # of a report on the page
_IN_CLASS = ("registration__path", "registration__class_name", "registration__student_no")


@require_safe
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """The batches of the own office, newest first."""
    rows = Batch.objects.filter(season=request.season, path=request.staff.path, kind__in=KINDS)  # imports have a page
    rows = rows.select_related("undone_by")
    page = Paginator(rows.defer("ids", "sealed").order_by("-created_at", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "office/batches.html", {"page": page, "kinds": KINDS})


@require_safe
@staff_may("see_candidates")
def one(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """One batch; while it runs the page reads itself again."""
    return _page(request, _batch(request, batch_id))


@require_POST
@staff_may("take_back")
def undo(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch of the own office back, with a reason."""
    batch = _batch(request, batch_id)
    if not _may_undo(request, batch):
        return _page(request, batch, errors={"reason": "这一批由经办单位撤销，本单位不能撤销"})
    try:
        undoing = class_acts.undo(batch.pk, reason=request.POST.get("reason", ""), by=request.actor)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"reason": str(refusal)}
        return _page(request, batch, errors=errors)
    return redirect("office:classes_batch", undoing.pk)


def _batch(request: OfficeRequest, batch_id: UUID) -> Batch:
    theirs = Batch.objects.filter(season=request.season, kind__in=KINDS).within(request.staff.path)
    return get_object_or_404(theirs.select_related("undoes", "undone_by"), pk=batch_id)


def _may_undo(request: OfficeRequest, batch: Batch) -> bool:
    """Whether this office may take it back: its own, of a kind that has a way back, by the right of the act."""
    kind = KINDS[batch.kind]
    return batch.path == request.staff.path and kind.undo is not None and request.staff.may(kind.action)


def _class_of(batch: Batch) -> tuple[str, str] | None:
    """The class that a batch is about and its page; None where its people are of several."""
    if len(batch.ids) > LINES:
        return None
    people = Registration.objects.filter(pk__in=batch.ids).order_by()
    classes = list(people.values_list("site", "class_name").distinct()[:2])
    if len(classes) != 1:
        return None
    [(site, name)] = classes
    return name or NAMELESS, class_address(site, name)


def _page(request: OfficeRequest, batch: Batch, *, errors: dict[str, str] | None = None) -> HttpResponse:
    lines = BatchLine.objects.filter(batch=batch, registration__in=Registration.objects.within(request.staff.path))
    told = list(lines.exclude(sentence="").select_related("registration").order_by("-problem", *_IN_CLASS)[:LINES])
    printed = list(files(batch.season_id, batch.path).filter(batch=batch.pk)) if batch.kind == PRINT else []
    undone = getattr(batch, "undone_by", None)
    open_to_undo = undone is None and batch.undoes is None and batch.ended and batch.done > 0
    total = max(len(batch.ids), 1)
    context = {
        "batch": batch,
        "kind": KINDS[batch.kind],
        "total": len(batch.ids),
        "meter": [(100 * (batch.done + batch.skipped) / total, "pale"), (100 * batch.done / total, "")],
        "wrong": lines.filter(problem=True).count() if batch.skipped else 0,
        "lines": told,
        "gone": min(batch.skipped, LINES) - len(told),
        "most": LINES,
        "undone": undone,
        "may_undo": open_to_undo and _may_undo(request, batch),
        "home": _class_of(batch),
        "files": printed,
        "reads_again": not batch.ended or any(file.made_at is None for file in printed),
        "errors": errors or {},
        "typed": request.POST.dict(),
    }
    return render(request, "office/batches_one.html", context, status=422 if errors else 200)
