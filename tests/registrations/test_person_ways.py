"""R10: which ways somebody has, and what each failure asks for. A face is never the only way."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baoming.registrations import person_ways
from baoming.registrations.person_ways import NETWORK, Person, Ways, age, obstacle, offered, sentence
from baoming.registrations.providers.base import Failure

DATA = Path(person_ways.__file__).parent / "data" / "43"
TODAY = date(2022, 11, 9)


def shipped(year: int, **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / str(year) / "person_check.json").read_text("utf-8"))
    return {**content, **changes}


@pytest.mark.parametrize("year", [2023, 2025])
def test_each_season_offers_all_three(year: int) -> None:
    ways = Ways.parse(shipped(year))
    assert offered(ways, served=["face", "network"]) == ["face", "network", "card"]
    assert offered(ways, served=["face"]) == ["face", "card"]
    assert offered(ways, served=[]) == ["card"]
    assert ways.guardian_under == 14
    assert any("不影响报名" in article for article in ways.articles)


def test_a_season_in_which_a_face_would_be_the_only_way_is_refused() -> None:
    with pytest.raises(ValueError, match="never the only one"):
        Ways.parse(shipped(2023, ways=["face", "network"]))
    with pytest.raises(ValueError, match="iris"):
        Ways.parse(shipped(2023, ways=["iris", "card"]))


AGES = {  # birth: full years on 9 November 2022
    date(2008, 11, 9): 14,
    date(2008, 11, 10): 13,
    date(2008, 11, 8): 14,
    date(2010, 1, 1): 12,
}


def test_full_years_are_counted_to_the_birthday() -> None:
    assert {birth: age(birth, today=TODAY) for birth in AGES} == AGES
    assert age(date(2008, 2, 29), today=date(2022, 2, 28)) == 13
    assert age(date(2008, 2, 29), today=date(2022, 3, 1)) == 14


@pytest.mark.parametrize("birth", AGES)
def test_a_child_needs_the_guardian_for_a_face_and_for_nothing_else(birth: date) -> None:
    ways = Ways.parse(shipped(2023))
    young = AGES[birth] < 14
    assert bool(obstacle(ways, "face", Person(birth, consented=False), today=TODAY)) is young
    assert not obstacle(ways, "face", Person(birth, consented=True), today=TODAY)
    for way in ("network", "card"):
        assert not obstacle(ways, way, Person(birth, consented=False), today=TODAY)


def test_each_failure_says_what_to_do_and_an_unknown_one_too() -> None:
    said = {sentence(failure.value) for failure in Failure} | {sentence("another"), sentence("corrected")}
    assert len(said) == len(Failure) + 2
    assert all(any(verb in one for verb in ("请", "可以")) for one in said)
    assert sentence("of the future") == sentence(Failure.OTHER.value) == sentence("")


def test_who_has_no_network_identity_is_told_to_apply_for_one() -> None:
    assert "先在“国家网络身份认证”应用里申领" in sentence(Failure.NO_RECORD.value, NETWORK)
    assert "申领" not in sentence(Failure.NO_RECORD.value)
