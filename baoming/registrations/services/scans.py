"""Signed pages that come back from scanner and telephone: taken in, read, and kept once a person has said yes (R20).

Reading tells whose page it is and writes nothing about the person. Only `keep_pages`, an act of the site on pages
that it has seen, records a signature, by the same service as an entry by hand.
"""

import hashlib
import logging
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.documents.models import Print
from baoming.registrations.apart import read_page_apart
from baoming.registrations.models import Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.pages import Fault, PageRefused, PageScan
from baoming.registrations.services.sheet_checks import print_of
from baoming.registrations.services.sheets import record_signature
from baoming.registrations.services.steps import locked
from baoming.registrations.sheet_codes import SheetCode, read_code, read_continued
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused, Unavailable
from baoming.shared.jobs import DATABASE_AWAY, defer_in_line
from baoming.shared.paths import within
from baoming.shared.services import insert, update
from baoming.vault.file_services import FileLost, SealedFiles
from baoming.vault.services import keys

MOST_FILES = 30  # of one form
KEPT = timedelta(days=7)  # that a page waits for its yes, and that what was wrong with one is told
_JOB = "registrations.read_scan"
_TURN = 10.0  # seconds that one job reads before the next in the queue has its turn
_MOST_BROKEN = 3  # pages of one file that do not open, before it is given up
_GONE = "这一页已经处理过，请刷新页面"
_FOUND = ScannedPage.Found
SCANS = SealedFiles(ScanFile, "file", "scans", "扫描文件读不出，请重新上传")
PAGES = SealedFiles(
    ScannedPage, "picture", "pages",
    "这一页的图像读不出。还没有确认的，请丢弃后重新扫描；已经确认的以纸质原件为准，并请报系统管理员",
)  # fmt: skip
log = logging.getLogger("baoming.scans")


def take_files(season: Season, contents: Sequence[bytes], *, key: UUID, by: Actor) -> int:
    """Take files with signed pages of `by`'s site, sealed, and queue the jobs that read them; returns how many.

    Safe to repeat with the same `key`. Raises Invalid for no file, or too many.
    """
    if not contents:
        raise Invalid({"files": "请先选择扫描文件或照片（PDF、JPG、PNG）"})
    if len(contents) > MOST_FILES:
        raise Invalid({"files": f"一次最多{MOST_FILES}个文件，请分几次上传"})
    if ScanFile.objects.filter(path=by.path, key=key).exists():
        return len(contents)
    files = [_file(season, key, place, by) for place in range(1, len(contents) + 1)]
    try:
        for file, content in zip(files, contents, strict=True):  # slow, and outside of any transaction
            file.file = SCANS.keep(file.pk, content)
        _queue(files, size=sum(map(len, contents)), by=by)
    except BaseException as failure:
        _delete([file.file for file in files if file.file])
        if not isinstance(failure, IntegrityError):  # that: the same form came twice at once, and the other was first
            raise
    return len(contents)


def read_file(file_id: UUID, *, seconds: float = _TURN) -> None:
    """Read the pages of a file one after the other, each in the limited process; leave the rest to a job of its own.

    May run twice, and two at a time: each page is written once, under the lock of its file. Raises Unavailable and
    OSError, where another try may do better; a defect of ours ends this file, and the site's others go on.
    """
    file = ScanFile.objects.filter(pk=file_id).first()  # None: thrown away meanwhile
    if file is None or file.done_at is not None:
        return
    until = time.monotonic() + seconds
    try:
        content = _opened(file)
        while _read_next(file_id, content):
            if time.monotonic() > until:
                defer_in_line(_JOB, f"scans:{file.path}", file_id=str(file_id))
                return
    except (Unavailable, OSError, *DATABASE_AWAY):
        raise
    except Exception as problem:
        log.error("defect while scanned file %s was read: %s", file_id, type(problem).__name__)
        _give_up(file_id)


