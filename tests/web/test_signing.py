"""Signing in and out is told to the audit: who, when, in which browser; a guess is not, the end of all tries is."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.accounts.models import Bucket
from baoming.accounts.services import sign_in as service
from baoming.accounts.services.telling import device_tag
from baoming.accounts.throttling import SIGN_IN_UNKNOWN_DEVICE
from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.audit.queries import story
from baoming.audit.services import record
from baoming.organizations.models import Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from tests import factories as make
from tests.registrations import confirmed
from tests.traces import personal
from tests.web.conftest import nobody_outside, office, phone, service_keys, signed_in

__all__ = ["nobody_outside", "office", "phone", "service_keys"]
pytestmark = pytest.mark.django_db
LOGIN, WRONG = "deng2lu7mi", "bu-dui-de-mi"
TRIES = SIGN_IN_UNKNOWN_DEVICE.burst


def told(*verbs: str) -> list[tuple[str, object, object]]:
    """Each event of signing in or out: verb, subject, details."""
    known = verbs or ("sign_in", "sign_out", "activate", "use_up_tries", "use_up_address")
    return list(Event.objects.filter(verb__in=known).order_by("id").values_list("verb", "subject", "details"))


def person() -> Registration:
    row = confirmed.saved()
    assert row.account is not None
    row.account.set_password(LOGIN)
    row.account.save()
    return row


def ask(client: Client, number: str, password: str = WRONG) -> int:
    return client.post("/sign-in/", {"number": number, "password": password}).status_code


def at_office(client: Client, one: Staff, password: str = "mima-2023") -> int:
    return client.post("/sign-in/", {"handle": one.account.handle, "password": password}).status_code


def tag_of(client: Client, portal: str) -> str:
    return device_tag(client.cookies[f"bm_device_{portal}"].value.partition(".")[0])


def test_a_candidate_comes_and_goes(phone: Client) -> None:
    row = person()
    assert ask(phone, document_of(row).number, LOGIN) == 302
    device = tag_of(phone, "candidate")
    phone.post("/sign-out/")
    phone.post("/sign-out/")  # nobody is signed in any more
    assert told() == [
        ("sign_in", row.pk, {"device": device, "way": "password"}),
        ("sign_out", row.pk, {"device": device}),
    ]
    first = Event.objects.get(verb="sign_in")
    assert (first.actor_kind, first.actor_id, first.path) == ("candidate", str(row.pk), row.path)
    assert [fault for verb, _, details in told() for fault in personal(verb, details)] == []  # type: ignore[arg-type]


def test_staff_come_and_go(office: Client) -> None:
    make.season()
    one = make.staff(make.site())
    assert at_office(office, one) == 302
    device = tag_of(office, "office")
    office.post("/sign-out/")
    assert told() == [
        ("sign_in", one.account_id, {"device": device, "way": "password"}),
        ("sign_out", one.account_id, {"device": device}),
    ]
    assert set(Event.objects.filter(verb__startswith="sign").values_list("actor_id", "path", "actor_label")) == {
        (str(one.account_id), one.path, "周敏")
    }


def test_the_password_alone_is_no_sign_in_where_a_second_step_is_asked(office: Client) -> None:
    make.season()
    assert at_office(office, make.staff(make.county(), Role.COUNTY)) == 302
    assert told() == []


@pytest.mark.parametrize("known", [True, False])
def test_a_guess_leaves_nothing_and_the_end_of_tries_one_event_an_hour(phone: Client, known: bool) -> None:
    row = person()
    number = document_of(row).number if known else make.number(998)
    seen = []
    for turn in range(TRIES + 2):
        assert ask(phone, number) == (422 if turn < TRIES else 429)
        seen.append(len(told()))
    assert seen == [0] * (TRIES - 1) + [1, 1, 1]
    assert told() == [("use_up_tries", row.pk if known else None, {"device": ""})]
    Bucket.objects.filter(key__startswith="in:").update(tokens=1, at=timezone.now())  # minutes later one try is back
    ask(phone, number)
    assert len(told()) == 1
    Bucket.objects.filter(key__startswith="in:").update(tokens=1, at=timezone.now())
    Bucket.objects.filter(key__startswith="told:").update(tokens=1)  # an hour later
    ask(phone, number)
    assert len(told()) == 2


def test_control_without_the_hour_each_try_that_comes_back_is_a_row(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "is_news", lambda _: True)
    row = person()
    for _ in range(3):
        Bucket.objects.all().delete()
        Bucket.objects.create(key=f"in:{row.account.handle}", tokens=1, at=timezone.now())  # type: ignore[union-attr]
        ask(phone, document_of(row).number)
    assert len(told()) == 3


def test_the_end_of_an_addresss_tries_is_nobodys(office: Client) -> None:
    make.season()
    one = make.staff(make.site())
    Bucket.objects.create(key="at:127.0.0.1", tokens=1, at=timezone.now())
    at_office(office, one, WRONG)
    assert told() == [("use_up_address", None, {"device": ""})]


@pytest.mark.parametrize("known", [True, False])
def test_staffs_end_of_tries(office: Client, known: bool) -> None:
    make.season()
    one = make.staff(make.site())
    handle = one.account.handle if known else "nobody"
    for _ in range(TRIES):
        office.post("/sign-in/", {"handle": handle, "password": WRONG})
    assert told() == [("use_up_tries", one.account_id if known else None, {"device": ""})]


def kinds(act: Callable[[], object]) -> list[str]:
    """The statements of an act, without what is asked for."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return [query["sql"][:60] for query in asked.captured_queries]


