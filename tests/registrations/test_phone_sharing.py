"""One candidate a phone; siblings, or a guardian's, with proof at the site, up to the season's number (ux.md 8)."""

from functools import partial
from threading import Barrier

import pytest
from django.test import Client

from baoming.accounts.models import Account
from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Registration
from baoming.registrations.services import access, phone_sharing
from baoming.registrations.services.phone_sharing import allow_sharing
from baoming.seasons.models import SeasonData
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, NotOpen
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations import confirmed
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
PHONE, CODE = "19900006021", "246810"


@pytest.fixture(autouse=True)
def _code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    monkeypatch.setattr(access, "SMS", ())  # several people ask for a code to one number within the same minute


def pupils(many: int) -> list[tuple[Registration, Actor]]:
    """People of two sites who are to bind a phone: who has it elsewhere is no candidate that theirs may see."""
    make.season("sign_up")
    sites = [make.site("01", of="0102"), make.site("01", of="0203")]
    found = []
    for place in range(many):
        row = make.registration(sites[place % 2], done=make.before("phone"))
        row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
        row.number = 1020001 + place
        row.save()
        found.append((row, Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")))
    return found


def bind(row: Registration, me: Actor) -> None:
    access.send_phone_code(row.pk, PHONE, by=me, address="")
    access.confirm_phone(row.pk, CODE, by=me)
    row.refresh_from_db()


def share(row: Registration) -> None:
    allow_sharing(row.pk, proof=True, by=confirmed.operator(row))


@pytest.mark.django_db
def test_a_phone_that_another_has_is_refused_with_the_way_to_the_site() -> None:
    (first, me), (second, other) = pupils(2)
    bind(first, me)
    with pytest.raises(Invalid, match="已经绑定别的考生") as refusal:
        bind(second, other)
    assert "到报名点办理" in refusal.value.fields["phone"]
    second.refresh_from_db()
    assert ("phone" in second.done_steps, bound_phone(second)) == (False, "")


@pytest.mark.django_db
def test_control_without_the_question_two_have_one_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "require_free", lambda *_, **__: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_phone_that_another_has_is_refused_with_the_way_to_the_site()


@pytest.mark.django_db
def test_with_proof_at_the_site_as_many_have_it_as_the_season_says() -> None:
    people = pupils(5)
    for row, me in people[:4]:
        share(row)
        bind(row, me)
        assert bound_phone(row) == PHONE
    row, me = people[4]
    share(row)
    with pytest.raises(Invalid, match="已经绑定4名考生，不能再绑定"):
        bind(row, me)


@pytest.mark.django_db
def test_the_number_is_the_seasons() -> None:
    (first, me), (second, other) = pupils(2)
    document = SeasonData.objects.filter(season=first.season, key="season").latest("version")
    assert data(first.season, "season")["people_per_phone"] == {"alone": 1, "with_proof": 4}
    SeasonData.objects.create(
        season=first.season, key="season", version=document.version + 1,
        content=document.content | {"people_per_phone": {"alone": 2, "with_proof": 2}},
    )  # fmt: skip
    first.season.data_version = document.version + 1
    first.season.save()
    bind(first, me)
    bind(second, other)
    assert bound_phone(second) == PHONE


@pytest.mark.django_db
def test_who_has_withdrawn_keeps_no_phone_from_others() -> None:
    (first, me), (second, other) = pupils(2)
    bind(first, me)
    Registration.objects.filter(pk=first.pk).update(stopped_at=first.read_at)
    bind(second, other)
    assert bound_phone(second) == PHONE


@pytest.mark.django_db
def test_only_the_site_allows_it_and_only_with_the_proof() -> None:
    ((row, me),) = pupils(1)
    with pytest.raises(NotOpen, match="由报名点核对证明"):
        allow_sharing(row.pk, proof=True, by=me)
    with pytest.raises(Invalid, match="请核对户口簿或监护证明原件"):
        allow_sharing(row.pk, proof=False, by=confirmed.operator(row))
    share(row)
    share(row)
    assert Event.objects.filter(subject=row.pk, verb="allow_shared_phone").count() == 1


@pytest.mark.django_db
def test_the_candidates_page_says_it_beside_the_number(phone: Client) -> None:
    (first, me), (second, _) = pupils(2)
    bind(first, me)
    assert second.account
    phone.force_login(second.account)
    assert phone.post("/phone/", {"act": "send", "phone": PHONE}).status_code == 200
    answer = phone.post("/phone/", {"phone": PHONE, "code": CODE})
    assert (answer.status_code, "已经绑定别的考生。请换一个号码" in answer.content.decode()) == (422, True)
    share(second)
    assert phone.post("/phone/", {"phone": PHONE, "code": CODE}).status_code == 302


@pytest.mark.django_db
def test_the_site_ticks_the_proof_on_the_candidates_page(office: Client) -> None:
    ((row, _),) = pupils(1)
    signed_in(office, make.staff(row.site))
    page, address = f"/candidates/{row.pk}/", f"/candidates/{row.pk}/phone/"
    assert "准许共用手机" in office.get(page).content.decode()
    refused = office.post(address, {"act": "share"}).content.decode()
    assert refused.count('<p class="message"') == 1, "beside this tick, and no other of the page"
    assert "请核对户口簿或监护证明原件，再勾选" in refused
    assert office.post(address, {"act": "share", "sharing_proof": "yes"}).status_code == 302
    assert "已核对证明，可以绑定别的考生的手机" in office.get(page).content.decode()
    row.refresh_from_db()
    assert row.may_share_phone


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_instant_one_gets_it() -> None:
    people = pupils(6)
    for row, me in people:
        access.send_phone_code(row.pk, PHONE, by=me, address="")
    answers = together([partial(access.confirm_phone, row.pk, CODE, by=me) for row, me in people])
    assert sum(answer is None for answer in answers) == 1
    assert Registration.objects.exclude(phone_blind=None).count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_several_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = Barrier(6, timeout=20)
    monkeypatch.setattr(phone_sharing, "_one_at_a_time", lambda _: meeting.wait())
    with pytest.raises(AssertionError, match="== 1"):
        test_of_many_at_the_same_instant_one_gets_it()
