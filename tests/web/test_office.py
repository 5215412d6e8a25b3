"""The office portal, page by page, as its roles see it."""

import io
import re
from datetime import date

import pytest
from django.test import Client, override_settings

from baoming.audit.models import Event
from baoming.organizations.models import SiteSeason
from baoming.organizations.roles import Role
from baoming.registrations.models import HoldRow, NumberSegment, Registration, RosterEntry
from baoming.seasons.queries import data
from standins.faces import face
from tests import factories as make
from tests.registrations.checked import answered
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "欧阳思远", "ethnicity": "01", "address": "湘岭市青麓县", "issuer": "青麓县公安局",
    "valid_from": "2021-03-18", "valid_to": "2031-03-18", "reason": "expired",
}  # fmt: skip


def typed(number: str) -> dict[str, str]:
    birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    return {**TYPED, "number": number, "birth": birth, "sex": "1" if int(number[16]) % 2 else "2"}


def test_a_stranger_is_sent_to_the_sign_in_page(office: Client) -> None:
    make.season()
    assert office.get("/").headers["Location"] == "/sign-in/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(office: Client) -> None:
    make.season()
    staff = make.staff(make.site())
    wrong = office.post("/sign-in/", {"handle": staff.account.handle, "password": "x"})
    unknown = office.post("/sign-in/", {"handle": "nobody", "password": "x"})
    assert wrong.status_code == unknown.status_code == 422
    assert "账号或密码不一致" in wrong.content.decode()
    assert "账号或密码不一致" in unknown.content.decode()


def test_after_ten_wrong_tries_an_unknown_device_waits_and_the_owners_own_gets_in(office: Client) -> None:
    make.season()
    staff = make.staff(make.site())
    right = {"handle": staff.account.handle, "password": "mima-2023"}
    assert office.post("/sign-in/", right).status_code == 302
    stranger = Client()
    tries = [stranger.post("/sign-in/", {**right, "password": "x"}) for _ in range(11)]
    assert "请约" in tries[-1].content.decode()
    assert stranger.post("/sign-in/", right).status_code == 429
    office.post("/sign-out/")
    assert office.post("/sign-in/", right).status_code == 302


def test_the_county_opens_a_site_and_gives_it_numbers(office: Client) -> None:
    make.season()
    site = make.site(opened=False)
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert office.post(f"/sites/{site.pk}/open/", {"expected": "６０"}).status_code == 302
    assert office.post(f"/segments/{site.pk}/new/", {"first": "01020001", "last": "01020600"}).status_code == 302
    refused = office.post(f"/segments/{site.pk}/new/", {"first": "01020600", "last": "01020700"})
    assert refused.status_code == 422
    assert "重叠" in refused.content.decode()
    assert SiteSeason.objects.get(site=site).expected == 60
    assert NumberSegment.objects.get().total == 600


def test_another_countys_site_is_not_found(office: Client) -> None:
    make.season()
    site = make.site("01", of="0103", opened=False)
    signed_in(office, make.staff(make.county("0102"), Role.COUNTY))
    assert office.post(f"/sites/{site.pk}/open/", {"expected": "60"}).status_code == 404


def test_a_roster_is_shown_before_it_is_taken(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    lines = ["学籍号,姓名,性别,班级,学号,班主任"]
    lines += [f"G99000120050317{number:04d},测试{number},男,高三（1）班,{number:02d},李强" for number in range(1, 61)]
    file = io.BytesIO("\n".join(lines).encode())
    file.name = "roster.csv"
    preview = office.post("/rosters/", {"file": file})
    assert preview.status_code == 200
    assert "导入这60人" in preview.content.decode()
    assert RosterEntry.objects.count() == 0
    sealed = preview.content.decode().split('name="sealed" value="')[1].split('"')[0]
    assert office.post("/rosters/take/", {"sealed": sealed, "filename": "roster.csv"}).status_code == 302
    assert RosterEntry.objects.count() == 60


def test_the_desk_takes_one_person_from_typing_to_the_slip(office: Client) -> None:
    season = make.season()
    site = make.site()
    make.segment(site)
    signed_in(office, make.staff(site))
    opened = office.post("/desk/typing/", typed(make.number()))
    assert opened.status_code == 302, opened.content.decode()
    row = Registration.objects.get()
    desk = f"/desk/{row.pk}/"
    answered(row)
    rules = {rule["key"]: "yes" for rule in data(season, "eligibility")["rules"]}
    assert office.post(f"{desk}review/", {**rules, "act": "pass"}).status_code == 302
    picture = io.BytesIO(face(1))
    picture.name = "photo.jpg"
    assert office.post(f"{desk}photo/", {"photo": picture}).status_code == 302
    assert office.post(f"{desk}number/").status_code == 302
    slip = office.post(f"{desk}slip/")
    assert slip.headers["Content-Type"] == "application/pdf"
    assert slip.content.startswith(b"%PDF")
    shown = office.get(desk).content.decode()
    assert "报名序号 01020001" in shown
    assert office.get(f"/candidates/{row.pk}/photo/").content.startswith(b"\xff\xd8")
    assert "<div>分配报名序号<small>" in office.get(f"/candidates/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": "990001200503170136"}, "请对照证件"),
        ({"number": "12345"}, "请输入18位身份证号码"),
        ({"name": ""}, "请填写姓名"),
        ({"birth": "2005-02-30"}, "请填写出生日期，例如2005-03-17"),
        ({"valid_to": ""}, "长期"),
    ],
)
def test_bad_typing_gets_a_sentence_and_keeps_what_was_typed(
    office: Client, changes: dict[str, str], sentence: str
) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    answer = office.post("/desk/typing/", {**typed(make.number(7)), **changes})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "青麓县公安局" in answer.content.decode()
    assert Registration.objects.count() == 0