@transaction.atomic
def keep_pages(registration_id: UUID, page_ids: Collection[UUID], *, by: Actor) -> str:
    """Keep these pages of one person as what was signed, and record the signature; returns its id.

    Of a print that has been signed already the page is kept alone: "" then. Raises Refused for pages that are not
    there any more or do not show a print that counts, and whatever `record_signature` raises.
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"签字页由{PARTY_NAMES[Party.SITE]}登记")
    waiting = ScannedPage.objects.filter(pk__in=page_ids, registration=registration, kept_at=None)
    pages = list(waiting.order_by("place", "pk").select_for_update())
    living = Signature.objects.filter(registration=registration, voided_at=None).first()
    if not pages or len({page.print_id for page in pages}) > 1 or not _with_first(pages, living):
        raise Refused(_GONE)
    printed = Print.objects.get(pk=str(pages[0].print_id))
    refuse_if_void(printed, registration)
    made = "" if living else str(record_signature(
        registration.pk, version=printed.version, by=by, print_id=printed.pk).pk)  # fmt: skip
    for page in pages:
        page.kept_at, page.kept_by = season_now(registration.season_id), by.label
        update(page, "kept_at", "kept_by")
    details = {"version": printed.version, "count": len(pages)}
    record("keep_signed_page", by=by, subject=registration.pk, path=registration.path, details=details)
    return made


def _with_first(pages: Sequence[ScannedPage], living: Signature | None) -> bool:
    """Whether the first page is among them, or has been signed already: a second one alone proves no signature."""
    return pages[0].place == 1 or (living is not None and living.print_id == pages[0].print_id)


def refuse_if_void(printed: Print, registration: Registration) -> None:
    """Raise Changed where a print shows what is no longer so, with what counts now."""
    if printed.voided_at is None and printed.version == registration.version:
        return
    why = f"（{printed.void_reason}）" if printed.void_reason else ""
    now = f"现在有效的是第{registration.version}版"
    if registration.printed_version < registration.version or not registration.printed_version:
        raise Changed(f"第{printed.version}版已作废{why}，{now}，还没有打印，请打印后重新签字")
    raise Changed(f"第{printed.version}版已作废{why}，{now}，请在新打印的表上签字")


@transaction.atomic
def drop_pages(season_id: int, page_ids: Collection[UUID], file_ids: Collection[UUID] = (), *, by: Actor) -> int:
    """Throw away pages of `by`'s site that nobody has confirmed; with the last one its file goes, too.

    `file_ids`: of files at fault, whose fault has been read and is told no more.
    """
    here = ScannedPage.objects.filter(pk__in=page_ids, kept_at=None, file__season=season_id, file__path=by.path)
    pages = list(here.select_for_update(of=("self",)))
    faulty = ScanFile.objects.filter(pk__in=file_ids, season=season_id, path=by.path).exclude(fault="")
    files = list(faulty.select_for_update())
    if pages or files:
        subject, count = (pages[0].file_id if pages else files[0].pk), len(pages) + len(files)
        record("drop_scans", by=by, subject=subject, path=by.path, details={"count": count})
        ScanFile.objects.filter(pk__in=[file.pk for file in files]).update(fault="")
        _remove(pages)
        ScanFile.objects.filter(pk__in=[file.pk for file in files], scannedpage=None).delete()
    return len(pages) + len(files)


def remove_old_scans() -> int:
    """Throw away what nobody confirmed within some days; returns how many pages that were. May run twice.

    Under the lock of the pages: one that is being confirmed at this instant stays.
    """
    old = timezone.now() - KEPT
    with transaction.atomic():
        waiting = ScannedPage.objects.filter(kept_at=None, file__at__lt=old)
        pages = list(waiting.select_for_update(of=("self",)))
        _remove(pages)
    for file in ScanFile.objects.filter(at__lt=old).exclude(file=""):  # never read, or left behind when it was
        default_storage.delete(file.file)
        ScanFile.objects.filter(pk=file.pk).update(file="", done_at=Coalesce("done_at", timezone.now()))
    ScanFile.objects.filter(at__lt=old, scannedpage=None).delete()
    return len(pages)


def page_bytes(page: ScannedPage) -> bytes:
    """Open the sealed JPEG of a page. Raises FileLost, Unavailable."""
    return PAGES.read(page)


def _file(season: Season, key: UUID, place: int, by: Actor) -> ScanFile:
    return ScanFile(
        season=season, path=by.path, key=key, place=place, at=timezone.now(), by_id=by.id, by_label=by.label
    )


@transaction.atomic
def _queue(files: Sequence[ScanFile], *, size: int, by: Actor) -> None:
    """Write the files down and queue their jobs, in their order: a second page follows. Raises IntegrityError."""
    for file in files:
        insert(file)
        defer_in_line(_JOB, f"scans:{by.path}", file_id=str(file.pk))
    record("take_scans", by=by, subject=files[0].pk, path=by.path, details={"count": len(files), "bytes": size})


def _opened(file: ScanFile) -> bytes | None:
    """Return the file's content; None where the storage has lost it. Raises Unavailable while the storage is away."""
    try:
        return SCANS.read(file)
    except FileLost:
        return None


def _read_next(file_id: UUID, content: bytes | None) -> bool:
    """Read one page and write what it is; returns whether there are more."""
    at = ScanFile.objects.filter(pk=file_id).values_list("read", flat=True).first()
    if at is None:
        return False
    scan, fault = _scanned(content, at)  # slow, and outside of any transaction
    pk, name = uuid4(), ""
    try:
        with transaction.atomic():
            file = ScanFile.objects.select_for_update(of=("self",)).select_related("season").filter(pk=file_id).first()
            if file is None or file.done_at is not None or file.read != at:
                return file is not None and file.done_at is None  # another run was quicker
            page = _page(file, scan, fault, pk=pk)
            if page is not None and page.found == _FOUND.MATCHED and scan is not None:
                name = page.picture = PAGES.keep(pk, scan.jpeg)
                page.sha256, page.blank = hashlib.sha256(scan.jpeg).hexdigest(), scan.blank
            if page is not None:
                insert(page)
            done, stored = _advance(file, scan, fault), file.file
    except BaseException:
        if name:
            default_storage.delete(name)
        raise
    if done:
        with suppress(OSError):  # it is sealed and nobody's: the night takes it
            default_storage.delete(stored)
    return not done


