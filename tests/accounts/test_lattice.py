"""A1: subsets of the six factors, driven through both portals with exactly these in hand, against lattice.txt.

Here each alone, and the smallest that reach more than what they are made of; all 64 by `make nightly`.
The thief tries every act until nothing new is gained. What a newly bound phone or a recovered password
opens counts too. The controls plant a weakness each: the same thief then gets further, and is seen.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from baoming.accounts.local_buckets import LocalBuckets
from baoming.registrations.models import PhoneReset, SaveReset
from baoming.registrations.services import phone_resets, rebinding, save_resets, steps
from tests.accounts.thief import reached
from tests.web.test_card_twice import _paired  # noqa: F401  (the paired reader, a fixture)

pytestmark = pytest.mark.django_db
FACTORS = ("login", "save", "phone", "session", "operator", "county")
TABLE = Path(__file__).parent / "lattice.txt"
SECOND = Path(__file__).parent / "second_operator.txt"


def expected(table: Path = TABLE) -> dict[frozenset[str], frozenset[str]]:
    """The table: factors in hand, acts within reach."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows = [line.partition("|")[::2] for line in lines]
    return {frozenset(have.strip().split("+")) - {"nothing"}: frozenset(acts.split()) for have, acts in rows}


def named(have: frozenset[str]) -> str:
    """The name of a case, the same in every process."""
    return "+".join(sorted(have))


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(LocalBuckets, "take", lambda *_: 0)  # patience is no barrier
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def test_the_table_has_every_subset_and_keeps_its_promises() -> None:
    table = expected()
    assert len(table) == 64
    for have, acts in table.items():
        assert have <= set(FACTORS)
        assert not acts & {"claim", "reset_now", "rebind_at_once"}
        if len(have) < 2:
            assert not acts & {"save", "give_up", "take_back", "rebind", "restore", "release"}
            assert not acts & {"save_after_a_day", "rebind_after_a_day"}
        for other, more in table.items():
            assert not have <= other or acts - {"reset_after_a_day"} <= more, f"{other} has more and reaches less"


def smallest() -> list[frozenset[str]]:
    """Those whose reach no smaller one has, nor two smaller ones together."""
    table = expected()
    found = []
    for have in sorted(table, key=lambda one: (len(one), sorted(one))):
        below = frozenset().union(*(acts for other, acts in table.items() if other < have))
        if len(have) < 2 or table[have] - below:
            found.append(have)
    return found


def test_the_page_about_passwords_shows_this_table() -> None:
    page = (Path(__file__).parents[2] / "docs/security/passwords.md").read_text("utf-8")
    lines = TABLE.read_text("utf-8").splitlines()
    assert page.count("\n".join(line for line in lines if line and not line.startswith("#"))) == 1


@pytest.mark.parametrize("have", smallest(), ids=named)
def test_exactly_the_acts_of_the_table_are_reached(have: frozenset[str]) -> None:
    assert sorted(reached(have)) == sorted(expected()[have])


@pytest.mark.parametrize("have", expected(SECOND), ids=named)
def test_two_operators_of_one_site_reach_exactly_the_acts_of_their_table(have: frozenset[str]) -> None:
    assert sorted(reached(have)) == sorted(expected(SECOND)[have])


def test_control_two_operators_who_confirm_both_resets_reach_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_resets, "_phone_of_site", lambda _: False)
    have = frozenset({"operator", "second"})
    assert "save_after_a_day" in reached(have) - expected(SECOND)[have]


def test_control_a_phone_that_counts_as_the_login_password_reaches_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_resets, "online_refusal", lambda *_, **__: "")
    found = reached(frozenset({"phone"}))
    assert "save_after_a_day" in found - expected()[frozenset({"phone"})]


def test_control_an_operator_who_confirms_alone_reaches_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    real = save_resets.confirm_at_site

    def alone(registration_id: object, **given: object) -> object:
        SaveReset.objects.filter(outcome="").update(asked_by="nobody")
        return real(registration_id, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(save_resets, "confirm_at_site", alone)
    have = frozenset({"login", "operator"})
    assert "save" in reached(have) - expected()[have]


@pytest.mark.parametrize("have", [frozenset({"county"}), frozenset({"login", "county"})], ids=named)
def test_control_a_county_that_opens_an_operator_is_two_persons_where_accounts_alone_are_compared(
    have: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "independent", lambda first, second: first != second)
    found = reached(have) - expected()[have]
    assert found >= {"restore", "release"} | ({"reset_at_site", "save"} if "login" in have else {"rebind_after_a_day"})


def test_control_without_the_day_two_offices_take_over_before_anybody_has_read_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_resets, "DELAY", timedelta())
    have = frozenset({"operator", "county"})
    assert "rebind_at_once" in reached(have)


def test_control_an_operator_who_confirms_alone_binds_another_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = phone_resets.confirm_phone_reset

    def alone(registration_id: object, number: str, **given: object) -> object:
        PhoneReset.objects.filter(outcome="").update(asked_by="nobody")
        return real(registration_id, number, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(phone_resets, "confirm_phone_reset", alone)
    have = frozenset({"operator"})
    assert "rebind_after_a_day" in reached(have)


def test_control_where_a_session_is_proof_enough_a_thief_of_it_keeps_the_owner_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_resets, "proves", lambda *_: True)
    have = frozenset({"session"})
    assert "cancel_rebind" in reached(have) - expected()[have]


def test_control_a_session_that_binds_a_phone_without_the_save_password_takes_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebinding, "proves", lambda *_: True)
    have = frozenset({"session"})
    assert {"rebind", "sign_in"} <= reached(have) - expected()[have]
