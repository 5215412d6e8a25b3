"""Bonus points and special plans are declared in their own window, or the right is lost (R13)."""

import io
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.organizations.roles import Role
from baoming.registrations.attached_queries import (
    declarations_of,
    declared_counts,
    drafts_of,
    newest_declaration,
    pictures_of,
)
from baoming.registrations.models import Declaration, Registration
from baoming.registrations.queries import current_photo
from baoming.registrations.services import declarations, sheet_data
from baoming.registrations.services.forms import WrongSavePassword
from baoming.registrations.services.sheets import print_sheet
from baoming.schedule.models import Phase
from baoming.seasons import queries as seasons
from baoming.seasons.models import SeasonData
from baoming.seasons.queries import season_now
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from baoming.vault.services import keys
from baoming.web import templates
from launcher.tools import chromium
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations import confirmed
from tests.registrations.attached import declared, paper, saved
from tests.registrations.test_save_form import PASSWORD
from tests.registrations.test_sheets_service import words
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
pytestmark = pytest.mark.django_db
YEARS = pytest.mark.parametrize("year", [2023, 2025])


def declarer(year: int = 2023) -> Registration:
    return saved(year, "declarations")


@YEARS
def test_each_declaration_is_a_version_and_the_newest_counts(year: int) -> None:
    row = declarer(year)
    declared(row, "NATIONAL", "MARTYR")
    assert row.traits.count("declares") == 1
    assert "declarations" in row.done_steps
    declared(row, "MARTYR", revision="1")
    found = declarations_of(row)
    assert [(one.number, one.kinds, one.newest) for one in found] == [
        (2, ["MARTYR"], True),
        (1, ["MARTYR", "NATIONAL"], False),
    ]
    assert set(found[1].pictures) == {"MARTYR", "NATIONAL"}
    assert [one.consent for one in found] == ["", f"{year}.1"], "the same picture once more is none that is handed in"
    assert list(Event.objects.filter(subject=row.pk, verb="declare").values_list("details", flat=True)) == [
        {"version": 1, "count": 2},
        {"version": 2, "count": 1},
    ]


def test_nothing_to_declare_is_said_and_kept_too() -> None:
    row = declarer()
    declared(row)
    newest = newest_declaration(row)
    assert newest
    assert (newest.kinds, newest.consent, "declares" in row.traits) == ([], "", False)
    declared(row, "LOCAL", revision="1")
    declared(row, revision="2")
    assert "declares" not in row.traits


@pytest.mark.parametrize(
    ("kinds", "changes", "refusal", "sentence"),
    [
        ((), {"none": False}, Invalid, "请勾选要申报的项目"),
        (("MARTYR",), {"none": True}, Invalid, "请勾选要申报的项目"),
        (("SINGING",), {}, Invalid, "请勾选要申报的项目"),
        (("MARTYR",), {"files": {}}, Invalid, "请上传烈士证明书和户口簿的照片"),
        (("MARTYR",), {"files": {"declaration-MARTYR": b"=1+1"}}, Invalid, "不是JPG、PNG照片或PDF文件"),
        (("MARTYR",), {"files": {"declaration-LOCAL": paper()}}, Invalid, "请上传烈士证明书和户口簿的照片"),
        (("MARTYR",), {"consent": ""}, Invalid, "勾选同意"),
        (("MARTYR",), {"save_password": "bu-dui-2023"}, WrongSavePassword, "还没有申报"),
        (("MARTYR",), {"save_password": ""}, Invalid, "请输入保存密码"),
        (("MARTYR",), {"revision": "3"}, Changed, "刚刚在另一处申报过"),
    ],
)
def test_what_is_no_declaration_says_what_to_do_and_leaves_nothing(
    kinds: tuple[str, ...], changes: dict[str, object], refusal: type[Refused], sentence: str
) -> None:
    row = declarer()
    with pytest.raises(refusal, match=sentence):
        declared(row, *kinds, **changes)  # type: ignore[arg-type]
    assert not Declaration.objects.exists()
    assert pictures_of(row) == {}


def test_what_is_missing_is_named_all_at_once() -> None:
    row = declarer()
    with pytest.raises(Invalid) as refusal:
        declared(row, "MARTYR", "LOCAL", files={"declaration-LOCAL": paper()}, consent="", save_password="")
    assert list(refusal.value.fields) == ["declaration-MARTYR", "save_password", "consent"]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_button_tapped_twice_at_the_same_instant_declares_once() -> None:
    row = declarer()
    answers = together([partial(declared, Registration.objects.get(pk=row.pk), "MARTYR", "LOCAL")] * 2)
    assert answers == [None, None]
    assert Declaration.objects.get().number == 1
    assert drafts_of(row) == {}
    assert Message.objects.filter(recipient=row.pk, template="declared").count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_without_looking_at_what_was_declared_the_second_tap_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "_declared_before", lambda *_, **__: None)
    with pytest.raises(AssertionError, match="刚刚在另一处申报过"):
        test_a_button_tapped_twice_at_the_same_instant_declares_once()


