"""R11, T6 through both portals: phone and login password lost, another phone at the site, a day, and the owner's no."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, override_settings

from baoming.accounts.models import Bucket
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import PhoneReset, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import access, logins
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.forms.samples import BOUND_PHONE
from tests.registrations.test_save_form import PASSWORD, candidate
from tests.web.conftest import signed_in
from tests.web.test_card_twice import _paired, reading  # noqa: F401  (the paired reader, a fixture)

pytestmark = pytest.mark.django_db
LOGIN, NEW_LOGIN, CODE, NEW = "deng2lu7mi", "xin3deng8lu", "246810", "19900007777"
OFFICE = {"PORTAL": "office", "ROOT_URLCONF": "baoming.config.urls_office"}
CANDIDATE = {"PORTAL": "candidate", "ROOT_URLCONF": "baoming.config.urls_candidate"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def row() -> Registration:
    made = candidate()
    assert made.account
    made.account.password, made.account.save_password = make_password(LOGIN), make_password(PASSWORD)
    made.account.save()
    return made


class Story:
    """The people of one case, each in a browser of their own."""

    def __init__(self, row: Registration) -> None:
        self.row = row
        county = Organization.objects.get(pk=row.site.parent_id)
        self.clerk = signed_in(Client(), make.staff(row.site))
        self.colleague = signed_in(Client(), make.staff(row.site))
        self.county = signed_in(Client(), make.staff(county, Role.COUNTY))
        self.owner, self.phone = Client(), Client()
        assert row.account
        self.owner.force_login(row.account)

    def office(self, who: Client, **given: str) -> HttpResponse:
        with override_settings(**OFFICE):
            place = f"/candidates/{self.row.pk}/"
            return who.post(f"{place}phone/", given) if given else who.get(place)

    def page(self, who: Client) -> str:
        return self.office(who).content.decode()

    def asked(self, *, nonce: str = "p1") -> HttpResponse:
        card = reading(document_of(self.row), nonce=nonce)
        return self.office(self.clerk, act="ask", card=card, new_phone=NEW)

    def own(self, place: str, **given: str) -> str:
        with override_settings(**CANDIDATE):
            Bucket.objects.all().delete()
            answer = self.owner.post(place, given, follow=True) if given else self.owner.get(place)
            return answer.content.decode()

    def forgotten(self) -> str:
        """At the front page, without anything but the new phone and the card."""
        given = {"number": document_of(self.row).number, "valid_to": "2031-03-18"}
        with override_settings(**CANDIDATE):
            Bucket.objects.all().delete()
            self.phone.post("/forgot/", {**given, "act": "send"})
            logins.send_login_code(self.row.pk)
            answer = self.phone.post("/forgot/", {**given, "act": "set", "code": CODE, "login": NEW_LOGIN})
            self.row.refresh_from_db()
            return answer.content.decode()

    def a_day_passes(self) -> None:
        make.at(season_now(self.row.season_id) + timedelta(hours=24))


def test_who_has_lost_everything_comes_back_a_day_later_by_a_new_phone(row: Registration) -> None:
    story = Story(row)
    assert "手机和登录密码都没有了" in story.page(story.clerk)
    assert story.asked().status_code == 302
    assert "复核：本人到场" not in story.page(story.clerk), "who asks does not confirm"
    page = story.page(story.colleague)
    assert "当面向考生再问一遍" in page
    assert NEW not in page
    assert NEW[-4:] not in page, "the number is asked, not read off"
    wrong = story.office(story.colleague, act="confirm", confirm_phone="19900007778")
    assert (wrong.status_code, "和受理时填写的号码不同" in wrong.content.decode()) == (422, True)
    assert story.office(story.colleague, act="confirm", confirm_phone=NEW).status_code == 302
    assert f"新手机尾号{NEW[-4:]}" in story.page(story.clerk)
    told = story.own("/tasks/")
    assert "有人在报名点申请更换您绑定的手机" in told
    assert 'href="/phone/site/"' in told
    assert f"尾号{NEW[-4:]}" in story.own("/phone/site/")
    story.a_day_passes()
    assert "登录密码已重设" in story.forgotten()
    assert bound_phone(row) == NEW
    assert "有人在报名点申请" not in story.page(story.clerk)
    with override_settings(**CANDIDATE):
        assert story.owner.get("/tasks/").status_code == 302, "who was signed in is out"
        Bucket.objects.all().delete()
        back = story.phone.post("/sign-in/", {"number": document_of(row).number, "password": NEW_LOGIN})
        assert back.headers["Location"] == "/tasks/"
    assert "有人在报名点申请更换" not in story.phone.get("/tasks/").content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"save_password": PASSWORD}, ""),
        ({"code": CODE}, ""),
        ({"save_password": LOGIN}, "保存密码不正确"),
        ({"code": "000000"}, "验证码不正确"),
        ({"save_password": ""}, "保存密码不正确"),
    ],
)
def test_the_owner_says_no_by_the_save_password_or_the_old_phone(
    row: Registration, given: dict[str, str], said: str
) -> None:
    story = Story(row)
    story.asked()
    story.office(story.county, act="confirm", confirm_phone=NEW)
    if "code" in given:
        story.own("/phone/site/", act="send")
    answer = story.own("/phone/site/", act="cancel", **given)
    assert said in answer
    assert ("没有在办理的手机更换" in answer) is (not said)
    story.a_day_passes()
    story.forgotten()
    assert bound_phone(row) == (NEW if said else BOUND_PHONE)


def test_the_offices_take_it_back_and_the_candidate_sees_nothing_more(row: Registration) -> None:
    story = Story(row)
    story.asked()
    assert story.office(story.county, act="cancel").status_code == 302
    assert "有人在报名点申请" not in story.own("/tasks/")
    assert [one.outcome for one in PhoneReset.objects.all()] == ["cancelled"]


def test_a_neighbouring_county_finds_nothing(row: Registration) -> None:
    story = Story(row)
    make.site("01", of="0103")
    stranger = signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY))
    story.asked()
    assert story.office(stranger, act="confirm", confirm_phone=NEW).status_code == 404
    assert PhoneReset.objects.get().ready_at is None
