"""A2, T2: what was saved is told on every other browser until its owner answers; 这不是我改的 goes the whole way."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from baoming.accounts.models import Bucket
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.device_words import device_words, kind_of
from baoming.registrations.form_queries import draft_of, revision_of
from baoming.registrations.models import Dispute, Registration, Restore
from baoming.registrations.queries import document_of
from baoming.registrations.services.disputes import ask_release, release
from baoming.web.candidate import seen
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations.confirmed import county as county_of
from tests.registrations.test_restores import clerk as clerk_of
from tests.registrations.test_save_form import PASSWORD, candidate, type_in
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
LOGIN = "deng2lu7mi"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) Mobile/15E148"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MINE, THEIRS, BANNER = "是我改的</button>", "这不是我改的</a>", 'aria-label="报名信息的改动"'


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def row() -> Registration:
    made = candidate()
    assert made.account
    made.account.password, made.account.save_password = make_password(LOGIN), make_password(PASSWORD)
    made.account.save()
    return made


def come_in(row: Registration, agent: str) -> Client:
    client = Client(headers={"user-agent": agent})
    Bucket.objects.all().delete()
    assert client.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN}).status_code == 302
    return client


def save(client: Client, row: Registration, **changes: list[str]) -> None:
    type_in(row, {**FILLED, **changes})
    row.refresh_from_db()
    given = {"save_password": PASSWORD, "subjects": "yes", "revision": revision_of(row, draft_of(row))}
    assert client.post("/form/save", given).status_code == 302
    row.refresh_from_db()


def tasks(client: Client) -> str:
    return client.get("/tasks/").content.decode()


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (IPHONE, "iphone"),
        (WINDOWS, "computer"),
        ("Mozilla/5.0 (Linux; Android 13; V2171A) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8", "android"),
        ("Mozilla/5.0 (Linux; Android 12; HarmonyOS; ELS-AN00) AppleWebKit/537.36 Mobile Safari/537.36", "harmony"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile", "harmony"),
        ("Mozilla/5.0 (iPad; CPU OS 15_0 like Mac OS X)", "tablet"),
        ("Mozilla/5.0 (Linux; Android 11; SM-T510) AppleWebKit/537.36", "tablet"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/128", "computer"),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_a_browser_is_called_by_words_that_people_use(agent: str, kind: str) -> None:
    assert kind_of(agent) == kind


def test_words_say_whether_it_was_the_same_device() -> None:
    assert device_words("iphone", device="a", before="a") == "苹果手机，和上一版同一台"
    assert device_words("computer", device="b", before="a") == "电脑，不是上一版那台"
    assert device_words("computer", device="b", before="") == "电脑"
    assert device_words("", device="", before="a") == "认不出的设备"


def test_what_somebody_else_saved_is_told_until_its_owner_answers(phone: Client, row: Registration) -> None:
    mine = come_in(row, IPHONE)
    save(mine, row)
    assert BANNER not in tasks(mine)
    thief = come_in(row, WINDOWS)
    save(thief, row, first_subject=["HISTORY"])
    thief.post("/changes/", {"act": "mine"})
    shown = tasks(mine)
    assert BANNER in shown
    assert "note problem" in shown
    assert "电脑，不是上一版那台" in shown
    assert "首选科目" in shown
    assert MINE in shown
    assert THEIRS in shown
    compared = mine.get("/changes/").content.decode()
    assert "原为：物理" in compared
    assert mine.post("/changes/", {"act": "mine"}).status_code == 302
    assert BANNER not in tasks(mine)
    mine.post("/sign-out/")
    mine.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN})
    assert BANNER not in tasks(mine)


def test_a_save_of_ones_own_hides_nothing_that_was_saved_before(phone: Client, row: Registration) -> None:
    mine = come_in(row, IPHONE)
    save(mine, row)
    save(come_in(row, WINDOWS), row, first_subject=["HISTORY"])
    save(mine, row, postcode=["410018"])
    assert "又保存过2次" in tasks(mine)


def test_control_a_mark_that_all_browsers_share_lets_the_thief_wave_it_through(
    phone: Client, row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: dict[str, int] = {}
    monkeypatch.setattr(seen, "_entries", lambda _: dict(shared))
    monkeypatch.setattr(seen, "keep", lambda _r, _n, value: shared.update([_split(value.split("_")[-1])]))
    mine = come_in(row, IPHONE)
    save(mine, row)
    thief = come_in(row, WINDOWS)
    save(thief, row, first_subject=["HISTORY"])
    thief.post("/changes/", {"act": "mine"})
    assert BANNER not in tasks(mine)


def _split(entry: str) -> tuple[str, int]:
    name, _, number = entry.partition(".")
    return name, int(number)


def test_siblings_share_a_phone_and_each_is_told_the_own(phone: Client, row: Registration) -> None:
    mine = come_in(row, IPHONE)
    save(mine, row)
    sister = candidate()
    assert sister.account
    sister.account.password, sister.account.save_password = make_password(LOGIN), make_password(PASSWORD)
    sister.account.save()
    mine.post("/sign-in/", {"number": document_of(sister).number, "password": LOGIN})
    save(mine, sister)
    mine.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN})
    assert BANNER not in tasks(mine)


@pytest.mark.parametrize("cookie", ["", "x", "." * 300, "0123456789ab.999999999", "ü.1_~"])
def test_a_cookie_that_is_none_of_ours_breaks_nothing(phone: Client, row: Registration, cookie: str) -> None:
    mine = come_in(row, IPHONE)
    save(mine, row)
    mine.cookies["seen"] = cookie
    assert BANNER in tasks(mine)


def test_the_owners_own_browser_asks_nothing_more(phone: Client, row: Registration) -> None:
    mine = come_in(row, IPHONE)
    before = _statements(mine)
    save(mine, row)
    with CaptureQueriesContext(connection) as asked:
        assert BANNER not in tasks(mine)
    assert not any("formversion" in one["sql"] for one in asked.captured_queries), before


def _statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        tasks(client)
    return len(asked.captured_queries)


def disputed(row: Registration, password: str = PASSWORD) -> tuple[Client, Client]:
    """The owner has said that it was not they; the thief was in."""
    mine = come_in(row, IPHONE)
    save(mine, row)
    thief = come_in(row, WINDOWS)
    save(thief, row, first_subject=["HISTORY"])
    said = mine.post("/changes/", {"act": "dispute", "password": password})
    assert said.status_code == (200 if password == LOGIN else 302)
    if password == LOGIN:
        assert "所有登录都已退出，您这里也是" in said.content.decode()
    return mine, thief


def test_saying_so_freezes_the_form_and_puts_the_thief_out(phone: Client, row: Registration) -> None:
    mine, thief = disputed(row)
    assert "登录已经结束" not in Client().get("/tasks/", follow=True).content.decode()
    assert thief.get("/tasks/").headers["Location"] == "/sign-in/"
    assert "登录已经结束" in thief.get("/sign-in/").content.decode()
    assert "登录已经结束" not in thief.get("/sign-in/").content.decode()
    shown = tasks(mine)
    assert "报名信息已冻结" in shown
    assert BANNER not in shown
    page = mine.get("/changes/").content.decode()
    assert "第2版不是本人改的" in page
    assert "确认不是我改的，冻结" not in page
    again = come_in(row, WINDOWS)
    type_in(row, {**FILLED, "postcode": ["410018"]})
    revision = revision_of(row, draft_of(row))
    answer = again.post("/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": revision})
    assert answer.status_code == 409
    assert "已冻结" in answer.content.decode()
    row.refresh_from_db()
    assert row.version == 2


def test_who_proves_it_by_the_login_password_signs_in_again_like_the_thief(phone: Client, row: Registration) -> None:
    for client in disputed(row, LOGIN):
        assert client.get("/tasks/").headers["Location"] == "/sign-in/"
    assert "报名信息已冻结" in tasks(come_in(row, IPHONE))


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"act": "dispute", "password": "falsch-2023"}, 422, "报名信息没有冻结"),
        ({"act": "dispute", "password": ""}, 422, "请填写登录密码或保存密码"),
        ({"act": "dispute", "code": " "}, 422, "请填写短信里的6位验证码"),
        ({"act": "dispute", "code": "000000"}, 422, "还没有获取"),
        ({}, 422, "请填写登录密码或保存密码"),
    ],
)
def test_what_proves_nothing_is_answered_beside_the_field(
    phone: Client, row: Registration, given: dict[str, str], status: int, said: str
) -> None:
    mine = come_in(row, IPHONE)
    save(mine, row)
    answer = mine.post("/changes/", given)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not Dispute.objects.exists()


def test_before_the_first_save_there_is_nothing_to_say(phone: Client, row: Registration) -> None:
    mine = come_in(row, IPHONE)
    assert "还没有保存过" in mine.get("/changes/").content.decode()
    assert mine.post("/changes/", {"act": "dispute", "password": LOGIN}).status_code == 409


def test_site_and_county_see_it_and_release_it_together(row: Registration) -> None:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        mine, _ = disputed(row)
    site, upper = row.site, Organization.objects.get(pk=row.site.parent_id)
    place = f"/candidates/{row.pk}/"
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        clerk = signed_in(Client(), make.staff(site, Role.OPERATOR))
        county = signed_in(Client(), make.staff(upper, Role.COUNTY))
        for client in (clerk, county):
            assert "1名考生申明报名信息不是本人改的" in client.get("/").content.decode()
            assert row.name in client.get("/alarms/").content.decode()
        shown = clerk.get(place).content.decode()
        assert "考生申明：这不是我改的" in shown
        assert "已冻结" in shown.split("</h1>")[1][:400]
        assert '<a class="button" href="#f-dispute">核对</a>' in shown
        assert "打印登记表" not in shown.split("现在要办什么")[0]
        assert clerk.post(f"{place}sheet/").status_code == 409
        assert "电脑，不是上一版那台" in shown
        assert "请选择核对的结果" in clerk.post(f"{place}dispute/", {"release_reason": "核对"}).content.decode()
        unsaid = clerk.post(f"{place}dispute/", {"found": "1", "release_reason": ""})
        assert (unsaid.status_code, "原因" in unsaid.content.decode()) == (422, True)
        assert county.post(f"{place}dispute/", {"act": "confirm"}).status_code == 422
        assert clerk.post(f"{place}dispute/", {"found": "1", "release_reason": "本人到场核对"}).status_code == 302
        assert "恢复第1版，解除冻结" in county.get(place).content.decode()
        assert clerk.post(f"{place}dispute/", {"act": "confirm"}).status_code == 422
        assert county.post(f"{place}dispute/", {"act": "confirm"}).status_code == 302
        assert "没有冻结的报名信息" in county.get("/alarms/").content.decode()
        assert "本人申明“这不是我改的”" in county.get(place).content.decode()
    row.refresh_from_db()
    assert (row.version, row.disputed_at) == (3, None)
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        told = tasks(mine)
        assert "报名信息已解除冻结" in told
        assert "已恢复为第1版，即第3版" in told
        assert MINE not in told
        assert THEIRS not in told
        assert mine.post("/changes/", {"act": "mine"}).status_code == 302  # 知道了
        assert "解除冻结" not in tasks(mine)


def test_control_without_the_decision_its_owner_is_asked_again_what_two_offices_settled(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "_settled", lambda _: 0)
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        mine, _ = disputed(row)
        ask_release(row.pk, number=0, reason="本人到场核对", by=clerk_of(row))
        release(row.pk, by=county_of(row))
        assert MINE in tasks(mine)


def test_a_restore_on_a_page_from_before_the_freeze_is_refused_with_a_sentence(row: Registration) -> None:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        mine = come_in(row, IPHONE)
        save(mine, row)
        save(mine, row, first_subject=["HISTORY"])
    site, upper = row.site, Organization.objects.get(pk=row.site.parent_id)
    place = f"/candidates/{row.pk}/restore/"
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        clerk = signed_in(Client(), make.staff(site, Role.OPERATOR))
        county = signed_in(Client(), make.staff(upper, Role.COUNTY))
        assert clerk.post(place, {"number": "1", "restore_reason": "本人说不是自己改的"}).status_code == 302
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        assert mine.post("/changes/", {"act": "dispute", "password": PASSWORD}).status_code == 302
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        for act in ("confirm", "decline", ""):
            answer = county.post(place, {"act": act})
            assert (answer.status_code, "要和解除冻结一并办理" in answer.content.decode()) == (422, True)
    row.refresh_from_db()
    assert (row.version, Restore.objects.get().state) == (2, "declined")


def test_a_neighbouring_county_finds_nothing(row: Registration) -> None:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        disputed(row)
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        other = signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY))
        assert other.post(f"/candidates/{row.pk}/dispute/", {"act": "confirm"}).status_code == 404
        assert row.name not in other.get("/alarms/").content.decode()
        assert "申明报名信息" not in other.get("/").content.decode()
