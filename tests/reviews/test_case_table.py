"""R15, R20–R27, R32: kinds × standings × parties, asserted completely against the table written by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from baoming.audit.actors import Party
from baoming.reviews import cases as rules
from baoming.reviews.cases import Act, Kind, Standing, State, acts, after, due, holder, kinds
from baoming.web.management.commands.load_season import documents
from tests.reviews.case_table import OPENED_BY, OPENERS, PARTIES, expected, read
from tests.reviews.case_table_more import LATE, OTHERS

NOW = datetime(2022, 11, 20, 4, tzinfo=UTC)
YEARS = ("2023", "2025")
Answers = dict[tuple[str, str], dict[str, frozenset[str]]]
EXPECTED = {year: expected(year) for year in YEARS}
BY_OTHERS = {opener: read(table) for opener, table in OTHERS.items()}


def of_year(year: str) -> dict[str, Kind]:
    return kinds(documents("43", year)["cases"], documents("43", year)["eligibility"])


def standing(kind: Kind, text: str, opened_by: str = "") -> Standing:
    """Where a case stands that came there by acts, as the table names it."""
    opener = Party(opened_by or OPENED_BY[kind.key])
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
    assert not wrong(year, EXPECTED[year])


@pytest.mark.parametrize("opener", BY_OTHERS)
@pytest.mark.parametrize("year", YEARS)
def test_every_kind_whoever_has_opened_it(year: str, opener: str) -> None:
    assert not wrong(year, BY_OTHERS[opener], opener)


@pytest.mark.parametrize("year", YEARS)
def test_every_kind_after_its_time(year: str) -> None:
    late = read(LATE)
    assert not wrong(year, late, over=True)
    ending = {key for key, kind in of_year(year).items() if kind.until}
    assert late.keys() == {(key, text) for key, text in EXPECTED[year] if key in ending}


def wrong(year: str, table: Answers, opener: str = "", *, over: bool = False) -> dict[tuple[str, str, str], set[str]]:
    """Return what the rules say where the table says something else."""
    found, differ = of_year(year), {}
    for (key, text), answers in table.items():
        at = standing(found[key], text, opener)
        for party in Party:
            allowed = {act.value for act in acts(found[key], at, party, now=NOW, over=over)}
            if allowed != answers.get(party.value, frozenset()):
                differ[key, text, party.value] = allowed
    return differ


def test_whoever_waits_after_the_time_can_be_ended_by_somebody() -> None:
    """Else it would keep its ticket and completion from the person for ever."""
    for (key, text), answers in read(LATE).items():
        if text.startswith(("w", "r ")) and text != "withdrawn":
            assert {"forward", "refuse", "withdraw"} & frozenset().union(*answers.values()), (key, text)


def test_an_objection_that_was_given_back_in_time_is_supplied_and_answered_after_it() -> None:
    kind = of_year("2023")["accommodation"]
    at = after(kind, standing(kind, "objected"), Act.RETURN, now=NOW)
    assert acts(kind, at, Party.CANDIDATE, now=NOW, over=True) == {Act.SUPPLY}
    again = after(kind, at, Act.SUPPLY, now=NOW)
    assert acts(kind, again, Party.PROVINCE, now=NOW, over=True) == {Act.GRANT, Act.REFUSE}


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
        for opener in OPENERS[key] - {OPENED_BY[key]}:
            unreached = {f"r {place}" for place in places if kind.chain[place].by.value == opener}
            given_back = {f"r {place}" for place in places} - unreached
            there = {standing_ for one, standing_ in BY_OTHERS[opener] if one == key}
            assert there == {one for one in wanted if one[:2] != "r "} | given_back, (key, opener)
    assert {key for table in BY_OTHERS.values() for key, _ in table} <= set(found)


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
    for table, opener in [(EXPECTED[year], ""), *((table, opener) for opener, table in BY_OTHERS.items())]:
        for kind in of_year(year).values():
            _walk(kind, table, opener)


def _walk(kind: Kind, table: Answers, opener: str) -> None:
    named = {_plain(standing(kind, text, opener)) for one, text in table if one == kind.key}
    if named:
        seen, todo = set[Standing](), [Standing(State.WAITING, 0, Party(opener or OPENED_BY[kind.key]))]
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            todo += [
                after(kind, at, act, now=NOW) for party in Party for act in acts(kind, at, party, now=NOW, over=False)
            ]
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
    assert acts(kind, at, Party.CANDIDATE, now=last - timedelta(seconds=1), over=True) == {Act.OBJECT}
    assert acts(kind, at, Party.CANDIDATE, now=last, over=False) == frozenset()


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
    out_of_turn = acts(kind, Standing(at.state, 1, at.opener), Party.COUNTY, now=NOW, over=False)
    assert out_of_turn != EXPECTED["2023"]["correction", "w 2"]["county"]


def test_control_were_the_time_not_asked_the_table_of_what_comes_after_it_would_say_so() -> None:
    assert wrong("2023", read(LATE))


def test_control_did_the_opener_alone_speak_the_tables_of_the_others_would_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "_speakers", lambda _, at: (at.opener,))
    deaf = {(key, party) for key, _, party in wrong("2023", BY_OTHERS["site"], "site")}
    assert deaf == {(key, "candidate") for key in ("accommodation", "correction", "fee_exemption", "withdrawal")}


def test_parties_of_the_table() -> None:
    assert set(PARTIES) == {party.value for party in Party} - {"system"}