@transaction.atomic
def _give_up(file_id: UUID) -> None:
    """End a file whose reading never would, and with it the site's whole list."""
    file = ScanFile.objects.select_for_update().filter(pk=file_id, done_at=None).first()
    if file is not None:
        file.fault, file.done_at = Fault.BROKEN.name, timezone.now()
        update(file, "fault", "done_at")
        transaction.on_commit(lambda: _delete([file.file]))


def _scanned(content: bytes | None, number: int) -> tuple[PageScan | None, Fault | None]:
    try:
        return (None, Fault.BROKEN) if content is None else (read_page_apart(content, number), None)
    except PageRefused as refusal:
        return None, refusal.fault


def _advance(file: ScanFile, scan: PageScan | None, fault: Fault | None) -> bool:
    """Count the page that was read; returns whether it was the last."""
    file.pages = scan.pages if scan else file.pages
    file.read += 1
    broken = ScannedPage.objects.filter(file=file, found=_FOUND.BROKEN).count()
    if fault and (file.pages is None or broken >= _MOST_BROKEN):
        file.fault = fault.name
    if file.fault or file.pages is None or file.read >= file.pages:
        file.done_at = timezone.now()
    update(file, "pages", "read", "fault", "done_at")
    return file.done_at is not None


def _page(file: ScanFile, scan: PageScan | None, fault: Fault | None, *, pk: UUID) -> ScannedPage | None:
    """Return the page as it is to be written; None where the file as a whole is at fault."""
    page = ScannedPage(id=pk, file=file, number=file.read + 1, found=_FOUND.BROKEN)
    if scan is None:
        return page if file.pages is not None else None
    codes = {code.signed: code for text in scan.codes if (code := read_code(text))}
    later = {pair for text in scan.codes if (pair := read_continued(text))}
    if len(codes) + len(later) > 1:
        page.found = _FOUND.SEVERAL
    elif codes:
        _match_first(page, next(iter(codes.values())))
    elif later:
        _match_second(page, *later.pop())
    else:
        page.found = _FOUND.UNREADABLE
    if page.found == _FOUND.MATCHED and _is_there(page):
        page.found, page.registration, page.print_id, page.place = _FOUND.TWICE, None, None, 1
    return page


def _match_first(page: ScannedPage, code: SheetCode) -> None:
    """Say whose page it is by its signed code: the site's own people of this season, else not."""
    file = page.file
    printed = print_of(code) if keys().verify(code.signed.encode(), signature=code.signature) else None
    person = Registration.objects.filter(pk=printed.subject).first() if printed else None
    if printed is None or person is None:
        page.found = _FOUND.FORGED
    elif person.season_id != file.season_id:
        page.found = _FOUND.SEASON
    elif not within(person.path, file.path):
        page.found = _FOUND.ELSEWHERE
    else:
        page.found, page.registration, page.print_id = _FOUND.MATCHED, person, printed.pk


def _match_second(page: ScannedPage, year: int, number: int, version: int) -> None:
    """A second page goes with the first one of the same site that waits, or was kept for a signature that stands.

    Its own code is signed by nobody.
    """
    file = page.file
    if year != file.season.year % 100:
        page.found = _FOUND.SEASON
        return
    firsts = ScannedPage.objects.filter(
        _counting(file, Signature.objects.filter(registration__number=number, registration__season=file.season)),
        file__season=file.season,
        place=1,
        found=_FOUND.MATCHED,
        registration__number=number,
    )
    prints = Print.objects.filter(pk__in=firsts.values("print_id"), version=version)
    first = firsts.filter(print_id__in=prints.values("pk")).select_related("registration").first()
    page.found = _FOUND.CONTINUED
    if first is not None:
        page.found, page.registration, page.print_id = _FOUND.MATCHED, first.registration, first.print_id
        page.place = 2


def _is_there(page: ScannedPage) -> bool:
    """Whether the same page waits here already, or was kept for a signature that stands."""
    same = ScannedPage.objects.filter(print_id=str(page.print_id), place=page.place, found=_FOUND.MATCHED)
    return same.filter(_counting(page.file, Signature.objects.filter(registration=page.registration_id))).exists()


def _counting(file: ScanFile, signatures: "QuerySet[Signature]") -> Q:
    """The pages that wait at the file's site, and those kept for one of these signatures if it stands."""
    return Q(kept_at=None, file__path=file.path) | Q(print_id__in=signatures.filter(voided_at=None).values("print_id"))


def _remove(pages: Sequence[ScannedPage]) -> None:
    """Rows first: a picture without a row harms nobody."""
    files = {page.file_id for page in pages}
    ScannedPage.objects.filter(pk__in=[page.pk for page in pages]).delete()
    ScanFile.objects.filter(pk__in=files, scannedpage=None, done_at__isnull=False).delete()
    names = [page.picture for page in pages if page.picture]
    transaction.on_commit(lambda: _delete(names))


def _delete(names: Sequence[str]) -> None:
    for name in names:
        default_storage.delete(name)
