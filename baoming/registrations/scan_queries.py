"""Reading signed pages: what waits at a site for a person's yes, and what was kept of one candidate (R20)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from baoming.documents.models import Print
from baoming.registrations.models import Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.pages import Fault
from baoming.registrations.services.scans import refuse_if_void
from baoming.shared.errors import Refused
from baoming.shared.queries import Kept

MOST = 200  # pages on one list; the others follow when these are done
PATIENCE = timedelta(minutes=15)  # without any file read at a site, that its list waits for those still unread
_FOUND = ScannedPage.Found
WORDS = {  # what the site reads of a page that was not matched: never whose it is
    _FOUND.UNREADABLE: "没有二维码或看不清。拍照请把整张放平，四角都拍进来，光线均匀，右上角要清楚；"
    "扫描用200dpi以上。前面的签字清单不用上传",
    _FOUND.SEVERAL: "一页上有几张登记表，请一张一张扫描或拍照",
    _FOUND.FORGED: "二维码校验不符，不是本系统打印的登记表，或二维码被改过，请核实这张纸的来源",
    _FOUND.SEASON: "不是本季的登记表，请用本季打印的表",
    _FOUND.ELSEWHERE: "不是本报名点考生的登记表，没有保存图像，请把纸交给所属的报名点",
    _FOUND.CONTINUED: "这是续页，没有找到它的第一页，请先上传第一页，再上传续页",
    _FOUND.TWICE: "同一页已经交过，不用再交",
    _FOUND.BROKEN: "这一页打不开，请重新扫描或拍照",
}
_LEFT = "考生已转到别的报名点，请把纸交给现在的报名点"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person's pages that wait. `state`: can be signed, is signed already, or is void; `said`: why not.

    `left`: the site has confirmed others of the same list, and these not.
    """

    person: Registration
    version: int
    pages: Sequence[ScannedPage]
    state: Literal["ready", "signed", "void"]
    said: str = ""
    left: bool = False

    @property
    def blank(self) -> bool:
        """Whether the line to sign on seems to be empty."""
        return any(page.blank for page in self.pages)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a site has handed in and nobody has confirmed. `files`: still being read; `stuck`: and not getting on."""

    files: Sequence[ScanFile] = ()
    stuck: bool = False
    waiting: Sequence[Waiting] = ()
    problems: Sequence[tuple[ScannedPage, str]] = ()
    faults: Sequence[tuple[ScanFile, str]] = ()
    more: bool = False
    read: int = field(default=0)

    @property
    def reading(self) -> bool:
        """Whether the list waits for more, so that all of it is confirmed together."""
        return bool(self.files) and not self.stuck


def inbox(season_id: int, path: str) -> Inbox:
    """Return what waits at the site with this path: as many questions for one page as for many."""
    here = ScanFile.objects.filter(season=season_id, path=path)
    files = list(here.filter(done_at=None).order_by("at", "place"))
    broken = [(file, Fault[file.fault].value) for file in here.exclude(fault="").order_by("at", "place")]
    rows = ScannedPage.objects.filter(file__in=here.values("pk"), kept_at=None).select_related("file", "registration")
    pages = list(rows.order_by("file__at", "file__place", "number")[: MOST + 1])
    shown = pages[:MOST]
    matched = [page for page in shown if page.found == _FOUND.MATCHED and _is_here(page, path)]
    confirmed = here.filter(scannedpage__kept_at__isnull=False).order_by("-at").first()
    return Inbox(
        files=files,
        stuck=_stuck(files, here),
        waiting=_waiting(matched, confirmed),
        problems=[(page, WORDS.get(_FOUND(page.found), _LEFT)) for page in shown if page not in matched],
        faults=broken,
        more=len(pages) > MOST,
        read=sum(file.read for file in files) + sum(page.file.done_at is not None for page in pages),
    )


def _stuck(files: Sequence[ScanFile], here: "QuerySet[ScanFile]") -> bool:
    """Whether the site's files have waited too long and none was read meanwhile: the list then goes on without them."""
    since = timezone.now() - PATIENCE
    return bool(files) and files[-1].at < since and not here.filter(done_at__gte=since).exists()


def _is_here(page: ScannedPage, path: str) -> bool:
    """Whether its person is still of this site; whoever has left is not seen from here."""
    return page.registration is not None and page.registration.path == path


@Kept
def kept_pages(registration: Registration) -> "QuerySet[ScannedPage]":
    """Return the pages that were kept of one person, newest first."""
    rows = ScannedPage.objects.filter(registration=registration, kept_at__isnull=False)
    return rows.order_by("-kept_at", "place")


def _waiting(pages: Sequence[ScannedPage], confirmed: ScanFile | None) -> list[Waiting]:
    """One line for each print, the second page of a sheet beside the first; in the order in which they were read.

    `confirmed`: the newest file of which a page was confirmed; what was handed in with it or before was on that list.
    """
    prints = Print.objects.in_bulk([page.print_id for page in pages if page.print_id])
    people = [page.registration_id for page in pages if page.registration_id]
    living = dict(Signature.objects.filter(registration__in=people, voided_at=None).values_list("registration", "pk"))
    lines: dict[UUID, list[ScannedPage]] = {}
    for page in pages:
        if page.print_id is not None:
            lines.setdefault(page.print_id, []).append(page)
    return [
        replace(_line(prints[pk], found, living), left=confirmed is not None and _came_with(found[-1].file, confirmed))
        for pk, found in lines.items()
    ]


def _came_with(file: ScanFile, confirmed: ScanFile) -> bool:
    return file.key == confirmed.key or file.at <= confirmed.at


def _line(printed: Print, pages: list[ScannedPage], living: dict[UUID, int]) -> Waiting:
    person = pages[0].registration
    assert person is not None
    try:
        refuse_if_void(printed, person)
    except Refused as refusal:
        return Waiting(person, printed.version, pages, "void", str(refusal))
    return Waiting(person, printed.version, pages, "signed" if person.pk in living else "ready")
