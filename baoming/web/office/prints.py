"""Files of class prints: those of the own office, what one holds and what of it still counts, and fetching it again."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from baoming.documents.models import Print, PrintFile
from baoming.documents.queries import files, prints_in
from baoming.documents.services import KEPT, fetch_file
from baoming.registrations.form_queries import form_of
from baoming.registrations.models import Registration
from baoming.registrations.paper_drafts import MOST, paper_drafts
from baoming.registrations.services.paper_drafts import last_draft, take_drafts
from baoming.registrations.services.sheet_checks import signed_prints
from baoming.registrations.services.slips import season_head
from baoming.shared.errors import Invalid
from baoming.web import headers
from baoming.web.access import OfficeRequest, staff_may

PAGE = 50


@dataclass(frozen=True, slots=True)
class Held:
    """One sheet of a file as the page shows it."""

    row: Print
    person: Registration | None  # None: has moved away, and is this office's no more
    signed: bool
    on_another: bool  # its version has been signed, on another paper


@require_safe
@staff_may("print_sheet")
def index(request: OfficeRequest) -> HttpResponse:
    """The files of the own office, newest first."""
    return _index(request)


@require_POST
@staff_may("print_sheet")
def drafts(request: OfficeRequest) -> HttpResponse:
    """Blank 报名信息采集草表 with the site's next numbers, as one PDF; a wrong count is said at its field."""
    typed = request.POST.get("count", "").strip()
    count = int(typed) if re.fullmatch(r"[0-9]{1,3}", typed) else 0
    try:
        sheets = take_drafts(request.staff.office, count, season=request.season, by=request.actor)
    except Invalid as refusal:
        return _index(request, refusal.fields, typed)
    head, now = season_head(request.season), request.clock.now
    pdf = paper_drafts(form_of(request.season), sheets, season=head, made_at=now)
    return headers.pdf(pdf, f"drafts-{sheets[0].digits}.pdf")


@require_safe
@staff_may("print_sheet")
def one(request: OfficeRequest, file_id: UUID) -> HttpResponse:
    """One file: its sheets with what each is worth now, and who was left out and why."""
    file = _file(request, file_id)
    prints = prints_in(file)
    everybody = [*(row.subject for row in prints), *(UUID(pk) for pk, _ in file.left_out)]
    people = Registration.objects.within(request.staff.path).in_bulk(everybody)
    signed = signed_prints([row.subject for row in prints])
    context = {
        "file": file,
        "days": KEPT.days,
        "held": [_held(row, people.get(row.subject), row.pk in signed) for row in prints],
        "left_out": [(people.get(UUID(pk)), why) for pk, why in file.left_out],
        "void": sum(1 for row in prints if row.voided_at),
    }
    return render(request, "office/prints_one.html", context)


@require_safe
@staff_may("print_sheet")
def pdf(request: OfficeRequest, file_id: UUID) -> HttpResponse:
    """The file itself: the same paper again, no new print; who fetched it is recorded."""
    file = _file(request, file_id)
    return headers.pdf(fetch_file(file.pk, by=request.actor), f"sheets-{file.at:%m%d-%H%M}-{file.part}.pdf")


def _held(row: Print, person: Registration | None, signed: bool) -> Held:
    counts = person is not None and row.voided_at is None and person.signed_version == row.version
    return Held(row, person, signed, on_another=counts and not signed)


def _file(request: OfficeRequest, file_id: UUID) -> PrintFile:
    return get_object_or_404(files(request.season.pk, request.staff.path), pk=file_id)


def _index(request: OfficeRequest, errors: dict[str, str] | None = None, typed: str = "") -> HttpResponse:
    rows = files(request.season.pk, request.staff.path)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "days": KEPT.days,
        "errors": errors or {},
        "count": typed,
        "most": MOST,
        "last": last_draft(request.staff.office),
    }
    return render(request, "office/prints.html", context, status=422 if errors else 200)
