"""The candidate's form in the browser's eyes: kept page by page, checked, saved, and found again."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from baoming.payments.queries import REGISTRATION_FEE
from baoming.registrations import journey
from baoming.registrations.form_queries import draft_of, form_of, typed_of
from baoming.registrations.models import FormVersion, Registration
from baoming.schedule.services import go_to_phase
from baoming.web.middleware import SignedIn
from baoming.web.sessions import SessionStore
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, deadline, make, now, type_in
from tests.web.test_look import Page

pytestmark = pytest.mark.django_db
Answer = Callable[[HttpRequest], HttpResponse]


def signed_in(get_response: Answer) -> Answer:
    """The one registration there is, signed in; the rest of the page's frame as on the portal."""
    attached = SignedIn(get_response)

    def answer(request: HttpRequest) -> HttpResponse:
        account = Registration.objects.get().account
        assert account is not None
        with connection.cursor() as cursor:  # as the question that finds a session does
            cursor.execute("SELECT set_config('app.account', %s, true)", [str(account.pk)])
        request.user, request.session = account, SessionStore()
        return attached(request)

    return answer


@pytest.fixture(autouse=True)
def _portal() -> Iterator[None]:
    middleware = ["baoming.web.middleware.RequestTransaction", f"{__name__}.signed_in"]
    urls = "baoming.config.urls_candidate"
    with override_settings(ROOT_URLCONF=urls, PORTAL="candidate", MIDDLEWARE=middleware):
        yield


def sound(html: str) -> str:
    """Return the page, once it keeps what the look promises."""
    page = Page(html)
    assert page.unlabelled() == []
    assert page.inline() == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.described) <= set(page.ids)
    assert html.count("<h1") == 1
    return html


def post(client: Client, row: Registration, key: str, **changes: object) -> HttpResponse:
    page = form_of(row.season).page(key)
    names = [name for field in page.fields for name in field.inputs if name in FILLED]
    given = {name: FILLED[name] for name in names} | changes
    asked = [field.key for field in page.fields]
    return client.post(f"/form/{key}", {**given, "asked": asked, "revision": now(row)})


def save(client: Client, row: Registration, password: str = PASSWORD) -> HttpResponse:
    return client.post("/form/save", {"save_password": password, "subjects": "yes", "revision": now(row)})


def test_every_page_leads_to_the_next_and_then_to_the_check(client: Client) -> None:
    row = candidate()
    assert client.get("/form/")["Location"] == "/form/exam"
    ways = [post(client, row, page.key)["Location"] for page in form_of(row.season).pages]
    assert ways == [
        f"/form/{key}" for key in ("subjects", "school", "household", "contact", "history", "family", "text", "needs")
    ] + ["/form/check"]
    html = sound(client.get("/form/check").content.decode())
    assert "去保存" in html
    assert "远大二路1238号6栋1204" in html


@pytest.mark.parametrize(
    "key", ["exam", "subjects", "school", "household", "contact", "history", "family", "text", "needs"]
)
def test_a_page_shows_what_was_typed(client: Client, key: str) -> None:
    type_in(candidate())
    html = sound(client.get(f"/form/{key}").content.decode())
    shown = {"exam": 'value="UNIFIED" id="f-registration_type" checked',
             "subjects": 'value="PHYSICS" id="f-first_subject" checked', "school": "长沙市芙蓉区第一中学",
             "household": 'value="430102" selected', "contact": 'value="410016"', "history": 'value="2020-09"',
             "family": "阿依古丽·买买提", "text": "长跑", "needs": 'value="NO" checked'}  # fmt: skip
    assert shown[key] in html


def test_counties_stand_under_their_city_without_any_script(client: Client) -> None:
    candidate()
    html = client.get("/form/contact").content.decode()
    assert '<optgroup label="长沙市">' in html
    assert "199****6021" in html


def test_a_problem_is_told_and_what_was_typed_stays(client: Client) -> None:
    row = candidate()
    answer = post(client, row, "contact", postcode="41001")
    html = sound(answer.content.decode())
    assert answer.status_code == 422
    assert html.count("邮政编码是6位数字，您填了5位") == 2
    assert 'value="41001"' in html
    assert typed_of(row, draft_of(row)).raw["postcode"] == ["41001"]


