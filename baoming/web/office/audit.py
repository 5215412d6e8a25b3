"""审计: events searched, exported and proved by the audit administrator, each of which is an event itself (R36)."""

import csv
import io
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from baoming.audit.queries import seal_state
from baoming.audit.services.verifying import ask_verification
from baoming.organizations.services.auditing import PAGE, Asked, Found, search_events
from baoming.registrations.subject_queries import masked
from baoming.shared.cells import cell
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.auditing import FIELDS, acts, lines, read, typed

_HEAD = ("时间", "操作人", "岗位", "单位", "操作", "对象", "对象编号", "说明", "封存位置")


@require_http_methods(["GET", "POST"])
@staff_may("see_audit")
def index(request: OfficeRequest) -> HttpResponse:
    """The form and the state of the seals; POST searches: no name, number or time stands in an address."""
    if request.method != "POST":
        return _page(request)
    try:
        asked = read(request)
    except Invalid as refusal:
        return _page(request, errors=refusal.fields)
    return _page(request, asked=asked, found=search_events(asked, cookie=_cookie(request)))


@require_POST
@staff_may("see_audit")
def export(request: OfficeRequest) -> HttpResponse:
    """The page that was shown as a file: the same events, by the same question."""
    try:
        asked = read(request)
    except Invalid as refusal:
        return _page(request, errors=refusal.fields)
    found = search_events(asked, cookie=_cookie(request), verb="export_audit")
    response = HttpResponse(_csv(found[:PAGE]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


@require_POST
@staff_may("see_audit")
def verify(request: OfficeRequest) -> HttpResponse:
    """Have the worker prove the whole chain; the page shows how it ended."""
    ask_verification(by=request.actor)
    return redirect("office:audit")


def _cookie(request: OfficeRequest) -> str:
    return request.session.session_key or ""


def _page(
    request: OfficeRequest, *, asked: Asked | None = None, found: list[Found] | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    sent = {name: request.POST.get(name, "")[:60] for name in FIELDS}
    context: dict[str, Any] = {
        "errors": errors or {},
        "sent": {**sent, "about": sent["about"] if errors else ""},  # once found, an ID number is not sent back
        "acts": acts(),
        "seal": seal_state(),
        "found": None,
    }
    if asked is not None and found is not None:
        context |= _result(asked, found)
    return render(request, "office/audit.html", context, status=422 if errors else 200)


def _result(asked: Asked, found: list[Found]) -> dict[str, Any]:
    last = found[PAGE - 1] if len(found) > PAGE else None
    subject = asked.subject
    return {
        "found": lines(found[:PAGE]),
        "asked": asked,
        "since": typed(asked.since),
        "subject": subject and (subject, masked([subject]).get(subject, f"编号{str(subject)[:8]}…")),
        "before": f"{asked.before[0].isoformat()}|{asked.before[1]}" if asked.before else "",
        "further": f"{last.at.isoformat()}|{last.id}" if last else "",
    }


def _csv(found: list[Found]) -> str:
    """Return the events as a file that a spreadsheet opens: nothing in it is taken for a formula (U2)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for line in lines(found):
        cells = (line.time, line.who, line.role, line.office, line.act, line.about, line.subject or "", line.told,
                 line.place or "未封存")  # fmt: skip
        writer.writerow([cell(str(one)) for one in cells])
    return "\ufeff" + out.getvalue()
