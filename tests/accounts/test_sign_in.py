"""Who pays for a try: nobody is locked out by another, and nobody waits for another's hash."""

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone

from baoming.accounts.models import Account, Bucket, Device
from baoming.accounts.services import sign_in
from baoming.accounts.services.sign_in import WrongCredentials, check, remember_device
from baoming.shared.errors import TooMany
from tests.environment import CLUSTER, DATABASE

SCHOOL = "192.0.2.7"
RIGHT = "denglu-2023"


def person(handle: str = "c1:aa") -> Account:
    account = Account(kind="candidate", handle=handle)
    account.set_password(RIGHT)
    account.save()
    return account


def enter(account: Account, password: str = RIGHT, *, device: str = "") -> Account:
    kind = Account.Kind.CANDIDATE
    return check(account.handle, password, kind=kind, device=device, address=SCHOOL, sentence="不一致")


def left_at_school(tokens: float) -> None:
    Bucket.objects.update_or_create(key=f"at:{SCHOOL}", defaults={"tokens": tokens, "at": timezone.now()})


@pytest.mark.django_db
def test_the_owners_own_device_gets_in_although_the_schools_address_is_used_up() -> None:
    mine = person()
    device = remember_device(mine, "")
    left_at_school(0)
    assert enter(mine, device=device) == mine
    with pytest.raises(TooMany):
        enter(mine)


@pytest.mark.django_db
def test_a_school_that_signs_in_rightly_uses_up_nothing() -> None:
    left_at_school(2)
    for number in range(5):
        enter(person(f"c1:{number}"))


@pytest.mark.django_db
def test_signing_in_to_ones_own_account_gives_no_new_tries_at_others() -> None:
    mine, other = person("c1:mine"), person("c1:other")
    left_at_school(3)
    for _ in range(3):
        enter(mine)
        with pytest.raises(WrongCredentials):
            enter(other, "guess")
    with pytest.raises(TooMany):
        enter(mine)


@pytest.mark.django_db
def test_an_empty_bucket_refuses_before_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, hashed = person(), list[str]()
    left_at_school(0)
    monkeypatch.setattr(sign_in, "check_password", lambda password, _: hashed.append(password))
    with pytest.raises(TooMany):
        enter(mine)
    assert hashed == []


@pytest.mark.django_db
def test_a_right_password_that_comes_after_the_last_try_gets_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries at once all see the last token; one gets it."""
    mine = person()

    def others_were_faster(*_: str) -> bool:
        Bucket.objects.update_or_create(key=f"in:{mine.handle}", defaults={"tokens": 0, "at": timezone.now()})
        return True

    monkeypatch.setattr(sign_in, "check_password", others_were_faster)
    with pytest.raises(TooMany):
        enter(mine)


@pytest.mark.django_db(transaction=True)
def test_nobody_behind_the_same_address_waits_for_anothers_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, looked = person(), list[object]()
    left_at_school(100)

    def beside(*_: str) -> bool:
        with psycopg.connect(CLUSTER.url("worker", DATABASE)) as other:
            row = other.execute("SELECT key FROM accounts_bucket WHERE key = %s FOR UPDATE NOWAIT", [f"at:{SCHOOL}"])
            looked.append(row.fetchone())
        return False

    monkeypatch.setattr(sign_in, "check_password", beside)
    with transaction.atomic(), pytest.raises(WrongCredentials):  # as a request is, by the middleware
        enter(mine, "guess")
    assert looked == [(f"at:{SCHOOL}",)]
    assert Bucket.objects.get(key=f"at:{SCHOOL}").tokens < 99.5


@pytest.mark.django_db
def test_one_browser_is_the_own_device_of_all_who_use_it() -> None:
    sister, brother = person("c1:sister"), person("c1:brother")
    cookie = remember_device(sister, "")
    assert remember_device(brother, cookie) == cookie
    assert remember_device(brother, cookie) == cookie
    assert Device.objects.count() == 2
    for _ in range(20):
        with pytest.raises(WrongCredentials):
            enter(sister, "guess", device=cookie)
    with pytest.raises(TooMany):
        enter(sister, device=cookie)
    assert enter(brother, device=cookie) == brother


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "1", "a" * 5000, "不是我们的"])
def test_what_we_have_not_given_becomes_no_device(given: str) -> None:
    assert remember_device(person(), given) != given
