"""R20: the site hands signed pages in, sees whose they are, says yes, and finds them again on the person's page."""

import json
import re
import subprocess
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client, override_settings

from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import scan_queries
from baoming.registrations.models import Batch, BatchLine, Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.models.registration import RegistrationQuerySet
from baoming.registrations.services.scans import MOST_FILES
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.tasks import read_scan
from baoming.reviews.tasks import run_batch
from baoming.web.office import scans as page_module
from launcher.tools import node
from tests import factories as make
from tests.environment import ROOT
from tests.registrations import degrade
from tests.registrations.confirmed import change, operator
from tests.registrations.scanned import printed
from tests.roles import portals_as_worker
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def send(client: Client, *contents: bytes, key: str = "") -> int:
    files = [SimpleUploadedFile(f"张三{place}.pdf", content) for place, content in enumerate(contents)]
    return client.post("/prints/scans/", {"key": key or str(uuid4()), "files": files}).status_code


def read() -> None:
    for file in ScanFile.objects.filter(done_at=None).order_by("at", "place"):
        read_scan(str(file.pk))


def page(client: Client, address: str = "/prints/scans/", *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return "".join(answer.content.decode().split())


def ticks(client: Client) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', client.get("/prints/scans/").content.decode())


def confirmed(client: Client, picks: list[str]) -> Batch:
    answer = client.post("/prints/scans/confirm/", {"key": str(uuid4()), "pick": picks})
    assert answer.status_code == 302, answer.content.decode()
    batch = Batch.objects.get(kind="scan", done=0, skipped=0)
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    return batch


def test_who_was_left_without_a_tick_is_not_ticked_again_until_handed_in_anew(office: Client) -> None:
    (one, first), (other, second) = printed(), printed()
    signed_in(office, make.staff(one.site))
    send(office, *(degrade.jpeg(degrade.signed(degrade.page(pdf))) for pdf in (first, second)))
    assert "已看<b>0</b>页" in page(office)
    read_scan(str(ScanFile.objects.order_by("place")[0].pk))
    assert "已看<b>1</b>页" in page(office), "what was read of a file that is done is counted too"
    read()
    assert page(office).count("checked") == 2
    confirmed(office, ticks(office)[:1])
    shown = page(office)
    assert (other.name in shown, "上次没有登记" in shown, "checked" in shown) == (True, True, False)


def test_from_the_file_to_the_signature_and_back(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    assert send(office, degrade.jpeg(degrade.signed(degrade.page(pdf)))) == 302
    waiting = page(office)
    assert "正在识别" in waiting
    assert row.name not in waiting
    read()
    shown = page(office)
    assert row.name in shown
    assert "没有等待确认" not in shown
    assert not Signature.objects.exists()
    batch = confirmed(office, ticks(office))
    assert (batch.done, batch.skipped) == (1, 0)
    row.refresh_from_db()
    assert row.signed_version == 1
    assert row.name not in page(office)
    assert office.post(f"/batches/{batch.pk}/undo/", {"reason": "没有签字"}).status_code == 302
    run_batch(str(Batch.objects.get(undoes=batch).pk))
    row.refresh_from_db()
    assert row.signed_version == 0


def test_a_file_that_is_never_read_does_not_keep_the_others_from_being_confirmed(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    send(office, pdf)
    read()
    send(office, pdf)
    assert ticks(office) == []
    ScanFile.objects.update(at=F("at") - scan_queries.PATIENCE)
    assert ticks(office) == [], "one was read a moment ago"
    ScanFile.objects.filter(done_at__isnull=False).update(done_at=F("done_at") - scan_queries.PATIENCE)
    shown = page(office)
    assert "识别停了15分钟" in shown
    assert "again.js" not in shown
    assert len(ticks(office)) == 1


def test_the_page_is_looked_at_from_the_story_and_every_look_is_an_event(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    send(office, pdf)
    read()
    confirmed(office, ticks(office))
    seen = Event.objects.filter(verb="see_signed_page", subject=row.pk).count()
    story = office.get(f"/candidates/{row.pk}/").content.decode()
    [href] = re.findall(r'href="(/candidates/[^"]+/signed-page/[^"]+)"', story)
    answer = office.get(href)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Content-Disposition"] == 'inline; filename="signed-page.jpg"'
    assert Event.objects.filter(verb="see_signed_page", subject=row.pk).count() == seen + 1
    county = signed_in(Client(), make.staff(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY))
    assert county.get(href).status_code == 200
    stranger = signed_in(Client(), make.staff(make.site("02")))
    assert stranger.get(href).status_code == 404


def test_a_picture_on_the_list_is_no_second_look_and_a_link_of_somebody_else_is(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    send(office, pdf)
    read()
    text = office.get("/prints/scans/").content.decode()
    [source] = re.findall(r'<img src="([^"]+)"', text)
    looks = Event.objects.filter(verb="see_signed_page").count()
    assert office.get(source.replace("&amp;", "&")).status_code == 200
    assert Event.objects.filter(verb="see_signed_page").count() == looks
    other = signed_in(Client(), make.staff(row.site))
    assert other.get(source.replace("&amp;", "&")).status_code == 200
    assert Event.objects.filter(verb="see_signed_page").count() == looks + 1


def test_a_void_page_says_which_version_counts_and_cannot_be_ticked(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    send(office, pdf)
    read()
    [tick] = ticks(office)
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    shown = page(office)
    assert "第1版已作废（已保存第2版），现在有效的是第2版，还没有打印，请打印后重新签字" in shown
    assert ticks(office) == []
    batch = confirmed(office, [tick])
    assert (batch.done, batch.skipped) == (0, 1)
    assert "现在有效的是第2版" in BatchLine.objects.get(batch=batch).sentence
    assert not Signature.objects.exists()


def test_what_cannot_count_is_named_without_a_name_and_cleared(office: Client) -> None:
    row, pdf = printed()
    there = make.site("02")
    signed_in(office, make.staff(there))
    blank = degrade.jpeg(degrade.np.full((800, 600, 3), 255, degrade.np.uint8))
    send(office, pdf, blank, b"%PDF-1.7 x", b"GIF89a")
    read()
    shown = page(office)
    for words in ("不是本报名点考生的登记表", "没有二维码或看不清", "文件不完整", "不是PDF、JPG或PNG文件"):
        assert words in shown, words
    assert row.name not in shown
    assert str(row.pk) not in shown
    pages = [str(one.pk) for one in ScannedPage.objects.all()]
    faulty = [str(one.pk) for one in ScanFile.objects.exclude(fault="")]
    assert office.post("/prints/scans/drop/", {"page": pages, "file": faulty}).status_code == 302
    assert not ScannedPage.objects.exists()
    assert not ScanFile.objects.exists()
    assert "不能登记的页" not in page(office)


def test_files_that_are_too_much_for_one_sending_are_refused_with_what_to_do(office: Client) -> None:
    make.season("confirmation")
    signed_in(office, make.staff(make.site()))
    with override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=100):
        files = [SimpleUploadedFile("a.jpg", bytes(7 * 1024 * 1024)) for _ in range(2)]
        answer = office.post("/prints/scans/", {"key": str(uuid4()), "files": files})
    assert answer.status_code == 422
    assert "请分几次上传" in answer.content.decode()


def test_another_sites_page_cannot_be_confirmed_and_control_without_the_look_it_reaches_the_batch(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, pdf = printed()
    own = signed_in(Client(), make.staff(row.site))
    with_pages = send(own, pdf)
    assert with_pages == 302
    read()
    [tick] = ticks(own)
    signed_in(office, make.staff(make.site("02")))
    answer = office.post("/prints/scans/confirm/", {"key": str(uuid4()), "pick": [tick]})
    assert answer.status_code == 422
    assert "没有选中可以办理的考生" in answer.content.decode()
    found = page_module.inbox(row.season_id, row.path)
    monkeypatch.setattr(page_module, "inbox", lambda *_: found)
    monkeypatch.setattr(RegistrationQuerySet, "within", lambda rows, _: rows)
    with portals_as_worker():
        assert office.post("/prints/scans/confirm/", {"key": str(uuid4()), "pick": [tick]}).status_code == 302
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [({}, "请先选择扫描文件或照片"), ({"key": "x", "files": b"x"}, "这一页已经过期")],
)
def test_a_form_that_lacks_something_says_what_to_do(office: Client, body: dict[str, object], words: str) -> None:
    make.season("confirmation")
    signed_in(office, make.staff(make.site()))
    sent = {
        key: SimpleUploadedFile("a.pdf", value) if isinstance(value, bytes) else value for key, value in body.items()
    }
    answer = office.post("/prints/scans/", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "body", [{"key": "x", "pick": ["1"]}, {}, {"key": str(UUID(int=7))}, {"pick": ["'; --", "<b>"]}]
)
def test_nasty_confirmations_are_refused_with_a_sentence(office: Client, body: dict[str, object]) -> None:
    make.season("confirmation")
    signed_in(office, make.staff(make.site()))
    assert office.post("/prints/scans/confirm/", body).status_code == 422
    assert office.post("/prints/scans/drop/", {"page": ["x", "<b>"], "pick": ["1.2"]}).status_code == 302


# several sendings

PARTS = """
globalThis.document = { addEventListener() {} };
%s
const told = parts(JSON.parse(process.argv[1]).map((size) => ({ size })));
console.log(JSON.stringify([MOST_FILES, told.map((part) => part.map((file) => file.size))]));
"""
_MB = 1024 * 1024


def parts(*sizes: int) -> list[list[int]]:
    """How the page's script puts files of these sizes into sendings."""
    script = PARTS % (ROOT / "baoming/web/static/scans.js").read_text("utf-8")
    done = subprocess.run([node(), "-e", script, json.dumps(sizes)], check=True, capture_output=True, text=True)
    most, told = json.loads(done.stdout)
    assert most == MOST_FILES
    return list(told)


def test_what_is_too_much_or_too_many_for_one_sending_goes_in_several() -> None:
    assert parts(4 * _MB, 5 * _MB, 4 * _MB) == [[4 * _MB, 5 * _MB], [4 * _MB]]
    assert [len(part) for part in parts(*[100_000] * 61)] == [30, 30, 1]
    assert parts(12 * _MB, 1) == [[12 * _MB], [1]]


# a reprint of what is signed


def test_a_second_print_of_the_signed_version_is_not_called_unsigned(office: Client) -> None:
    row, _ = printed()
    record_signature(row.pk, version=1, by=operator(row))
    make.at(Print.objects.get().at + make.A_MINUTE)
    print_sheet(row.pk, by=operator(row))
    signed_in(office, make.staff(row.site))
    story = page(office, f"/candidates/{row.pk}/")
    assert "本版已签（另一份）" in story
    assert "未签</span>" not in story


# signed and now


def test_what_changed_since_the_signature_stands_on_the_story(office: Client) -> None:
    row, _ = printed()
    record_signature(row.pk, version=1, by=operator(row))
    signed_in(office, make.staff(row.site))
    assert "签字以后改了什么" not in page(office, f"/candidates/{row.pk}/")
    open_correction(row.pk, hours=2, by=operator(row))
    change(row, "410018")
    change(row, "410019")
    story = page(office, f"/candidates/{row.pk}/")
    part = story[story.index('id="signed-then"') :]
    assert "签字版：第1版" in part
    assert "当前版：第3版" in part
    assert "<del>410016</del>" in part
    assert "<ins>410019</ins>" in part
    assert "410018" not in part.partition("</table>")[0]
    row.refresh_from_db()
    print_sheet(row.pk, by=operator(row))
    record_signature(row.pk, version=3, by=operator(row))
    assert "签字以后改了什么" not in page(office, f"/candidates/{row.pk}/")


def test_pages_of_somebody_who_went_to_another_site_meanwhile_do_not_break_the_list(office: Client) -> None:
    row, pdf = printed()
    signed_in(office, make.staff(row.site))
    send(office, pdf)
    read()
    [tick] = ticks(office)
    there = make.site("02")
    Registration.objects.filter(pk=row.pk).update(site=there, path=there.path)
    Print.objects.filter(subject=row.pk).update(path=there.path)
    shown = page(office)
    assert row.name not in shown
    assert "考生已转到别的报名点" in shown
    there_too = signed_in(Client(), make.staff(there))
    send(there_too, pdf)
    read()
    assert len(ticks(there_too)) == 1, "the page that waits elsewhere is none of theirs"
    answer = office.post("/prints/scans/confirm/", {"key": str(uuid4()), "pick": [tick]})
    assert answer.status_code == 422
    assert office.post("/prints/scans/drop/", {"page": [tick]}).status_code == 302
    assert "考生已转到" not in page(office)
