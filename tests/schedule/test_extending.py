"""R1: who may ask for more time for whom, who decides it, how much at most; the table was written before the code."""

from datetime import UTC, datetime, timedelta

import pytest

from baoming.audit.actors import Party
from baoming.schedule.extending import Conflict, Scope, Wanted, conflicts, latest, may_ask, may_decide, problems
from baoming.schedule.windows import Window

#          scope      who asks            who decides
EXPECTED = """
person     site                county
class      site                county
site       county              county,city
county     county,province     city,province
city       province            province
"""
TABLE = [line.split() for line in EXPECTED.strip().splitlines()]
OFFICES = {
    Party.SITE: "43/01/02/01/", Party.COUNTY: "43/01/02/", Party.CITY: "43/01/", Party.PROVINCE: "43/",
}  # fmt: skip
PLACES = {"person": "43/01/02/01/", "class": "43/01/02/01/", "site": "43/01/02/01/", "county": "43/01/02/"}
NOBODY = [Party.CANDIDATE, Party.SYSTEM]


def at(day: int, hour: int = 17) -> datetime:
    return datetime(2022, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line[0])
@pytest.mark.parametrize("party", [*OFFICES, *NOBODY])
def test_who_asks_and_who_decides_is_as_the_table_says(line: list[str], party: Party) -> None:
    scope, asks, decides = line
    here, path = OFFICES.get(party, "43/"), PLACES.get(scope, "43/01/")
    assert may_ask(Scope(scope), party, here=here, path=path) == (party.value in asks.split(","))
    assert may_decide(Scope(scope), party, here=here, path=path) == (party.value in decides.split(","))


def test_the_table_names_every_scope() -> None:
    assert [line[0] for line in TABLE] == [scope.value for scope in Scope]


@pytest.mark.parametrize("scope", list(Scope))
def test_nobody_asks_or_decides_for_another_area(scope: Scope) -> None:
    for party, here in OFFICES.items():
        if party is not Party.PROVINCE:
            assert not may_ask(scope, party, here=here, path="43/02/03/01/")
            assert not may_decide(scope, party, here=here, path="43/02/03/01/")


SIGN_UP = Window("sign_up", at(1), at(9))


def wanted(closes: datetime | None, *, opens: datetime | None = None, reason: str = "停电") -> Wanted:
    return Wanted(Scope.SITE, "43/01/02/01/", "sign_up", opens, closes, reason)


AFTER = at(9, 18)


def wrong(what: Wanted, *, days: int | None = 7, window: Window | None = SIGN_UP, now: datetime = AFTER) -> set[str]:
    return set(problems(what, window, days, now=now))


def test_a_phase_is_extended_by_no_more_than_its_days() -> None:
    assert latest(SIGN_UP, 7) == at(16)
    assert wrong(wanted(at(16))) == set()
    assert wrong(wanted(at(16) + timedelta(minutes=1))) == {"closes"}


@pytest.mark.parametrize("closes", [None, at(9), at(8)])
def test_it_ends_later_than_the_phase_itself(closes: datetime | None) -> None:
    assert wrong(wanted(closes)) == {"closes"}


def test_it_ends_later_than_now_and_begins_before_its_end() -> None:
    assert wrong(wanted(at(10)), now=at(10)) == {"closes"}
    assert wrong(wanted(at(10)), now=at(10) - timedelta(minutes=1)) == set()
    assert wrong(wanted(at(10), opens=at(10))) == {"opens"}


@pytest.mark.parametrize(("days", "window"), [(None, SIGN_UP), (7, None), (7, Window("proof_correction", None, None))])
def test_a_phase_that_the_season_does_not_let_be_extended_is_refused(days: int | None, window: Window | None) -> None:
    assert wrong(wanted(at(12)), days=days, window=window) == {"phase"}
    assert latest(window or SIGN_UP, days if window else None) is None


@pytest.mark.parametrize("reason", ["", " ", "停" * 101, "停\n电", "停电，见www.x.cn"])
def test_a_reason_is_one_line_of_bounded_length(reason: str) -> None:
    assert wrong(wanted(at(12), reason=reason)) == {"reason"}


def test_what_begins_or_ends_in_the_time_added_is_said_in_order() -> None:
    windows = [
        SIGN_UP, Window("specialty", at(10), at(20)), Window("declarations", at(1), at(12)),
        Window("intake", at(1), at(9)), Window("confirmation", at(13), at(30)), Window("proof", None, None),
    ]  # fmt: skip
    assert conflicts(SIGN_UP, windows, until=at(13)) == [
        Conflict("specialty", at(10), begins=True), Conflict("declarations", at(12), begins=False),
    ]  # fmt: skip
