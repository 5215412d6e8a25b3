"""A signed page of somebody, as it lies once it was read: what pages about it look at."""

import io
from uuid import UUID, uuid4

from django.utils import timezone
from PIL import Image

from baoming.audit.actors import Actor, Party
from baoming.documents.services import log_print
from baoming.registrations.models import Registration, ScanFile, ScannedPage
from baoming.registrations.services.scans import PAGES, take_files
from baoming.registrations.services.sheets import SHEET, print_sheet
from baoming.registrations.tasks import read_scan
from tests.registrations.confirmed import operator, saved


def _print(row: Registration) -> UUID:
    by = Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    at, kept = row.created_at, "A" * 64
    return log_print(row.pk, SHEET, path=row.path, version=row.version, content_hash=kept, at=at, by=by).pk


def signed_page(row: Registration, *, print_id: UUID | None = None) -> ScannedPage:
    """Make a page of this person that waits at their site, and its print unless that is there."""
    now, pk, jpeg = timezone.now(), uuid4(), io.BytesIO()
    Image.new("RGB", (124, 175), "white").save(jpeg, "JPEG")
    file = ScanFile.objects.create(
        season=row.season, path=row.path, key=uuid4(), place=1, at=now, by_id="", by_label="周敏", pages=1, read=1,
        done_at=now,
    )  # fmt: skip
    name = PAGES.keep(pk, jpeg.getvalue())
    return ScannedPage.objects.create(
        id=pk, file=file, number=1, found="matched", registration=row, print_id=print_id or _print(row), picture=name
    )


def printed() -> tuple[Registration, bytes]:
    """A person whose sheet is printed, and the sheet."""
    row = saved()
    pdf = print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    return row, pdf


def handed_in(row: Registration, *files: bytes) -> list[ScannedPage]:
    """Hand files in at the site of `row`, and let the worker read them."""
    key = uuid4()
    take_files(row.season, files, key=key, by=operator(row))
    for file in ScanFile.objects.filter(key=key).order_by("place"):
        read_scan(str(file.pk))
    return list(ScannedPage.objects.filter(file__key=key).order_by("file__place", "number"))


def found(*pages: ScannedPage) -> list[str]:
    return [page.found for page in pages]