def test_the_same_once_more_is_no_new_version() -> None:
    row = declarer()
    declared(row, "MARTYR")
    with pytest.raises(Refused, match="没有改动"):
        declared(row, "MARTYR", revision="1", files={})
    assert Declaration.objects.count() == 1


@YEARS
def test_the_window_closes_by_the_database_clock(year: int) -> None:
    row = declarer(year)
    closes = Phase.objects.get(key="declarations").closes
    assert closes
    make.at(closes - timedelta(seconds=2))
    declared(row, "LOCAL")
    make.at(closes)
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        declared(row, "MARTYR", revision="1")
    assert Declaration.objects.count() == 1


def test_control_without_the_window_a_late_declaration_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations.journey, "require", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        test_the_window_closes_by_the_database_clock(2023)


def test_control_without_the_save_password_anybody_at_the_telephone_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "proves", lambda *_: True)
    row = declarer()
    declared(row, "MARTYR", save_password="bu-dui-2023")
    assert Declaration.objects.count() == 1


def test_the_page_says_beforehand_that_the_right_is_lost(phone: Client) -> None:
    row = declarer()
    phone.force_login(row.account)
    assert "之前，不申报视为放弃" in phone.get("/tasks/").content.decode()
    page = phone.get("/declarations/").content.decode()
    assert "之前申报，不申报视为放弃" in page
    sent: dict[str, object] = {"kinds": ["MARTYR"], "consent": "2023.1", "save_password": "x", "revision": "0"}
    answer = phone.post("/declarations/", sent | {"declaration-MARTYR": io.BytesIO(paper())})
    assert (answer.status_code, "保存密码不正确" in answer.content.decode()) == (422, True)
    assert "烈士证明书和户口簿，已上传，还没有申报" in answer.content.decode()
    assert phone.get(f"/evidence/{drafts_of(row)['declaration-MARTYR'].pk}/").content[:3] == b"\xff\xd8\xff"
    assert 'value="MARTYR" id="f-kinds" checked' in answer.content.decode()
    sent |= {"save_password": PASSWORD}  # the picture was kept: it is not chosen again
    assert phone.post("/declarations/", sent)["Location"] == "/declarations/"
    page = phone.get("/declarations/").content.decode()
    assert "烈士子女" in page
    assert ("之前可以改" in page, "之前申报" in page) == (True, False)  # who has declared gives up nothing
    assert "（第1次）" in phone.get("/viewers/").content.decode()  # declarations are no versions of the form
    make.season("tickets")
    assert "不申报视为放弃" not in phone.get("/tasks/").content.decode()
    assert "申报已于" in phone.get("/declarations/").content.decode()


def test_control_a_draft_that_is_not_kept_is_chosen_anew(monkeypatch: pytest.MonkeyPatch, phone: Client) -> None:
    monkeypatch.setattr(declarations, "keep_drafts", lambda *_, **__: None)
    with pytest.raises(AssertionError, match="已上传，还没有申报"):
        test_the_page_says_beforehand_that_the_right_is_lost(phone)


@YEARS
def test_the_bound_phone_is_told_and_not_what_was_declared(year: int) -> None:
    row = declarer(year)
    declared(row, "MARTYR")
    message = Message.objects.get(recipient=row.pk, template="declared")
    text = keys().unseal(message.text_sealed, context=f"outbox_message.text_sealed.{message.pk}").decode()
    assert "第1次申报" in text
    assert "烈士" not in text


def test_a_season_loaded_before_this_message_was_sent_still_takes_a_declaration() -> None:
    row = declarer()
    loaded = SeasonData.objects.filter(season=row.season, key="messages").latest("version")
    del loaded.content["templates"]["declared"]
    loaded.save()
    seasons._data.cache_clear()
    declared(row, "MARTYR")
    assert Message.objects.filter(recipient=row.pk, template="declared").exists()
    seasons._data.cache_clear()


