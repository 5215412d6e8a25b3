"""R15, R20–R27, R32: kinds × standings × parties, asserted completely against the table written by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from baoming.audit.actors import Party
from baoming.reviews.cases import Act, Kind, Standing, State, acts, after, due, holder, kinds
from baoming.web.management.commands.load_season import documents
from tests.reviews.case_table import OPENED_BY, OPENERS, PARTIES, expected

NOW = datetime(2022, 11, 20, 4, tzinfo=UTC)
YEARS = ("2023", "2025")
EXPECTED = {year: expected(year) for year in YEARS}


def of_year(year: str) -> dict[str, Kind]:
    return kinds(documents("43", year)["cases"], documents("43", year)["eligibility"])


def standing(kind: Kind, text: str) -> Standing:
    """Where a case stands that came there by acts, as the table names it."""
    opener = Party(OPENED_BY[kind.key])
    word, _, place = text.partition(" ")
    decided = Standing(State.GRANTED, kind.last, opener)
    known = {
        "granted": decided,
        "refused": Standing(State.REFUSED, kind.last, opener),
        "withdrawn": Standing(State.WITHDRAWN, 0, opener),
        "received": Standing(State.REFUSED, kind.last, opener, received=NOW),
        "objected": Standing(State.WAITING, kind.last, opener, objected=True),
        "final": Standing(State.GRANTED, kind.last, opener, received=NOW, objected=True),
    }
    desk = int(place or 0)
    if word == "w":
        return Standing(State.WAITING, desk, opener, forwarded=desk > 0)
    return Standing(State.RETURNED, desk, opener) if word == "r" else known[word]


@pytest.mark.parametrize("year", YEARS)
def test_every_kind_in_every_standing_for_every_party(year: str) -> None:
    found = of_year(year)
    wrong = {}
    for (key, text), answers in EXPECTED[year].items():
        at = standing(found[key], text)
        for party in Party:
            allowed = {act.value for act in acts(found[key], at, party, now=NOW)}
            if allowed != answers.get(party.value, frozenset()):
                wrong[key, text, party.value] = allowed
    assert not wrong


@pytest.mark.parametrize("year", YEARS)
def test_the_table_has_every_kind_and_every_standing(year: str) -> None:
    found = of_year(year)
    assert set(found) == set(OPENERS) == {key for key, _ in EXPECTED[year]}
    for key, kind in found.items():
        places = range(len(kind.chain))
        wanted = {f"w {place}" for place in places} | {"granted", "refused", "withdrawn"}
        wanted |= {f"r {place}" for place in places if kind.chain[place].by.value != OPENED_BY[key]}
        wanted |= {"received", "objected", "final"} if kind.notice else set()
        assert {standing_ for one, standing_ in EXPECTED[year] if one == key} == wanted
        assert {party.value for party in kind.opens} == OPENERS[key]


@pytest.mark.parametrize("year", YEARS)
def test_no_two_things_that_a_page_asks_for_have_one_name(year: str) -> None:
    """What is wrong with a paper would stand at the question of its name; the page's own fields have theirs."""
    for key, kind in of_year(year).items():
        papers = [one.key for one in kind.papers]
        own = ["act", "seen", "reason", "note", *(["consent"] if Party.CANDIDATE in kind.opens else [])]
        for asks in (kind.asks, *(desk.asks for desk in kind.chain)):
            names = [*(one.key for one in asks), *papers, *own]
            assert len(names) == len(set(names)), key


@pytest.mark.parametrize("year", YEARS)
def test_acts_lead_only_to_standings_of_the_table(year: str) -> None:
    """Walk from the opening by every act that is allowed: nothing is reached that the table does not name."""
    for key, kind in of_year(year).items():
        named = {_plain(standing(kind, text)) for one, text in EXPECTED[year] if one == key}
        seen, todo = set(), [Standing(State.WAITING, 0, Party(OPENED_BY[key]))]
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            todo += [after(kind, at, act, now=NOW) for party in Party for act in acts(kind, at, party, now=NOW)]
        assert {_plain(at) for at in seen} == named


def _plain(at: Standing) -> tuple[object, ...]:
    """Without the last act; a decision that was objected to reads as any other until its receipt is signed."""
    decided = at.state in (State.GRANTED, State.REFUSED)
    end = at.received is not None
    if at.state is State.WITHDRAWN:
        return (at.state,)
    if decided and end:
        return ("received", at.objected)
    objected = at.objected and at.state is State.WAITING
    return (at.state, at.desk, objected)


def test_an_objection_is_in_time_for_the_days_of_the_season_and_no_longer() -> None:
    kind = of_year("2023")["accommodation"]
    at = standing(kind, "received")
    last = NOW + timedelta(days=kind.objection_days)
    assert acts(kind, at, Party.CANDIDATE, now=last - timedelta(seconds=1)) == {Act.OBJECT}
    assert acts(kind, at, Party.CANDIDATE, now=last) == frozenset()


def test_undoing_leads_back_to_where_it_stood() -> None:
    kind = of_year("2023")["correction"]
    for text, act in (("w 0", Act.FORWARD), ("w 1", Act.RETURN), ("w 2", Act.REFUSE)):
        at = standing(kind, text)
        back = after(kind, after(kind, at, act, now=NOW), Act.UNDO, now=NOW)
        assert (back.state, back.desk, back.opener) == (at.state, at.desk, at.opener)


def test_who_has_it_and_until_when() -> None:
    kind = of_year("2023")["correction"]
    texts = ("w 0", "w 2", "r 1", "granted")
    assert [holder(kind, standing(kind, one)) for one in texts] == [Party.SITE, Party.CITY, Party.CANDIDATE, None]
    assert due(kind, standing(kind, "w 1"), NOW) == NOW + timedelta(days=3)
    assert due(kind, standing(kind, "r 1"), NOW) is None


def test_control_an_office_out_of_turn_is_seen() -> None:
    """Were the chain not asked, a county would decide what is the city's, and the table would say so."""
    kind = of_year("2023")["correction"]
    at = standing(kind, "w 2")
    out_of_turn = acts(kind, Standing(at.state, 1, at.opener), Party.COUNTY, now=NOW)
    assert out_of_turn != EXPECTED["2023"]["correction", "w 2"]["county"]


def test_parties_of_the_table() -> None:
    assert set(PARTIES) == {party.value for party in Party} - {"system"}
