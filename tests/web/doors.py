"""Every place of the product that takes a file, as its page or command is used: what is said, and what stays."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from PIL import Image

from baoming.registrations.absent_queries import HANDED
from baoming.registrations.attached_queries import newest_declaration, picture_bytes
from baoming.registrations.models import Evidence, HandIn, NameImage, Photo, Registration, ScanFile, ScannedPage
from baoming.registrations.name_image_queries import picture_of, strip_of
from baoming.registrations.queries import photo_bytes
from baoming.registrations.services.scans import page_bytes
from baoming.registrations.tasks import read_scan
from baoming.reviews.case_queries import consent_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services.cases import act_on_case
from standins.cards import front, photographed
from standins.faces import face
from tests import factories as make
from tests.imports.files import MORAL
from tests.registrations import absent, attached, degrade, hostile
from tests.registrations.scanned import printed
from tests.registrations.test_save_form import PASSWORD
from tests.web.conftest import signed_in

RARE = "龙\ue000明"  # which no font draws: the name is a picture
TAKEN = "taken"


@dataclass(frozen=True)
class Door:
    """`send` returns `taken` or what the page says of the file; `kept`: the pictures that lie in the storage now."""

    send: Callable[[bytes], str]
    kept: Callable[[], list[bytes]] = list
    sound: bytes = b""  # what the door is there for, with the place where it was taken


def photo(_: Path) -> Door:
    make.season()
    row = make.registration(make.site())
    page = f"/desk/{row.pk}/photo/"
    send = _page("office", signed_in(Client(), make.staff(row.site)), page, lambda content: {"photo": _file(content)})
    return Door(send, lambda: list(map(photo_bytes, Photo.objects.all())), _placed(face(1)))


def handed(_: Path) -> Door:
    """A photo of who cannot come, by a code and before there is an account."""
    row = absent.away()
    send = _page(
        "candidate", absent.inside(row), "/hand-in/", lambda content: {"act": "picture", "photo": _file(content)}
    )
    return Door(send, lambda: list(map(HANDED.read, HandIn.objects.exclude(file=""))), _placed(face(1)))


def card(_: Path) -> Door:
    make.season()
    row = make.registration(make.site(), name=RARE)
    page = f"/desk/{row.pk}/name/"
    send = _page("office", signed_in(Client(), make.staff(row.site)), page, lambda content: {"front": _file(content)})

    def kept() -> list[bytes]:
        return [found(image) for image in NameImage.objects.all() for found in (picture_of, strip_of)]

    return Door(send, kept, _placed(photographed(front(RARE))))


def scans(_: Path) -> Door:
    row, pdf = printed()
    client, page = signed_in(Client(), make.staff(row.site)), "/prints/scans/"
    hand_in = _page("office", client, page, lambda content: {"key": str(uuid4()), "files": _file(content)})

    def send(content: bytes) -> str:
        """Hand in, let the worker read, look at the list, and clear it."""
        if (said := hand_in(content)) != TAKEN:
            return said
        file = ScanFile.objects.get(done_at=None)
        read_scan(str(file.pk))
        file.refresh_from_db()
        assert file.done_at
        assert not default_storage.exists(file.file), "the file itself goes once it was read"
        with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
            shown = client.get(page).content.decode()
            ids = re.findall(r'name="(page|file)" value="([^"]+)"', shown)
            sent = {kind: [pk for one, pk in ids if one == kind] for kind in ("page", "file")}
            client.post("/prints/scans/drop/", sent)
        return "".join(re.findall(r'<td class="wrap">([^<]*)', shown)) or TAKEN

    return Door(send, lambda: list(map(page_bytes, ScannedPage.objects.exclude(picture=""))),
                _placed(degrade.jpeg(degrade.page(pdf))))  # fmt: skip


def booklet(_: Path) -> Door:
    row = attached.saved()
    client = _own(row)
    send = _page("candidate", client, "/household/",
                 lambda content: {"household-first": _file(content), "consent": "2025.1"})  # fmt: skip
    return Door(send, _papers, attached.paper(place=True))


def evidence(_: Path) -> Door:
    row = attached.saved(2023, "declarations")

    def sent(content: bytes) -> dict[str, object]:
        newest = newest_declaration(row)
        return {"kinds": ["MARTYR"], "declaration-MARTYR": _file(content), "consent": "2023.1",
                "save_password": PASSWORD, "revision": str(newest.number if newest else 0)}  # fmt: skip

    return Door(_page("candidate", _own(row), "/declarations/", sent), _papers, attached.paper(place=True))


def request(_: Path) -> Door:
    """A paper handed in with one's own request; who has asked withdraws, and asks again with the next file."""
    row = attached.saved(2023, "confirmation")
    consent = consent_of(row.season).version
    send = _page("candidate", _own(row), "/requests/new/fee_exemption/",
                 lambda content: {"ground": "poverty", "consent": consent, "proof": _file(content)})  # fmt: skip
    return Door(_asking_again(row, send), _papers, attached.paper(place=True))