def test_a_field_that_a_choice_brings_is_asked_before_it_is_blamed(client: Client) -> None:
    row = candidate()
    assert "专业统考" not in client.get("/form/exam").content.decode()
    given = {"registration_type": "UNIFIED", "asked": ["registration_type"]}
    answer = client.post("/form/exam", {**given, "revision": now(row)})
    assert answer["Location"] == "/form/exam?new=specialty_exam#new"
    html = sound(client.get("/form/exam?new=specialty_exam").content.decode())
    note = '<div class="note" id="new" role="status" tabindex="-1"><span>还要选一项：专业统考</span></div>'
    assert html.index(note) < html.index("<legend>专业统考")
    assert "还要选" not in client.get("/form/exam?new=also&new=<b>").content.decode()
    given |= {"asked": ["registration_type"], "back": "check"}
    answer = client.post("/form/exam", {**given, "revision": now(row)})
    assert answer["Location"] == "/form/exam?back=check&new=specialty_exam#new"


def test_several_fields_that_a_choice_brings_are_named_together(client: Client) -> None:
    row = candidate()
    given = {"asks_accommodation": "YES", "asked": ["asks_accommodation"]}
    answer = client.post("/form/needs", {**given, "revision": now(row)})
    html = sound(client.get(answer["Location"].partition("#")[0]).content.decode())
    assert "还要选2项：残障类别、申请的合理便利" in html


def test_the_part_before_is_reached_with_what_was_typed_and_without_a_judgement(client: Client) -> None:
    row = candidate()
    assert 'name="previous"' not in client.get("/form/exam").content.decode()
    assert "存为草稿，上一部分：户籍" in client.get("/form/contact").content.decode()
    assert 'name="previous"' not in client.get("/form/contact?back=check").content.decode()
    answer = post(client, row, "contact", postcode="41", previous="1")
    assert answer["Location"] == "/form/household"
    assert 'value="41"' in client.get("/form/contact").content.decode()
    assert post(client, row, "exam", previous="1")["Location"] == "/form/exam"


def test_parts_of_an_address_are_asked_together_and_those_typed_stay(client: Client) -> None:
    row = candidate()
    answer = post(client, row, "contact", **{"address.county": "", "address.township": ""})
    html = sound(answer.content.decode())
    assert html.count("请选择长沙市的县（市、区）") == html.count("请填写乡镇或街道") == 2
    assert "有2处需要处理" in html
    again = client.get("/form/contact").content.decode()
    assert 'value="430100" selected' in again
    assert 'value="远大二路1238号6栋1204"' in again


MATCHED = {"registration_type": ["VOCATIONAL_MATCHED"], "vocational_category": ["种植类"]}


def test_a_page_speaks_to_the_type_that_was_chosen(client: Client) -> None:
    row = candidate()
    type_in(row)
    html = client.get("/form/subjects").content.decode()
    assert "您高考选考哪三门，考哪门外语？" in html
    assert "对口招生" not in html
    type_in(row, {**FILLED, **MATCHED, "language": []})
    html = sound(client.get("/form/subjects").content.decode())
    assert "您考哪门外语？" in html
    assert "三门" not in html
    assert "对口招生考试只考英语" in html
    assert 'value="1" id="f-language" checked' in html  # there is no other


def test_a_choice_of_several_stays_unticked(client: Client) -> None:
    type_in(candidate(), {**FILLED, "language": []})
    html = client.get("/form/subjects").content.decode()
    assert 'value="1" id="f-language">' in html


def test_it_is_said_once_that_several_may_be_chosen(client: Client) -> None:
    type_in(candidate(), {**FILLED, "asks_accommodation": ["YES"]})
    assert client.get("/form/needs").content.decode().count("可以选多项") == 1


def test_the_summary_names_the_line_and_months_stand_without_an_example_of_their_own(client: Client) -> None:
    row = candidate()
    html = post(client, row, "history", **{"history.2.to": "去年"}).content.decode()
    sentence = "终止年月请填年和月，例如2020年9月填2020.09"
    assert f'<a href="#f-history.2.to">简历3：{sentence}</a>' in html
    assert f'<p class="message" id="e-history.2.to">{sentence}</p>' in html
    assert 'placeholder="2020.09"' not in html
    assert 'placeholder="年.月"' in html
    html = post(client, row, "family", **{"members.0.phone": ""}).content.decode()
    assert '<a href="#f-members.0.phone">家庭成员1：请填写联系电话</a>' in html


