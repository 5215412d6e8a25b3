"""At most one hash fewer at once than cores, and a crowd at the door keeps nobody inside from saving."""

import threading
import time
from contextlib import nullcontext

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from baoming.accounts import hashers
from baoming.accounts.hashers import Argon2id, lane
from baoming.accounts.models import Bucket
from baoming.shared.errors import Crowded
from tests import factories as make
from tests.web.conftest import office, signed_in

__all__ = ["office"]
CROWD = 6


def most_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of CROWD strangers' hashes run at the same time."""
    running, most, guard = 0, 0, threading.Lock()

    def slow(*_: object) -> bool:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with guard:
            running -= 1
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", slow)
    threads = [threading.Thread(target=Argon2id().verify, args=("x", "y")) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


def test_no_more_hash_at_once_than_there_are_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashers._lane.get(), "_value", 1)
    monkeypatch.setattr(hashers._lane.get(), "_initial_value", 1)
    assert most_at_once(monkeypatch) == 1


def test_control_without_turns_all_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashers, "turn", nullcontext)
    assert most_at_once(monkeypatch) == CROWD


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the door gets a turn."""
    monkeypatch.setattr(hashers, "PATIENCE", 0.05)
    monkeypatch.setattr(hashers.DOOR, "_value", 0)


@pytest.mark.usefixtures("crowd")
def test_who_waits_too_long_is_told_and_who_is_signed_in_is_not_kept_waiting() -> None:
    with pytest.raises(Crowded, match="登录的人很多"):
        Argon2id().encode("mima-2023", "salt" * 4)
    with lane(signed_in=True):
        assert Argon2id().encode("mima-2023", "salt" * 4)


@pytest.mark.django_db
def test_a_crowd_at_the_door_gets_a_page_with_a_time_and_nothing_is_counted(
    office: Client, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.PASSWORD_HASHERS = ["baoming.accounts.hashers.Argon2id"]  # type: ignore[attr-defined]
    make.season()
    person = make.staff(make.site())
    sent = {"handle": person.account.handle, "password": "mima-2023"}
    with monkeypatch.context() as full:
        full.setattr(hashers, "PATIENCE", 0.05)
        full.setattr(hashers.DOOR, "_value", 0)
        answer = office.post("/sign-in/", sent)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "现在登录的人很多" in answer.content.decode()
        assert not Bucket.objects.exists()
        assert signed_in(Client(), person).get("/").status_code == 200
    assert office.post("/sign-in/", sent).status_code == 302


@pytest.mark.django_db
def test_signing_out_clears_what_the_browser_keeps_of_the_site(office: Client) -> None:
    make.season()
    answer = signed_in(office, make.staff(make.site())).post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