def test_the_last_try_costs_known_and_unknown_people_the_same(phone: Client) -> None:
    row = person()
    asked = []
    for number in (document_of(row).number, make.number(998)):
        for _ in range(TRIES - 1):
            ask(phone, number)
        asked.append(kinds(lambda: ask(phone, number)))  # noqa: B023
    assert [len(one) for one in asked] == [len(asked[0])] * 2
    assert len(told()) == 2


def test_the_own_sign_ins_stand_with_the_devices_and_not_among_who_has_looked(phone: Client) -> None:
    row = person()
    number = document_of(row).number
    for _ in range(TRIES):
        ask(Client(REMOTE_ADDR="192.0.2.7"), number)
    row.account.refresh_from_db()  # type: ignore[union-attr]
    Bucket.objects.all().delete()
    ask(phone, number, LOGIN)
    looked = phone.get("/viewers/").content.decode()
    assert "登录密码连续填错，试的次数用完" in looked
    assert "没有登录的人" in looked
    assert ">登录<" not in looked
    page = phone.get("/browsers/").content.decode()
    assert "最近的登录" in page
    assert page.index("本机") < page.index("密码连续填错，试的次数用完")


def test_staff_see_their_own_sign_ins_and_nobody_elses(office: Client) -> None:
    make.season()
    site = make.site()
    one, other = make.staff(site), make.staff(site)
    at_office(Client(), other)
    at_office(office, one)
    page = office.get("/account/").content.decode()
    assert "最近的登录" in page
    assert page.partition("最近的登录")[2].count("<td>登录</td>") == 1


def test_the_page_of_a_person_is_not_crowded_out_by_sign_ins(office: Client) -> None:
    row = person()
    me = Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")
    for _ in range(101):
        record("sign_in", by=me, subject=row.pk, path=row.path, details={"way": "password"})
    assert "save_form" in {act.verb for act in story(row.pk)}
    assert "sign_in" not in {act.verb for act in story(row.pk)}
    assert signed_in(office, make.staff(row.site)).get(f"/candidates/{row.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("place", "body"),
    [("/form/forgot", {"act": "ask", "login": WRONG, "code": "123456"}), ("/changes/", {"act": "", "password": WRONG})],
)
def test_the_login_password_asked_for_inside_is_told_as_well(phone: Client, place: str, body: dict[str, str]) -> None:
    row = person()
    assert row.account is not None
    phone.force_login(row.account)
    Bucket.objects.create(key=f"in:{row.account.handle}", tokens=2, at=timezone.now())
    seen = []
    for _ in range(2):
        assert phone.post(place, body).status_code == 422
        seen.append(told())
    assert seen == [[], [("use_up_tries", row.pk, {"device": ""})]]