def test_the_sheet_says_what_stood_declared_when_it_was_printed_and_keeps_to_one_page() -> None:
    row = confirmed.saved()
    make.season("declarations")
    by = confirmed.operator(row)
    assert "加分、专项" not in words(print_sheet(row.pk, by=by))
    declared(row, "MARTYR", "NATIONAL")
    pdf = print_sheet(row.pk, by=by)
    assert "加分、专项烈士子女、国家专项计划（" in words(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    printed = season_now(row.season_id)
    make.at(printed + timedelta(minutes=30))
    declared(row, "LOCAL", revision="1")
    photo = current_photo(row)
    assert photo
    for at, kinds in ((printed, ["MARTYR", "NATIONAL"]), (printed + timedelta(hours=1), ["LOCAL"])):
        found = sheet_data.logged_data([row], {row.pk: sheet_data.Shown(1, photo.pk, at)}, morals={})[row.pk]
        assert isinstance(found, sheet_data.SheetData)
        assert found.declared
        assert found.declared.kinds == kinds


def test_the_page_of_one_candidate_shows_what_is_declared_with_its_evidence(office: Client) -> None:
    row = declarer()
    signed_in(office, make.staff(row.site))
    story = f"/candidates/{row.pk}/"
    assert "还没有申报" in office.get(story).content.decode()
    declared(row, "MARTYR", "LOCAL")
    declared(row, "LOCAL", revision="1")
    page = "".join(office.get(story).content.decode().split())
    assert "烈士子女、地方专项计划" in page
    assert f'href="{story}evidence/?of={pictures_of(row)["declaration-LOCAL"].pk}"'.replace(" ", "") in page
    county = signed_in(Client(), make.staff(make.county(), Role.COUNTY))
    assert "地方专项计划" in county.get(story).content.decode()
    city = signed_in(Client(), make.staff(make.county().parent, Role.CITY))
    assert "地方专项计划" in city.get(story).content.decode()
    assert "evidence/?of=" not in city.get(story).content.decode(), "who reviews no paper is led to none"


@pytest.mark.parametrize("style", ["candidate.css", "", "tokens.css"])
def test_a_tick_asks_for_the_paper_of_its_kind_without_any_script(phone: Client, style: str) -> None:
    """The last two are the control: without the rule every upload stands open, and each still under its kind."""
    row = declarer()
    phone.force_login(row.account)
    html = phone.get("/declarations/").content.decode()
    css = (Path(templates.__file__).parent / "static" / style).read_text("utf-8") if style else ""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_context(java_script_enabled=False).new_page()
        shown.set_content(re.sub("<link[^>]+stylesheet[^>]*>", "", html) + f"<style>{css}</style>")
        upload = shown.get_by_label("烈士证明书和户口簿", exact=False).and_(shown.locator("[type=file]"))
        before = upload.is_visible()
        shown.get_by_label("烈士子女").check()
        after = upload.is_visible()
        others = shown.locator("[type=file]:visible").count()
        browser.close()
    assert (before, after) == (style != "candidate.css", True)
    assert others == (1 if style == "candidate.css" else 8)


@pytest.mark.parametrize("kinds", [(), ("MARTYR",)])
def test_the_check_page_of_the_form_says_what_is_declared(phone: Client, kinds: tuple[str, ...]) -> None:
    row = declarer()
    phone.force_login(row.account)
    page = phone.get("/form/check").content.decode()
    assert "还没有申报" in page
    assert "之前，逾期视为放弃" in page
    declared(row, *kinds)
    page = phone.get("/form/check").content.decode()
    assert ("烈士子女" if kinds else "不申报") in page
    assert "第1次申报" in page
    assert 'href="/declarations/"' in page


def test_offices_see_who_declares_what_with_counts(office: Client) -> None:
    row = declarer()
    declared(row, "MARTYR", "LOCAL")
    assert declared_counts(row.season_id, row.path, ["MARTYR", "LOCAL", "TAIWAN"]) == {
        "": 1, "MARTYR": 1, "LOCAL": 1, "TAIWAN": 0,
    }  # fmt: skip
    signed_in(office, make.staff(row.site))
    assert "/declarations/" in office.get("/candidates/").content.decode()
    for place, there in (
        ("/declarations/", True),
        ("/declarations/?kind=MARTYR", True),
        ("/declarations/?kind=TAIWAN", False),
    ):
        assert (row.name in office.get(place).content.decode()) == there
    place = f"/candidates/{row.pk}/evidence/?of={pictures_of(row)['declaration-LOCAL'].pk}"
    page = office.get("/declarations/").content.decode()
    assert place in page
    assert "evidence/?of=declaration" not in page, "what somebody declares stands in no address, and so in no log"
    assert office.get(place).content[:3] == b"\xff\xd8\xff"
    elsewhere = make.site("01", of="0203")
    client = signed_in(Client(), make.staff(elsewhere))
    assert row.name not in client.get("/declarations/").content.decode()
    assert client.get(place).status_code == 404
