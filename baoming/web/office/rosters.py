"""Importing a school's roster, with a preview that writes nothing (R4)."""

import base64

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from baoming.organizations.models import Organization
from baoming.registrations.apart import read_roster_apart
from baoming.registrations.name_image_queries import lacking_said
from baoming.registrations.queries import expected_pupils, roll_number_of
from baoming.registrations.rosters import RosterSheet
from baoming.registrations.services.rosters import import_roster
from baoming.shared.errors import Refused
from baoming.shared.text import mask_document
from baoming.vault.sealing import SealBroken
from baoming.vault.services import keys
from baoming.web.access import OfficeRequest, staff_may

PAGE = 200  # pupils shown at once


@require_http_methods(["GET", "POST"])
@staff_may("import_roster")
def index(request: OfficeRequest) -> HttpResponse:
    """The roster as it stands; posting a file shows what it holds, and writes nothing."""
    upload = request.FILES.get("file")
    if request.method != "POST":
        return _page(request)
    if upload is None:
        return _page(request, error="请先选择名册文件（XLSX或CSV）")
    content = upload.read()
    try:
        sheet = read_roster_apart(content, filename=upload.name or "")
    except Refused as refusal:
        return _page(request, error=str(refusal))
    # The preview carries the file itself, sealed to this site: nothing personal is kept aside.
    sealed = keys().seal(base64.b64encode(content), context=_context(request, upload.name or ""))
    return _page(request, sheet=sheet, sealed=sealed, filename=upload.name or "")


@require_POST
@staff_may("import_roster")
def take(request: OfficeRequest) -> HttpResponse:
    """Take the lines that the preview showed."""
    filename = request.POST.get("filename", "")
    try:
        content = base64.b64decode(keys().unseal(request.POST.get("sealed", ""), context=_context(request, filename)))
    except SealBroken:
        return _page(request, error="预览已失效，请重新选择文件")
    sheet = read_roster_apart(content, filename=filename)
    done = import_roster(request.season, _site(request), sheet.rows, by=request.actor)
    if done.problems:
        return _page(request, sheet=RosterSheet(rows=(), problems=done.problems), done=done)
    return redirect("office:rosters")


def _page(request: OfficeRequest, *, error: str = "", **shown: object) -> HttpResponse:
    page = _number(request.GET.get("page", ""))
    pupils = expected_pupils(request.season.pk, request.staff.path, first=(page - 1) * PAGE, limit=PAGE)
    total = int(pupils[0].total) if pupils else 0  # type: ignore[attr-defined]
    context = {
        "errors": {"file": error} if error else {},
        "total": total, "page": page, "pages": -(-total // PAGE), "first": (page - 1) * PAGE + 1,
        "pupils": [(pupil, mask_document(roll_number_of(pupil))) for pupil in pupils],
        "rare": _rare(shown.get("sheet")),
        "sheet": None, "sealed": "", "filename": "", "done": None, **shown,
    }  # fmt: skip
    return render(request, "office/rosters.html", context, status=422 if error else 200)


def _rare(sheet: object) -> list[tuple[int, str]]:
    """Return the lines with a name that no font draws, and its characters as a sentence names them."""
    rows = sheet.rows if isinstance(sheet, RosterSheet) else ()
    return [(row.line, said) for row in rows if (said := lacking_said(row.name))]


def _site(request: OfficeRequest) -> Organization:
    """The site whose roster it is: the operator's own, or the county's only one."""
    office = request.staff.office
    if office.level == Organization.Level.SITE:
        return office
    sites = list(Organization.objects.within(office.path).filter(level=Organization.Level.SITE)[:2])
    if len(sites) != 1:
        raise Refused("本县有几个报名点，名册请由各报名点导入")
    return sites[0]


def _context(request: OfficeRequest, filename: str) -> str:
    return f"roster.{request.season.pk}.{request.staff.path}.{filename}"


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
