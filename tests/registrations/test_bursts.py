"""A3, T2: one person who changes others' registrations is seen at the third; a lab full of pupils is not.

The two published cases are replayed as streams of saves: 周口, a classmate on one computer, 14 people; 眉山, 13 people
from one address with a fresh browser for each. The controls take the rule away, or count what it leaves out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django import app

from baoming.accounts.models import Account, Bucket
from baoming.messages.models import Message
from baoming.registrations import bursts as rules
from baoming.registrations.bursts import STEPPED, Change, Place, burst, is_strange
from baoming.registrations.form_queries import draft_of, revision_of
from baoming.registrations.models import Alarm, AlarmLine, FormVersion, Registration, Watch
from baoming.registrations.queries import document_of, suspect_changes
from baoming.registrations.services import access, bursts
from baoming.registrations.tasks import tidy
from tests import factories as make
from tests.concurrency.together import together
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, save, type_in

LOGIN, CODE = "deng2lu7mi", "246810"
START = datetime(2022, 11, 9, 6, 0, tzinfo=UTC)


def change(person: int, *, signed_in: float, at: float) -> Change:
    """Minutes after the start."""
    return Change(str(person), 2, START + timedelta(minutes=signed_in), START + timedelta(minutes=at))


def seen_at(place: Place, stream: list[Change], kept: int = rules.KEPT) -> int | None:
    """Play a stream as the window sees it; return which person, from 1, is the first to be seen."""
    for count in range(1, len(stream) + 1):
        if burst(place, stream[max(0, count - kept) : count]):
            return len({one.person for one in stream[:count]})
    return None


ZHOUKOU = [change(n, signed_in=n * 4, at=n * 4 + 3) for n in range(14)]  # one computer, one after another
MEISHAN = [change(n, signed_in=n * 6, at=n * 6 + 5) for n in range(13)]  # a new browser each, one address


def test_zhoukou_is_seen_at_the_third_of_fourteen() -> None:
    assert seen_at(Place.DEVICE, ZHOUKOU) == 3


def test_meishan_is_seen_at_the_third_of_thirteen() -> None:
    assert seen_at(Place.ADDRESS, MEISHAN) == 3


def test_control_two_windows_that_forget_see_neither() -> None:
    assert seen_at(Place.DEVICE, ZHOUKOU, kept=2) is None
    assert seen_at(Place.ADDRESS, MEISHAN, kept=2) is None


def lab_day() -> list[Change]:
    """Sixty pupils at one address who mend what they saved at home: each sits for half an hour, all at once."""
    return [change(n, signed_in=n * 0.2, at=n * 0.2 + 20 + n % 9) for n in range(60)]


def test_a_lab_of_sixty_who_mend_their_own_at_once_raises_no_alarm() -> None:
    stream = sorted(lab_day(), key=lambda one: one.at)
    assert seen_at(Place.ADDRESS, stream) is None
    for each in stream:  # everybody at the own computer
        assert not burst(Place.DEVICE, [each])


def test_control_an_address_counted_as_one_browser_would_cry_wolf() -> None:
    assert seen_at(Place.DEVICE, sorted(lab_day(), key=lambda one: one.at)) == 3


def test_what_does_not_count() -> None:
    weighty, light = ["first_subject"], ["postcode"]
    assert is_strange(weighty, version=2, device="b", before="a")
    assert not is_strange(weighty, version=1, device="b", before="")  # a first save
    assert not is_strange(weighty, version=2, device="a", before="a")  # the own browser
    assert not is_strange(light, version=2, device="b", before="a")  # an address, a phone


def test_two_people_or_three_in_an_afternoon_are_no_burst() -> None:
    two = [change(n % 2, signed_in=n, at=n + 1) for n in range(8)]
    slow = [change(n, signed_in=n * 20, at=n * 20 + 1) for n in range(8)]
    assert seen_at(Place.DEVICE, two) is None
    assert seen_at(Place.DEVICE, slow) is None


# through the portal


@pytest.fixture
def _portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    urls = "baoming.config.urls_candidate"
    with override_settings(PORTAL="candidate", ROOT_URLCONF=urls, PASSWORD_HASHERS=hashers):
        yield


def classmate() -> Registration:
    """Somebody who has saved at home."""
    row = candidate()
    Account.objects.filter(pk=row.account_id).update(password=make_password(LOGIN))
    type_in(row)
    save(row)
    return row


def tamper(client: Client, row: Registration, **more: str) -> int:
    """Sign in with what was guessed, change the first subject, save."""
    client.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN})
    type_in(row, {**FILLED, "first_subject": ["HISTORY"]})
    row.refresh_from_db()
    revision = revision_of(row, draft_of(row))
    return client.post(
        "/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": revision, **more}
    ).status_code


def work_off() -> None:
    """Do what the worker does with the alarms that were deferred."""
    for key in Watch.objects.values_list("key", flat=True):
        bursts.raise_alarm(key)
        bursts.raise_alarm(key)


def told(row: Registration) -> int:
    return Message.objects.filter(recipient=row.pk, template="suspect_change").count()


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
@pytest.mark.parametrize("fresh", [False, True], ids=["one browser", "a fresh browser each"])
def test_the_third_save_is_stopped_and_all_three_are_told(fresh: bool) -> None:
    people, client = [classmate() for _ in range(3)], Client()
    answers = [tamper(Client() if fresh else client, row) for row in people]
    assert answers == [302, 302, 422]
    assert FormVersion.objects.filter(number=2).count() == 2
    work_off()
    assert Alarm.objects.exists()
    assert sorted(AlarmLine.objects.filter(alarm=Alarm.objects.first()).values_list("version", flat=True)) == [0, 2, 2]
    assert [told(row) for row in people] == [1, 1, 1], "the browser and its address have met the same people"
    assert draft_of(people[2]) is not None


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_portal")
def test_a_browser_and_its_address_that_sound_at_the_same_instant_tell_each_once() -> None:
    people, client = [classmate() for _ in range(3)], Client()
    assert [tamper(client, row) for row in people] == [302, 302, 422]
    keys = list(Watch.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert together([partial(bursts.raise_alarm, key) for key in keys * 2]) == [None] * 4
    assert Alarm.objects.count() == 2
    assert AlarmLine.objects.count() == 6
    assert [told(row) for row in people] == [1, 1, 1], "each is told once"


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_portal")
def test_control_without_asking_what_was_told_each_alarm_tells_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "is_news", lambda _: True)
    with pytest.raises(AssertionError, match="each is told once"):
        test_a_browser_and_its_address_that_sound_at_the_same_instant_tell_each_once()


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_the_owner_goes_on_with_the_code_from_the_own_phone() -> None:
    people, client = [classmate() for _ in range(4)], Client()
    assert [tamper(client, row) for row in people[:3]] == [302, 302, 422]
    work_off()
    Bucket.objects.all().delete()  # all samples have one phone, which gets a code a minute
    assert tamper(client, people[3]) == 422
    assert tamper(client, people[3], code="000000") == 422
    assert tamper(client, people[3], code=CODE) == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_after_two_messages_a_call_reads_the_code_of_the_stopped_save_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "has_voice", lambda: True)
    people, client = [classmate() for _ in range(3)], Client()
    owner = people[2]

    def asked(**more: str) -> str:
        Bucket.objects.all().delete()  # a code a minute
        type_in(owner, {**FILLED, "first_subject": ["HISTORY"]})
        revision = revision_of(owner, draft_of(owner))
        return client.post("/form/save", {"subjects": "yes", "revision": revision, **more}).content.decode()

    assert [tamper(client, row) for row in people] == [302, 302, 422]
    assert "请先获取短信验证码" in asked(act="voice")  # one message is not two
    assert "语音验证码" in asked(save_password=PASSWORD)
    page = asked(act="voice")
    assert 'name="code"' in page
    assert 'class="sheet open"' in page
    codes = Message.objects.filter(recipient=owner.pk, template="save_code").order_by("at")
    assert list(codes.values_list("voice", flat=True)) == [False, False, True]
    assert FormVersion.objects.filter(registration=owner).count() == 1, "a call saves nothing"
    assert tamper(client, owner, code=CODE) == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_a_save_that_was_not_stopped_is_offered_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "has_voice", lambda: True)
    row, client = classmate(), Client()
    client.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN})
    type_in(row, {**FILLED, "first_subject": ["HISTORY"]})
    assert "语音验证码" not in client.get("/form/check").content.decode()
    answer = client.post("/form/save", {"act": "voice"})
    assert answer.status_code == 422
    assert "请先获取短信验证码" in answer.content.decode()
    assert not Message.objects.filter(template="save_code").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_control_without_the_rule_the_third_is_changed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "burst", lambda *_: [])
    client = Client()
    assert [tamper(client, classmate()) for _ in range(3)] == [302, 302, 302]
    assert FormVersion.objects.filter(number=2).count() == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_a_row_never_grows_and_a_first_save_writes_none() -> None:
    row = classmate()
    assert not Watch.objects.exists()
    for number in range(20):
        bursts.watch(["device:x"], row.pk, version=number, signed_in=None, proved=True)
    assert len(Watch.objects.get().changes) == rules.KEPT


@pytest.mark.django_db
@pytest.mark.usefixtures("_portal")
def test_a_change_costs_one_statement_more_and_only_one_that_counts() -> None:
    costs = []
    for watched in (True, False):
        row, client = classmate(), Client()
        client.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN})
        raw = {"first_subject": ["HISTORY"]} if watched else {"postcode": ["410099"]}
        type_in(row, {**FILLED, **raw})
        row.refresh_from_db()
        with CaptureQueriesContext(connection) as asked:
            client.post(
                "/form/save",
                {"save_password": PASSWORD, "subjects": "yes", "revision": revision_of(row, draft_of(row))},
            )
        costs.append([one["sql"] for one in asked if "registrations_watch" in one["sql"]])
    assert [len(one) for one in costs] == [1, 0]


@pytest.mark.django_db
def test_the_office_sees_its_own_people_only() -> None:
    row = candidate()
    alarm = Alarm.objects.create(place="device", key="device:x", at=START)
    AlarmLine.objects.create(alarm=alarm, registration=row, path=row.path, version=2, at=START)
    assert [line.registration_id for line in suspect_changes(row.season_id, row.path)] == [row.pk]
    assert suspect_changes(row.season_id, make.county("0103").path) == []


@pytest.mark.django_db
def test_places_are_forgotten_when_no_burst_can_be_told_from_them_any_more() -> None:
    now = timezone.now()
    rows = {
        "address:fresh": (timedelta(minutes=5), None),
        "address:within the day": (STEPPED - timedelta(minutes=1), None),
        "address:old": (STEPPED + timedelta(minutes=1), None),
        "device:over": (timedelta(days=3), now - timedelta(days=2)),
        "device:asks for codes still": (STEPPED + timedelta(minutes=1), now + timedelta(minutes=1)),
    }
    for key, (age, until) in rows.items():
        Watch.objects.create(key=key, changes=[], at=now - age, stepped_until=until)
    tidy(timestamp=0)
    tidy(timestamp=0)
    assert set(Watch.objects.values_list("key", flat=True)) == set(rows) - {"address:old", "device:over"}


def test_the_worker_forgets_them_every_night() -> None:
    found = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "registrations.tidy"]
    assert [one.cron for one in found] == ["37 3 * * *"]
