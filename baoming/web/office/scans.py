"""Signed pages: handing them in, seeing whose they are, confirming them, and looking at one that was kept (R20)."""

from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.audit.services import record, record_many
from baoming.registrations.models import ScannedPage
from baoming.registrations.scan_queries import Inbox, Waiting, inbox
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.scans import KEPT, drop_pages, page_bytes, take_files
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import signed_page_jpeg
from baoming.web.office.scope import one
from baoming.web.office.story.pictures import at_a_glance, glance
from baoming.web.uploads import sent_file

_TOO_LARGE = "一次上传的合计超过12MB，没有收到。请分几次上传，每次少选几个；单个大文件请把扫描分辨率调到200dpi"


@require_http_methods(["GET", "POST"])
@staff_may("sign_sheet")
def index(request: OfficeRequest) -> HttpResponse:
    """What was handed in and waits; posting files hands them in, and records nothing about anybody."""
    if request.method == "POST":
        try:
            _take(request)
        except Refused as refusal:
            return _page(request, refusal.fields if isinstance(refusal, Invalid) else {"files": str(refusal)})
        return redirect("office:prints_scans")
    return _page(request)


@require_POST
@staff_may("sign_sheet")
def confirm(request: OfficeRequest) -> HttpResponse:
    """Record the signatures of those who are ticked, each with the very pages that the list showed."""
    picked = set(request.POST.getlist("pick"))
    lines = [line for line in inbox(request.season.pk, request.staff.path).waiting if _value(line) in picked]
    try:
        pages = {str(line.person.pk): [str(page.pk) for page in line.pages] for line in lines}
        people = [line.person.pk for line in lines]
        key = UUID(request.POST.get("key", ""))
        batch = start_batch(
            request.season, "scan", people, key=key, about="签字页", options={"pages": pages}, by=request.actor
        )
    except Invalid as refusal:
        return _page(request, refusal.fields)
    except ValueError:
        return _page(request, {"pick": "这一页已经过期，请刷新后再办"})
    return redirect("office:classes_batch", batch.pk)


@require_POST
@staff_may("sign_sheet")
def drop(request: OfficeRequest) -> HttpResponse:
    """Throw away pages that wait: those that cannot count, or those that are ticked."""
    ticked = [pk for value in request.POST.getlist("pick") for pk in value.split(".")]
    pages, files = _ids([*request.POST.getlist("page"), *ticked]), _ids(request.POST.getlist("file"))
    drop_pages(request.season.pk, pages, files, by=request.actor)
    return redirect("office:prints_scans")


@require_safe
@staff_may("see_candidates")
def signed_page(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The picture of a signed page of this person, for staff of the area: the newest one, or the one that is named."""
    registration = one(request, registration_id)
    page = _named(ScannedPage.objects.filter(registration=registration), request.GET.get("page"))
    content = page_bytes(page)
    if not at_a_glance(request, page, request.GET.get("seen", "")):
        record("see_signed_page", by=request.actor, subject=registration.pk, path=registration.path)
    return signed_page_jpeg(content)


def _named(pages: "QuerySet[ScannedPage]", wanted: str | None) -> ScannedPage:
    try:
        page = pages.filter(pk=UUID(wanted)).first() if wanted else pages.order_by("-file__at").first()
    except ValueError:
        page = None
    if page is None:
        raise Http404
    return page


def _take(request: OfficeRequest) -> None:
    sent_file(request, "files", missing="请先选择扫描文件或照片（PDF、JPG、PNG）", too_large=_TOO_LARGE)
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Invalid({"files": "这一页已经过期，请重新选择文件"}) from None
    contents = [file.read() for file in request.FILES.getlist("files")]
    take_files(request.season, contents, key=key, by=request.actor)


def _page(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    """Whoever is shown the list has looked at the pages on it: recorded here, for each person once."""
    found = inbox(request.season.pk, request.staff.path)
    shown = [] if found.reading else [line for line in found.waiting if line.state != "void"]  # all of them together
    if shown:
        seen: dict[UUID, tuple[str, dict[str, object]]] = {line.person.pk: (line.person.path, {}) for line in shown}
        record_many("see_signed_page", by=request.actor, subjects=seen)
    picked = request.POST.getlist("pick") if errors else None
    context = {
        "found": found,
        "lines": [_line(request, line, picked) for line in shown],
        "void": [line for line in found.waiting if line.state == "void"],
        "problems": found.problems,
        "useless": _useless(found),
        "days": KEPT.days,
        "errors": errors or {},
        "key": str(uuid4()),
    }
    return render(request, "office/scans.html", context, status=422 if errors else 200)


def _line(request: OfficeRequest, line: Waiting, picked: list[str] | None) -> dict[str, Any]:
    """One person: what the tick sends, whether it is set, and the addresses of the pages."""
    value = _value(line)
    hrefs = [f"?page={page.pk}&seen={glance(request, page)}" for page in line.pages]
    # Who was left without a tick has most likely not signed: a second click must not record it. Nor an empty line.
    ticked = not (line.left or line.blank) if picked is None else value in picked
    return {"line": line, "value": value, "ticked": ticked, "hrefs": hrefs}


def _value(line: Waiting) -> str:
    return ".".join(str(page.pk) for page in line.pages)


def _useless(found: Inbox) -> list[UUID]:
    """The pages that cannot count: void, or matched with nobody."""
    void = [page.pk for line in found.waiting if line.state == "void" for page in line.pages]
    return [*void, *(page.pk for page, _ in found.problems)]


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
