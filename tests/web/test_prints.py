"""Files of class prints in the office: listed, looked into, fetched by their own site alone, gone after some days."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from baoming.audit.models import Event
from baoming.documents import services as documents
from baoming.documents.models import PrintFile
from baoming.documents.services import KEPT, remove_old_files, void_prints
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.services.sheets import SHEET, record_signature
from baoming.reviews.services.class_prints import print_class
from baoming.reviews.tasks import make_print_file, run_batch
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.vault.services import keys
from bench.saved import saved_pupils
from standins.people import people
from tests import factories as make
from tests.registrations.classes import operator
from tests.reviews.test_class_print import PRIVATE, pictures
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> list[Registration]:
    make.season("confirmation")
    return saved_pupils(make.site(), people(4), pictures(), first=1_020_001, season=Season.objects.get())


@pytest.fixture
def file(rows: list[Registration]) -> PrintFile:
    """A class of four, printed: three sheets, and one left out."""
    Registration.objects.filter(pk=rows[3].pk).update(name=PRIVATE)
    ids = [row.pk for row in rows]
    batch = print_class(Season.objects.get(), ids, key=uuid4(), about="高三（1）班", by=operator(rows[0].site))
    run_batch(str(batch.pk))
    made = PrintFile.objects.get()
    make_print_file(str(made.pk))
    made.refresh_from_db()
    return made


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return "".join(answer.content.decode().split())


def test_of_whoever_has_moved_away_the_old_site_sees_that_there_was_a_paper_and_no_more(
    office: Client, rows: list[Registration], file: PrintFile
) -> None:
    there = make.site(of="0103")
    Registration.objects.filter(pk=rows[0].pk).update(site=there, path=there.path, number=1030007)
    signed_in(office, make.staff(rows[0].site))
    shown = page(office, f"/prints/{file.pk}/")
    assert rows[0].name not in shown
    assert "已转出" in shown
    assert "<span>0007</span>" not in shown
    assert "<span>0002</span>" in shown
    assert f"/candidates/{rows[0].pk}/" not in shown
    assert f"/candidates/{rows[1].pk}/" in shown


def test_the_site_sees_its_files_and_opens_one(office: Client, rows: list[Registration], file: PrintFile) -> None:
    signed_in(office, make.staff(rows[0].site))
    listed = page(office, "/prints/")
    assert "高三（1）班" in listed
    assert "可以打开" in listed
    answer = office.get(f"/prints/{file.pk}/pdf/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert "欧阳" not in answer.headers["Content-Disposition"]
    event = Event.objects.get(verb="fetch_prints")
    assert (event.subject, event.actor_label) == (file.pk, "周敏")


def test_its_page_says_what_each_sheet_is_worth_now(office: Client, rows: list[Registration], file: PrintFile) -> None:
    void_prints(rows[0].pk, SHEET, reason="照片已更换", at=season_now(rows[0].season_id))
    record_signature(rows[1].pk, version=1, by=operator(rows[1].site))
    shown = page(signed_in(office, make.staff(rows[0].site)), f"/prints/{file.pk}/")
    assert "3份，其中1份已作废" in shown
    assert "已作废，照片已更换" in shown
    assert shown.count("已签</span>") == 1
    assert "没有打印的人和原因" in shown
    assert "“姓名”里的U+E863字库中没有" in shown


def test_a_candidates_story_tells_of_the_print(office: Client, rows: list[Registration], file: PrintFile) -> None:
    story = page(signed_in(office, make.staff(rows[0].site)), f"/candidates/{rows[0].pk}/")
    assert "打印报名登记表，第1版" in story
    assert "整班，第1份" in story


@pytest.mark.parametrize("route", ["", "pdf/"])
def test_another_sites_operator_finds_nothing_and_no_other_role_either(
    office: Client, rows: list[Registration], file: PrintFile, route: str
) -> None:
    neighbour, above = make.staff(make.site("02")), make.staff(make.county(), Role.COUNTY)
    for stranger in (neighbour, above):
        assert signed_in(office, stranger).get(f"/prints/{file.pk}/{route}").status_code == 404
    assert not Event.objects.filter(verb="fetch_prints").exists()


def test_it_lies_sealed_and_bound_to_its_row(rows: list[Registration], file: PrintFile) -> None:
    with default_storage.open(file.file) as kept:
        content = kept.read()
    assert content.startswith(b"v1|")
    assert b"%PDF" not in content
    with pytest.raises(Exception, match="another place"):
        keys().unseal(content.decode(), context="documents_printfile.file.other")


def test_before_it_is_made_it_says_so(office: Client, rows: list[Registration], file: PrintFile) -> None:
    PrintFile.objects.update(made_at=None, file="")
    signed_in(office, make.staff(rows[0].site))
    assert "正在生成" in page(office, f"/prints/{file.pk}/")
    refused = office.get(f"/prints/{file.pk}/pdf/")
    assert refused.status_code == 409
    assert "文件还在生成" in refused.content.decode()


def test_after_its_days_the_file_goes_and_the_log_stays(
    office: Client, rows: list[Registration], file: PrintFile
) -> None:
    name = file.file
    PrintFile.objects.update(made_at=timezone.now() - KEPT + timedelta(minutes=5))
    assert remove_old_files() == 0
    PrintFile.objects.update(made_at=timezone.now() - KEPT - timedelta(minutes=5))
    assert remove_old_files() == 1
    assert remove_old_files() == 0
    assert not default_storage.exists(name)
    signed_in(office, make.staff(rows[0].site))
    assert "已清除" in page(office, "/prints/")
    assert "打印记录还在" in page(office, f"/prints/{file.pk}/")
    refused = office.get(f"/prints/{file.pk}/pdf/")
    assert refused.status_code == 409
    assert f"文件生成{KEPT.days}天后已清除" in refused.content.decode()


def test_a_removal_killed_half_way_is_finished_the_next_night(
    rows: list[Registration], file: PrintFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    PrintFile.objects.update(made_at=timezone.now() - KEPT - timedelta(minutes=5))
    default_storage.delete(file.file)  # and killed before the row was written
    assert remove_old_files() == 1
    file.refresh_from_db()
    assert (file.file, file.removed_at is not None) == ("", True)


def test_a_file_lost_from_the_storage_is_a_refusal_and_no_defect(
    office: Client, rows: list[Registration], file: PrintFile
) -> None:
    documents.default_storage.delete(file.file)
    refused = signed_in(office, make.staff(rows[0].site)).get(f"/prints/{file.pk}/pdf/")
    assert refused.status_code == 409
    assert "请重新打印" in refused.content.decode()