_OPTIONAL = {"address": "住址", "issuer": "签发机关"}


def test_what_may_be_left_empty_when_a_card_is_typed_is_marked_and_nothing_else(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    shown = office.get("/desk/typing/").content.decode()
    assert set(re.findall(r"<label[^>]*>([^<]*)（选填）</label>", shown)) == set(_OPTIONAL.values())
    answer = office.post("/desk/typing/", {})
    refused = set(re.findall(r'href="#f-(\w+)"', answer.content.decode()))
    assert not refused & _OPTIONAL.keys()
    assert refused == typed(make.number()).keys() - _OPTIONAL.keys()
    without = {**typed(make.number()), **dict.fromkeys(_OPTIONAL, "")}
    assert office.post("/desk/typing/", without).status_code == 302


def test_a_picture_that_is_none_says_why(office: Client) -> None:
    make.season()
    site = make.site()
    row = make.registration(site)
    signed_in(office, make.staff(site))
    text = io.BytesIO(b"not a picture")
    text.name = "photo.jpg"
    assert office.post(f"/desk/{row.pk}/photo/", {"photo": text}).status_code == 422


def test_the_neighbouring_county_finds_nothing(office: Client) -> None:
    make.season()
    row = make.registration(make.site("01", of="0102"))
    signed_in(office, make.staff(make.site("01", of="0103")))
    for address in (f"/desk/{row.pk}/", f"/candidates/{row.pk}/", f"/candidates/{row.pk}/photo/"):
        assert office.get(address).status_code == 404
    assert office.post(f"/desk/{row.pk}/number/").status_code == 404


@pytest.mark.parametrize("address", ["review", "photo", "number", "slip"])
def test_an_act_is_never_a_get(office: Client, address: str) -> None:
    make.season()
    site = make.site()
    row = make.registration(site)
    signed_in(office, make.staff(site))
    assert office.get(f"/desk/{row.pk}/{address}/").status_code == 405


def test_too_early_is_refused_with_409_and_the_way_on(office: Client) -> None:
    make.season()
    site = make.site()
    row = make.registration(site)
    signed_in(office, make.staff(site))
    answer = office.post(f"/desk/{row.pk}/number/")
    assert answer.status_code == 409
    assert "请先完成报考资格审核" in answer.content.decode()


def test_a_role_without_the_right_sees_no_such_page(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert office.get("/desk/").status_code == 404
    assert office.get("/season/clock/").status_code == 404


def test_the_province_moves_the_demos_clock(office: Client) -> None:
    season = make.season()
    signed_in(office, make.staff(make.county().parent.parent, Role.PROVINCE))
    assert office.post("/season/clock/", {"phase": "confirmation"}).status_code == 302
    season.refresh_from_db()
    assert "2022年11月10日" in office.get("/season/clock/").content.decode()


def test_candidates_are_found_without_a_name_in_the_address(office: Client) -> None:
    make.season()
    site = make.site()
    row = make.registration(site, name="阿依古丽·买买提")
    make.registration(site, name="欧阳思远")
    signed_in(office, make.staff(site))
    for wanted in ("阿依古丽·买买提", "aygl", "a yi gu", "ayiguli", "AYI GULI"):
        answer = office.post("/candidates/find/", {"wanted": wanted})
        assert answer.headers.get("Location") == f"/candidates/{row.pk}/", wanted


def test_a_list_costs_as_many_queries_for_one_row_as_for_thirty(office: Client) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    make.registration(site)
    office.get("/candidates/")  # the season's data is read once by each process
    counts = []
    for more in (0, 29):
        for _ in range(more):
            make.registration(site)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            office.get("/candidates/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_unknown_address_is_not_found_for_signed_in_staff_too(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    assert office.get("/nowhere/").status_code == 404


def test_a_class_teacher_sees_the_calendar_and_a_way_out_and_nobody(office: Client) -> None:
    make.season()
    site = make.site()
    make.registration(site, name="欧阳思远")
    signed_in(office, make.staff(site, Role.TEACHER))
    today = office.get("/").content.decode()
    assert "看本班进度" in today
    assert "退出" in today
    assert "欧阳思远" not in today
    assert office.get("/candidates/").status_code == 404
    assert office.post("/candidates/find/", {"wanted": "欧阳思远"}).status_code == 404


def test_a_reloaded_act_says_that_it_is_no_page(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    answer = office.get("/desk/card/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode()


def test_what_was_judged_stays_when_a_rule_was_left_out(office: Client) -> None:
    season = make.season()
    signed_in(office, make.staff(make.site()))
    office.post("/desk/typing/", typed(make.number()))
    answered(Registration.objects.get())
    first = data(season, "eligibility")["rules"][0]["key"]
    refused = office.post(f"/desk/{Registration.objects.get().pk}/review/", {first: "yes", "act": "pass"})
    assert refused.status_code == 422
    assert f'name="{first}" value="yes" data-key="1" checked' in refused.content.decode()


def test_a_card_that_has_run_out_opens_the_file_and_leaves_a_debt(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    row = make.registration(site, valid_from=date(2012, 3, 1), valid_to=date(2017, 3, 1))
    assert HoldRow.objects.get(registration=row).reason == "证件已到期，换领新证后需要到报名点读卡核验"
    assert "证件已于2017年3月1日到期" in office.get(f"/desk/{row.pk}/").content.decode()
    assert not HoldRow.objects.filter(registration=make.registration(site)).exists()


def test_the_desk_says_which_slip_was_printed_when(office: Client) -> None:
    make.season()
    site = make.site()
    row = make.registration(site, done=make.before("number"))
    make.segment(site)
    signed_in(office, make.staff(site))
    office.post(f"/desk/{row.pk}/number/")
    assert "打印通知单" in office.get(f"/desk/{row.pk}/").content.decode()
    office.post(f"/desk/{row.pk}/slip/")
    shown = office.get(f"/desk/{row.pk}/").content.decode()
    assert "第1张通知单已于" in shown
    assert "再打印一张通知单" in shown


def test_a_refused_segment_keeps_what_was_typed_and_names_the_rule(office: Client) -> None:
    make.season()
    site = make.site(opened=False)
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    where = f"/segments/{site.pk}/new/"
    elsewhere = office.post(where, {"first": "01030001", "last": "01030600"}).content.decode()
    assert "本县的报名序号在01020001到01029999之间" in elsewhere
    assert 'value="01030001"' in elsewhere
    assert "起号不能大于止号" in office.post(where, {"first": "01020600", "last": "01020001"}).content.decode()


@override_settings(READER_ORIGIN="http://127.0.0.1:8013")
def test_a_typed_file_offers_to_read_the_card_and_a_bad_reading_says_what_to_do(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    office.post("/desk/typing/", typed(make.number()))
    desk = f"/desk/{Registration.objects.get().pk}/"
    assert "补读身份证" in office.get(desk).content.decode()
    refused = office.post(f"{desk}card/", {"card": "{}"})
    assert refused.status_code == 422
    assert "欠读卡核验" in refused.content.decode()


def test_looking_at_a_desk_file_or_a_photo_leaves_a_trace(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    office.post("/desk/typing/", typed(make.number()))
    row = Registration.objects.get()
    picture = io.BytesIO(face(1))
    picture.name = "photo.jpg"
    office.post(f"/desk/{row.pk}/photo/", {"photo": picture})
    office.get(f"/desk/{row.pk}/")
    office.get(f"/candidates/{row.pk}/photo/")
    verbs = list(Event.objects.filter(subject=row.pk).order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["see_candidate", "see_photo"]


def test_what_was_searched_is_kept_nowhere(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    number = make.number()
    assert number in office.post("/candidates/find/", {"wanted": number}).content.decode()
    assert number not in str(dict(office.session))


def test_digits_of_another_script_are_searched_and_not_found(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    assert "找到0人" in office.post("/candidates/find/", {"wanted": "፩፩፩፩፩፩፩፩"}).content.decode()


def test_a_photo_too_large_to_be_taken_is_called_too_large(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    office.post("/desk/typing/", typed(make.number()))
    huge = io.BytesIO(b"\xff\xd8\xff" + bytes(13 * 1024 * 1024))
    huge.name = "photo.jpg"
    refused = office.post(f"/desk/{Registration.objects.get().pk}/photo/", {"photo": huge})
    assert refused.status_code == 422
    assert "文件超过12MB" in refused.content.decode()
