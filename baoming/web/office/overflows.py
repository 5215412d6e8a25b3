"""交换宽度超限: whose name or address the archive's column cannot hold, for whoever hands data over (R34)."""

import csv
import io
from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from baoming.audit.services import record
from baoming.registrations.overflow_queries import WidePerson, people_too_wide, told
from baoming.shared.cells import cell
from baoming.shared.text import serial
from baoming.web.access import OfficeRequest, staff_may

PAGE, MOST = 100, 5000  # people on the page, and in the file: a hundred thousand bytes of cards are opened for them
_HEAD = ("报名序号", "姓名", "报名点", "内容", "档案列", "现有字节", "列宽字节")


@require_http_methods(["GET", "POST"])
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """The list; POST gives it as a file that a spreadsheet opens, and is recorded."""
    rows = people_too_wide(request.season, request.staff.path)
    if request.method == "POST":
        found = list(told(request.season, rows[:MOST]))
        _tell(request, len(found))
        response = HttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="overflows.csv"'
        return response
    total = rows.count()
    people = list(islice(told(request.season, rows[:PAGE]), PAGE))
    return render(request, "office/overflows.html", {"people": people, "total": total, "page": PAGE})


def _tell(request: OfficeRequest, count: int) -> None:
    office = request.staff
    record("export_overflows", by=request.actor, subject=office.office_id, path=office.path, details={"count": count})


def _csv(found: list[WidePerson]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for person in found:
        row = person.row
        for one in person.overflows:
            number = serial(row.number) if row.number else ""
            cells = (number, row.name, row.site.name, one.label, one.column, one.size, one.most)
            writer.writerow([cell(str(text)) for text in cells])
    return "\ufeff" + out.getvalue()