def case(_: Path) -> Door:
    """As `request`, by the site for who has handed in paper."""
    row = attached.saved(2023, "confirmation")
    send = _page("office", signed_in(Client(), make.staff(row.site)), f"/candidates/{row.pk}/cases/fee_exemption/",
                 lambda content: {"ground": "poverty", "proof": _file(content)})  # fmt: skip
    return Door(_asking_again(row, send), _papers, attached.paper(place=True))


def _asking_again(row: Registration, send: Callable[[bytes], str]) -> Callable[[bytes], str]:
    def asking(content: bytes) -> str:
        said = send(content)
        for one in Case.objects.filter(registration=row, state="waiting"):
            act_on_case(one.pk, Act.WITHDRAW, seen=one.newest, by=attached.site(row), note="再试")
        return said

    return asking


def roster(_: Path) -> Door:
    make.season()
    client = signed_in(Client(), make.staff(make.site()))
    return Door(_page("office", client, "/rosters/", lambda content: {"file": _file(content, "名册.xlsx")}))


def imports(_: Path) -> Door:
    """A file of other information; what is drawn as a roster has the columns of this kind."""
    make.season("confirmation")
    client = signed_in(Client(), make.staff(make.site()))

    def body(content: bytes) -> dict[str, object]:
        content = content.replace(hostile.COLUMNS.encode(), ",".join(MORAL).encode())
        return {"kind": "moral", "file": _file(content, "考核.xlsx")}

    return Door(_page("office", client, "/imports/", body))


def schools(folder: Path) -> Door:
    return _command("import_schools", folder, "学校代码,学校名称")


def townships(folder: Path) -> Door:
    return _command("import_townships", folder, "县区代码,乡镇街道")


PICTURES, PAGES, TABLES = "picture", "page", "roster"  # what is chosen at a door: see test_hostile_files.drawn
DOORS: dict[Callable[[Path], Door], str] = {
    photo: PICTURES, handed: PICTURES, card: PICTURES, scans: PAGES, booklet: PAGES, evidence: PAGES,
    request: PAGES, case: PAGES, roster: TABLES, imports: TABLES, schools: TABLES, townships: TABLES,
}  # fmt: skip


def _page(
    portal: str, client: Client, address: str, body: Callable[[bytes], dict[str, object]]
) -> Callable[[bytes], str]:
    def send(content: bytes) -> str:
        with override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}"):
            answer = client.post(address, body(content))
        if answer.status_code in (200, 302):
            return TAKEN
        assert answer.status_code in (409, 422), answer.status_code
        (said,) = set(re.findall(r'<p (?:class="message" id="e-[^>]*|role="alert")>([^<]+)', answer.content.decode()))
        return unescape(said)

    return send


def _command(name: str, folder: Path, columns: str) -> Door:
    """A list that a command takes; what is drawn as a roster has the columns of this list."""
    season, file = make.season(), folder / "list.csv"

    def send(content: bytes) -> str:
        file.write_bytes(content.replace(hostile.COLUMNS.encode(), columns.encode()))
        try:
            call_command(name, season.province, str(season.year), str(file), kind=season.kind, stdout=io.StringIO())
        except CommandError as refusal:
            return str(refusal)
        return TAKEN

    return Door(send)


def _own(row: Registration) -> Client:
    client = Client()
    assert row.account
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        client.force_login(row.account)
    return client


def _papers() -> list[bytes]:
    return list(map(picture_bytes, Evidence.objects.all()))


def _file(content: bytes, name: str = "file.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _placed(picture: bytes) -> bytes:
    """Return the picture as a phone writes it that knows where it is."""
    return hostile.saved(Image.open(io.BytesIO(picture)), "JPEG", exif=hostile.gps(), quality=95)