def test_the_receipt_names_who_must_act_once(client: Client) -> None:
    row = candidate()
    type_in(row)
    save(client, row)
    go_to_phase(row.season, "confirmation", by=make.PROVINCE)
    html = client.get("/versions/1").content.decode()
    assert "报名点、县（市、区）招考机构办理，" in html
    assert "到报名点核对登记表、签字，" in html
    assert "招考机构，报名点、县（市、区）招考机构办理" not in html


def test_markup_typed_into_a_field_is_text(client: Client) -> None:
    type_in(
        candidate(),
        {**FILLED, "school.name": ["<b>一中</b>"], "school.searched": ["<b>一中</b>"], "school.code": ["other"]},
    )
    assert "<b>一中</b>" not in client.get("/form/check").content.decode()


def test_a_save_shows_its_receipt_and_what_is_missing(client: Client) -> None:
    row = candidate()
    type_in(row)
    answer = save(client, row)
    assert answer["Location"] == "/versions/1"
    html = sound(client.get("/versions/1").content.decode())
    assert "已保存第1版" in html
    assert f"凭证码 {FormVersion.objects.get().receipt}" in html
    assert "登记表校对签字" in html
    assert "第1版" in sound(client.get("/versions/").content.decode())
    assert client.get("/versions/2").status_code == 404


def test_subjects_are_confirmed_once_more_whenever_they_are_set_or_changed(client: Client) -> None:
    row = candidate()
    type_in(row)
    unsure = {"save_password": PASSWORD, "revision": now(row)}
    answer = client.post("/form/save", unsure)
    html = sound(answer.content.decode())
    assert answer.status_code == 422
    assert "请确认选考科目：物理 + 化学 + 生物学" in html
    assert 'class="sheet open"' in html
    assert not FormVersion.objects.exists()
    assert save(client, row).status_code == 302
    type_in(row, {**FILLED, "postcode": ["410017"]})
    assert "我确认选考" not in client.get("/form/check").content.decode()
    assert client.post("/form/save", unsure | {"revision": now(row)}).status_code == 302
    type_in(row, {**FILLED, "first_subject": ["HISTORY"]})
    assert client.post("/form/save", unsure | {"revision": now(row)}).status_code == 422
    assert FormVersion.objects.count() == 2


def test_who_mends_one_thing_goes_straight_back_to_the_check(client: Client) -> None:
    row = candidate()
    type_in(row)
    assert "/form/contact?back=check" in client.get("/form/check").content.decode()
    assert "存为草稿，回到核对" in sound(client.get("/form/contact?back=check").content.decode())
    assert post(client, row, "contact", back="check")["Location"] == "/form/check"
    wrong = post(client, row, "contact", back="check", postcode="4")
    assert "存为草稿，回到核对" in wrong.content.decode()


def test_a_line_is_added_and_a_school_found_without_any_judgement(client: Client) -> None:
    row = candidate()
    html = client.get("/form/history").content.decode()
    assert html.count("<fieldset") == 3
    given = {name: FILLED[name] for name in FILLED if name.startswith("history.")}
    answer = client.post("/form/history", {**given, "again": "history", "revision": now(row)})
    assert answer["Location"] == "/form/history#f-history"
    html = sound(client.get("/form/history").content.decode())
    assert html.count("<fieldset") == 4
    assert "简历4（没有可不填）" in html
    answer = client.post("/form/school", {"school.name": "芙蓉一中", "again": "school", "revision": now(row)})
    assert answer["Location"] == "/form/school#f-school"
    html = sound(client.get("/form/school").content.decode())
    assert "长沙市芙蓉区第一中学" in html
    assert "名单里没有，就用填写的名称" in html
    answer = client.post("/form/school", {"school.name": " ", "again": "school", "revision": now(row)})
    assert answer.status_code == 422
    assert sound(answer.content.decode()).count("请先输入校名的几个字") == 2
    assert client.post("/form/school", {"again": "<b>", "revision": now(row)})["Location"] == "/form/school#f-"


