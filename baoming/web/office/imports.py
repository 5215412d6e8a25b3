"""Importing other information: files are checked, shown, applied and taken back, each with its state (R21, R32)."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.audit.services import record
from baoming.imports.kinds import Kind
from baoming.imports.models import Import, ImportLine
from baoming.imports.queries import (
    bad_of,
    before,
    cells_of,
    head_of,
    kinds_for,
    kinds_of,
    not_taken,
    sentences_of,
    values_of,
)
from baoming.imports.services.applying import apply_import, undo_import
from baoming.imports.services.staging import stage, terms_of
from baoming.imports.sheets import bad_lines
from baoming.registrations.models import Batch
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.uploads import sent_file

PAGE = 50
LINES = 200  # of a file on the page
_GOOD = 50  # of those that are in order


@require_http_methods(["GET", "POST"])
@staff_may("import_facts")
def index(request: OfficeRequest) -> HttpResponse:
    """The kinds that this office may import and its files, newest first; a file that is posted is checked."""
    if request.method != "POST":
        return _index(request)
    try:
        kind, file = _sent(request)
        made = stage(request.season, kind, file.read(), filename=file.name or "", by=request.actor)
    except Refused as refusal:
        return _index(request, refusal.fields if isinstance(refusal, Invalid) else {"file": str(refusal)})
    return redirect("office:imports_one", made.pk)


def _sent(request: OfficeRequest) -> "tuple[str, UploadedFile[bytes]]":
    """Return kind and file that were chosen. Raises Invalid, which names both where neither was."""
    kind, problems = request.POST.get("kind", ""), {}
    if kind not in kinds_for(request.season, request.actor.kind):
        problems["kind"] = "请选择导入哪一类信息"
    try:
        file = sent_file(request, "file", missing="请先选择文件（XLSX或CSV）")
    except Refused as refusal:
        raise Invalid(problems | {"file": str(refusal)}) from refusal
    if problems:
        raise Invalid(problems)
    return kind, file


@require_safe
@staff_may("import_facts")
def one(request: OfficeRequest, import_id: UUID) -> HttpResponse:
    """One file: what the check found, how far it is applied, what was taken back. Reads itself again while it runs."""
    return _page(request, _import(request, import_id))


@require_POST
@staff_may("import_facts")
def bad(request: OfficeRequest, import_id: UUID) -> HttpResponse:
    """A file of only the lines that were not taken, in the same columns, to be put right and handed in again.

    For the office that handed them in: nobody else needs what stood there, of whomever it was.
    """
    row = _import(request, import_id)
    if row.path != request.staff.path:
        return _page(request, row, {"bad": "有问题的行由上传的单位下载，本单位只看行号和问题"})
    lines = [(cells_of(line), sentence) for line, sentence in bad_of(row)]
    details = {"kind": row.kind, "lines": len(lines)}
    record("export_bad_lines", by=request.actor, subject=row.pk, path=row.path, details=details)
    response = HttpResponse(bad_lines(head_of(row).header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="bad-lines.csv"'
    return response


@require_POST
@staff_may("import_facts")
def apply(request: OfficeRequest, import_id: UUID) -> HttpResponse:
    """Apply what is good of a file of the own office."""
    row = _import(request, import_id)
    if row.path != request.staff.path:
        return _page(request, row, {"apply": "这个文件由上传的单位导入，本单位不能导入"})
    try:
        apply_import(row.pk, by=request.actor)
    except Refused as refusal:
        return _page(request, row, {"apply": str(refusal)})
    return redirect("office:imports_one", row.pk)


@require_POST
@staff_may("import_facts")
def undo(request: OfficeRequest, import_id: UUID) -> HttpResponse:
    """Take a whole file of the own office back, with a reason."""
    row = _import(request, import_id)
    if row.path != request.staff.path:
        return _page(request, row, {"reason": "这一批由导入的单位撤销，本单位不能撤销"})
    try:
        undo_import(row.pk, reason=request.POST.get("reason", ""), by=request.actor)
    except Refused as refusal:
        return _page(request, row, refusal.fields if isinstance(refusal, Invalid) else {"reason": str(refusal)})
    return redirect("office:imports_one", row.pk)


def _import(request: OfficeRequest, import_id: UUID) -> Import:
    theirs = Import.objects.filter(season=request.season).within(request.staff.path)
    return get_object_or_404(theirs.select_related("season", "batch__undone_by"), pk=import_id)


def _index(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    rows = Import.objects.filter(season=request.season).within(request.staff.path).defer("sealed")
    rows = rows.select_related("batch__undone_by").defer("batch__ids", "batch__sealed", "batch__undone_by__ids")
    page = Paginator(rows.order_by("-at", "pk"), PAGE).get_page(request.GET.get("page"))
    mine = kinds_for(request.season, request.actor.kind)
    context = {
        "errors": errors or {},
        "page": page,
        "mine": mine.values(),
        "titles": {key: kind.title for key, kind in kinds_of(request.season).items()},
        "terms": [terms_of(request.season, kind) for kind in mine.values()][:1],
        "chosen": request.POST.get("kind", "") if errors else "",
    }
    return render(request, "office/imports/index.html", context, status=422 if errors else 200)


def _page(request: OfficeRequest, row: Import, errors: dict[str, str] | None = None) -> HttpResponse:
    batch, own = row.batch, row.path == request.staff.path
    kind = kinds_of(request.season).get(row.kind)
    undone: Batch | None = getattr(batch, "undone_by", None)
    left = _left(undone)
    context = {
        "row": row,
        "kind": kind,
        "head": head_of(row),
        "wrong": sentences_of(row, LINES),
        "count": row.bad if batch is None else not_taken(row).count(),
        "good": _good(row, kind if own and batch is None else None),
        "own": own,
        "before": before(row) if batch is None else None,
        "batch": batch,
        "undone": undone,
        "left": left,
        "meter": _meter(batch),
        "back": _meter(undone),
        "may_apply": own and batch is None and row.new + row.changed > 0,
        "may_undo": own and batch is not None and batch.ended and undone is None and batch.done > 0,
        "reads_again": any(one is not None and not one.ended for one in (batch, undone)),
        "most": LINES,
        "errors": errors or {},
        "typed": request.POST.dict(),
    }
    return render(request, "office/imports/one.html", context, status=422 if errors else 200)


def _good(row: Import, kind: Kind | None) -> list[tuple[ImportLine, list[tuple[str, str]]]]:
    """The first lines that are in order; `kind`: with the values that would be written, for who handed them in.

    Two columns that have changed places are seen by nothing else.
    """
    lines = row.lines.exclude(change="bad").select_related("registration").order_by("number")
    if kind is None:
        return [(line, []) for line in lines.only("number", "change", "registration__name")[:_GOOD]]
    return [(line, kind.told(values_of(line))) for line in lines[:_GOOD]]


def _left(undone: Batch | None) -> list[tuple[str, str]]:
    """Name and sentence of whom an undoing has left as they are."""
    if undone is None:
        return []
    rows = undone.batchline_set.exclude(sentence="").select_related("registration").order_by("registration__number")
    return [(line.registration.name, line.sentence) for line in rows[:LINES]]


def _meter(batch: Batch | None) -> list[tuple[float, str]]:
    total = max(len(batch.ids), 1) if batch else 1
    return [(100 * batch.cursor / total, "pale"), (100 * batch.done / total, "")] if batch else []
