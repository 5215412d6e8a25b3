"""The candidate's front door (R9): home, first login with the slip's code, task list."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.accounts.codes import code_digest, new_activation_code
from baoming.accounts.models import Account, Bucket
from baoming.registrations.models import Activation, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import claim as claims
from baoming.registrations.services.claim import MISMATCH, ClaimRefused
from baoming.vault.sealing import KeyRing
from baoming.web.candidate import entry
from tests import factories as make

pytestmark = pytest.mark.django_db


def slip(**person: object) -> tuple[Registration, dict[str, str]]:
    """A person with a number and a live code, and what they type at the first login."""
    make.season()
    row = make.registration(make.site(), done=make.before("registration_fee"), **person)
    row.number = 1020001
    row.save(update_fields=["number"])
    code = new_activation_code()
    Activation.objects.create(registration=row, digest=code_digest(code), slip=1, made_at=row.created_at)
    return row, {"name": row.name, "number": document_of(row).number, "valid_to": "2031-03-18", "code": code}


def test_home_says_what_is_open_and_when_the_rest_is(phone: Client) -> None:
    make.season()
    page = phone.get("/").content.decode()
    assert "正在进行：缴报名费、填报信息" in page
    assert "2022年11月9日（周三）17:00之前" in page
    assert "样例" in page


def test_the_slip_and_the_card_together_open_the_task_list(phone: Client) -> None:
    row, typed = slip(name="阿依古丽·买买提")
    answer = phone.post("/claim/", {**typed, "name": "阿依古丽•买买提", "code": typed["code"].lower()})
    assert answer.headers["Location"] == "/tasks/"
    page = phone.get("/tasks/").content.decode()
    assert "报名序号 01020001" in page
    assert "报名费" in page
    row.refresh_from_db()
    assert row.account is not None
    assert document_of(row).number not in row.account.handle


def test_after_a_lost_session_the_same_code_is_good_again(phone: Client) -> None:
    _, typed = slip()
    assert phone.post("/claim/", typed).status_code == 302
    assert Client().post("/claim/", typed).status_code == 302
    assert Account.objects.filter(kind="candidate").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "欧阳思近"},
        {"number": make.number(999)},
        {"number": "12345"},
        {"valid_to": "2031-03-19"},
        {"valid_to": "明年"},
        {"code": new_activation_code()},
        {"code": "短"},
    ],
)
def test_every_mismatch_gets_the_same_sentence(phone: Client, changes: dict[str, str]) -> None:
    _, typed = slip()
    answer = phone.post("/claim/", {**typed, **changes})
    assert answer.status_code == 422
    assert "姓名、证件号、有效期或激活码不一致" in answer.content.decode()
    assert typed["code"] not in answer.content.decode()
    assert phone.get("/tasks/").status_code == 302


def test_a_revoked_code_says_so_to_its_holder_only(phone: Client) -> None:
    row, typed = slip()
    Activation.objects.filter(registration=row).update(revoked_at=row.created_at)
    assert "已经作废" in phone.post("/claim/", typed).content.decode()
    assert "已经作废" not in phone.post("/claim/", {**typed, "name": "别人"}).content.decode()


def test_after_the_window_the_code_is_dead(phone: Client) -> None:
    _, typed = slip()
    make.season("confirmation")
    answer = phone.post("/claim/", typed)
    assert answer.status_code == 422
    assert "已经结束" in answer.content.decode()


def test_guessing_codes_is_stopped_by_count(phone: Client) -> None:
    _, typed = slip()
    Bucket.objects.create(key="claim-at:127.0.0.1", tokens=10, at=timezone.now())
    answers = [phone.post("/claim/", {**typed, "code": new_activation_code()}) for _ in range(11)]
    assert "请约" not in answers[-2].content.decode()
    assert "请约" in answers[-1].content.decode()
    assert "请约" in phone.post("/claim/", typed).content.decode()


def test_who_knows_an_id_number_cannot_keep_its_owner_from_claiming(phone: Client) -> None:
    _, typed = slip()
    for _ in range(40):
        phone.post("/claim/", {**typed, "code": new_activation_code()}, REMOTE_ADDR="192.0.2.7")
    assert phone.post("/claim/", typed).status_code == 302


def test_a_school_of_rightful_claims_uses_up_nothing(phone: Client) -> None:
    _, typed = slip()
    Bucket.objects.create(key="claim-at:127.0.0.1", tokens=2, at=timezone.now())
    for _ in range(5):
        assert Client().post("/claim/", typed).status_code == 302


def test_sign_in_says_the_same_to_known_and_unknown(phone: Client) -> None:
    row, typed = slip()
    phone.post("/claim/", typed)
    row.refresh_from_db()
    assert row.account is not None
    row.account.set_password("denglu-2023")
    row.account.save()
    phone.post("/sign-out/")
    for number in (typed["number"], make.number(998), "x"):
        answer = phone.post("/sign-in/", {"number": number, "password": "wrong"})
        assert answer.status_code == 422
        assert "证件号或密码不一致" in answer.content.decode()
        assert f'value="{number}"' in answer.content.decode()
    right = phone.post("/sign-in/", {"number": typed["number"].lower(), "password": "denglu-2023"})
    assert right.headers["Location"] == "/tasks/"


@pytest.mark.parametrize("words", ["2031.03.18", "2031.3.18", "2031年3月18日", "２０３１０３１８", "2031/03/18"])
def test_the_validity_is_read_however_the_date_is_written(phone: Client, words: str) -> None:
    _, typed = slip()
    assert phone.post("/claim/", {**typed, "valid_to": words}).status_code == 302


def test_an_empty_validity_is_asked_for_unless_the_card_has_no_end(phone: Client) -> None:
    _, typed = slip(valid_to=None)
    answer = phone.post("/claim/", {**typed, "valid_to": ""})
    assert answer.status_code == 422
    assert "请填写证件有效期止日，证件上写“长期”的请勾选" in answer.content.decode()
    assert phone.post("/claim/", {**typed, "valid_to": "", "long_term": "1"}).status_code == 302


def test_the_validity_on_the_card_counts(phone: Client) -> None:
    _, typed = slip(valid_to=None)
    assert phone.post("/claim/", typed).status_code == 422
    assert phone.post("/claim/", {**typed, "valid_to": "", "long_term": "1"}).status_code == 302


def test_unreadable_numbers_of_many_people_lock_nobody_out(phone: Client) -> None:
    _, typed = slip()
    for _ in range(12):
        phone.post("/claim/", {**typed, "number": "12345"})
    assert phone.post("/claim/", typed).status_code == 302


def work(monkeypatch: pytest.MonkeyPatch, phone: Client, typed: dict[str, str]) -> dict[str, int]:
    """How often a refused claim asks the database, unseals a card and compares a code."""
    count = Counter[str]()

    def counted(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def again(*args: object, **words: object) -> object:
            count[name] += 1
            return act(*args, **words)

        return again

    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(KeyRing, "unseal", counted("unseal", KeyRing.unseal))
        patch.setattr(claims, "compare_digest", counted("compare", claims.compare_digest))
        assert phone.post("/claim/", typed).status_code == 422
    count["queries"] = len(queries)
    return dict(count)


def test_an_unknown_person_costs_the_work_of_a_known_one(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _, typed = slip()
    unknown = {**typed, "number": make.number(998)}
    work(monkeypatch, phone, unknown)  # the first claim of a process seals nobody's card
    known = work(monkeypatch, phone, {**typed, "code": new_activation_code()})
    assert known["unseal"] == known["compare"] == 1
    assert work(monkeypatch, phone, unknown) == known
    assert work(monkeypatch, phone, {**typed, "name": "欧阳思近"}) == known
    assert work(monkeypatch, phone, {**typed, "code": "短"}) == known


def test_control_an_answer_at_once_would_tell_unknown_persons(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _, typed = slip()

    def at_once(*_: object, **__: object) -> None:
        raise ClaimRefused(MISMATCH)

    known = work(monkeypatch, phone, {**typed, "code": new_activation_code()})
    monkeypatch.setattr(claims, "_refuse_guess", at_once)
    assert work(monkeypatch, phone, {**typed, "number": make.number(998)}) != known


@pytest.mark.parametrize("registered", [True, False])
def test_an_unreadable_code_fits_nobody_not_who_has_no_slip_nor_the_blank_card(registered: bool) -> None:
    season = make.season()
    row = make.registration(make.site()) if registered else None
    card = document_of(row) if row else claims.card_of_number(season.pk, make.number(998))[1]
    number = card.number if row else make.number(998)
    with pytest.raises(ClaimRefused, match=MISMATCH[:10]):
        claims.claim(
            season=season, name=card.name, number=number, valid_to=card.valid_to, code="短", address="127.0.0.1"
        )


def test_the_slips_of_one_pen_use_up_no_one_elses_tries(phone: Client) -> None:
    make.season()
    for _ in range(11):
        last = phone.post("/sign-in/", {"number": "99000120050317", "password": "x"})
    assert "请约" in last.content.decode()
    other = phone.post("/sign-in/", {"number": "9900012005031", "password": "x"})
    assert "证件号或密码不一致" in other.content.decode()


def test_control_one_handle_for_all_would_lock_others_out(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    monkeypatch.setattr(entry, "_handle", lambda season_id, number: f"c{season_id}:none")
    for number in [*["99000120050317"] * 11, "9900012005031"]:
        last = phone.post("/sign-in/", {"number": number, "password": "x"})
    assert "请约" in last.content.decode()