def test_a_wrong_save_password_is_told_in_the_sheet_and_the_draft_stays(client: Client) -> None:
    row = candidate()
    type_in(row)
    answer = save(client, row, "denglu-2023")
    html = sound(answer.content.decode())
    assert answer.status_code == 422
    assert "保存密码不正确，内容还没有保存，已留在草稿里" in html
    assert 'class="sheet open"' in html
    assert "denglu-2023" not in html
    assert draft_of(row) is not None
    assert FormVersion.objects.count() == 0


def test_changes_since_the_saved_version_are_marked(client: Client) -> None:
    row = candidate()
    type_in(row)
    save(client, row)
    type_in(row, {**FILLED, "postcode": ["410017"]})
    html = client.get("/form/check").content.decode()
    assert "改动1处" in html
    assert "原为：410016" in html


def test_two_tabs_see_each_other_on_the_check_page(client: Client) -> None:
    row = candidate()
    type_in(row)
    stale = now(row)
    post(client, row, "contact", postcode="410017")
    fields = {name: FILLED[name] for name in FILLED if name.startswith("address") or name == "recipient"}
    answer = client.post("/form/contact", {**fields, "postcode": "410018", "asked": "x", "revision": stale})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "刚刚在另一处改过" in html
    assert "另一处填的是：410017" in html


def test_after_the_deadline_no_save_is_offered_nor_taken(client: Client) -> None:
    row = candidate()
    type_in(row)
    make.at(deadline() + make.A_MINUTE)
    assert 'href="#save"' not in client.get("/form/check").content.decode()
    assert save(client, row).status_code == 409
    assert FormVersion.objects.count() == 0


def test_before_the_pledge_there_is_no_form(client: Client) -> None:
    row = candidate()
    row.done &= ~journey.BITS["pledge"]
    row.save()
    for address in ("/form/", "/form/exam", "/form/check"):
        assert client.get(address).status_code == 409
    assert client.get("/form/save").status_code == 405


def test_an_incomplete_form_leads_to_what_is_missing(client: Client) -> None:
    row = candidate()
    post(client, row, "exam")
    html = sound(client.get("/form/check").content.decode())
    assert "/form/subjects?mend=1" in html
    assert "请选择首选科目" in client.get("/form/subjects?mend=1").content.decode()
    assert client.get("/form/nothing").status_code == 404


def test_the_check_tells_what_must_be_filled_from_what_may_stay_empty(client: Client) -> None:
    row = candidate()
    type_in(row, {**FILLED, "postcode": ["41"], "recipient": [], "address.city": [], "address.county": [],
                  "address.township": [], "address.detail": []})  # fmt: skip
    html = sound(client.get("/form/check").content.decode())

    def told(label: str) -> str:
        return html.partition(f"<dt>{label}</dt><dd")[2].partition("</dd>")[0]

    assert told("收件人") == ' class="problem">还要填写'
    assert told("通讯地址") == ' class="problem">还要填写'
    assert told("邮政编码") == ' class="problem">还要补填或更正'
    assert told("第二联系电话") == told("奖励和处分") == ' class="empty">未填（选填）'
    assert told("特长") == ">长跑"
    assert "（未填）" not in html


def test_the_fee_page_quotes_its_own_tick(client: Client) -> None:
    row = candidate()
    row.done &= ~journey.BITS[REGISTRATION_FEE]
    row.save()
    answer = client.post("/fee/", {})
    html = sound(answer.content.decode())
    assert answer.status_code == 422
    quoted = re.search("请先阅读并勾选“(.+?)”", html)
    assert quoted
    assert f"<span>{quoted[1]}" in html


def test_a_returned_form_can_be_saved_again_without_a_change(client: Client) -> None:
    row = candidate()
    type_in(row)
    save(client, row)
    assert 'href="#save"' not in client.get("/form/check").content.decode()
    row.refresh_from_db()
    row.done &= ~journey.BITS["form"]
    row.save()
    assert 'href="#save"' in client.get("/form/check").content.decode()
    assert save(client, row)["Location"] == "/versions/2"


def test_after_completion_the_page_says_the_way_on_and_keeps_what_was_typed_for_a_correction(client: Client) -> None:
    row = candidate(done=["completion"])
    post(client, row, "contact", postcode="410099")
    page = sound(client.get("/form/contact").content.decode())
    assert "由县招考机构重新打开" in page
    assert 'value="410099"' in page
    assert draft_of(row) is not None
