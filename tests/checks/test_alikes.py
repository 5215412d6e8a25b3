"""R6: near-duplicates are found in the background by equal blind keys, judged by the lowest office that sees both."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.checks import alike_queries
from baoming.checks.alike_queries import owner_of, pair_counts, pairs_within
from baoming.checks.models import AlikePair, Marks
from baoming.checks.services import alikes
from baoming.checks.services.alikes import follow_moves, hand_to_cases, mark_changed, set_apart
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.registrations.services.intake import open_file
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.reviews.asking import do

pytestmark = pytest.mark.django_db
CITY = "43/01/"


@pytest.fixture
def two() -> tuple[Registration, Registration]:
    """The same name, birth and sex with two numbers, in two counties of one city."""
    make.season("intake")
    here, there = make.site("01"), make.site("01", of="0103")
    return make.registration(here, number=make.number(121)), make.registration(there, number=make.number(555))


def mark() -> int:
    return mark_changed(Season.objects.get(kind="demo").pk)


def by(path: str, person: str = "1") -> Actor:
    level = Organization.objects.get(path=path).level
    return Actor(Party(level), f"{level}-{person}", path, "张丽")


OWNERS = [
    ("43/01/02/01/", "43/01/02/01/", "43/01/02/"),
    ("43/01/02/01/", "43/01/02/07/", "43/01/02/"),
    ("43/01/02/01/", "43/01/03/01/", "43/01/"),
    ("43/01/02/01/", "43/02/02/01/", "43/"),
]


@pytest.mark.parametrize(("one", "other", "owner"), OWNERS)
def test_the_lowest_office_that_sees_both_owns_a_pair(one: str, other: str, owner: str) -> None:
    assert owner_of(one, other) == owner_of(other, one) == owner


def test_a_pair_is_found_once_and_owned_by_the_city_of_both(two: tuple[Registration, Registration]) -> None:
    assert mark() == 1
    [pair] = AlikePair.objects.all()
    assert {pair.first_id, pair.second_id} == {row.pk for row in two}
    assert (pair.path, pair.state, pair.likes) == (CITY, "open", ["person"])
    assert [mark(), mark()] == [0, 0]
    assert AlikePair.objects.count() == 1


def test_people_who_are_not_alike_make_no_pair(two: tuple[Registration, Registration]) -> None:
    make.registration(two[0].site, name="李明", number=make.number(122))
    make.registration(two[0].site, name="王小明", number=make.number(124, birth="20060101"))
    assert mark() == 1


def test_whoever_comes_later_is_compared_with_who_was_there(two: tuple[Registration, Registration]) -> None:
    mark()
    late = make.registration(two[0].site, number=make.number(123))
    assert mark() == 2, "one of the same birth with either; of one digit with the first"
    likes = {frozenset(pair.likes) for pair in AlikePair.objects.all() if late.pk in (pair.first_id, pair.second_id)}
    assert likes == {frozenset({"person", "digit"}), frozenset({"person"})}


def test_a_step_that_is_seen_late_is_read_by_the_next_run(
    two: tuple[Registration, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a transaction commits after one that began later: its row's id lies below what was read."""
    seen = alikes.StepLog.objects.filter
    late = alikes.StepLog.objects.filter(registration=two[0]).values_list("pk", flat=True)
    hidden = list(late)
    with monkeypatch.context() as patch:
        patch.setattr(alikes.StepLog.objects, "filter", lambda **asked: seen(**asked).exclude(pk__in=hidden))
        assert mark() == 0
    assert mark() == 1


def test_no_mark_can_be_read_back_and_none_is_of_another_season(two: tuple[Registration, Registration]) -> None:
    mark()
    marked = Marks.objects.get(registration=two[0]).keys
    assert len(marked) == 6
    person = alike_queries.people_of([two[0]])[two[0].pk]
    assert alike_queries.keys_of(person, two[0].season_id) == marked
    assert not set(alike_queries.keys_of(person, two[0].season_id + 1)) & set(marked)


def test_candidates_come_from_the_index_and_not_from_everybody(two: tuple[Registration, Registration]) -> None:
    mark()
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        alike_queries.sharing([2**40, 2**41], but=two[0].pk, most=5)
        asked = captured.captured_queries[-1]["sql"]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked}")
        assert "marks_by_key" in "\n".join(row[0] for row in cursor.fetchall())


def test_two_people_are_kept_apart_with_a_reason_and_not_asked_about_again(
    two: tuple[Registration, Registration],
) -> None:
    mark()
    pair = AlikePair.objects.get()
    with pytest.raises(Invalid, match="怎样核实"):
        set_apart(pair.pk, reason="  ", by=by(CITY))
    first = set_apart(pair.pk, reason="看了两本户口簿，是同名的两个人", by=by(CITY))
    assert set_apart(pair.pk, reason="看了两本户口簿，是同名的两个人", by=by(CITY)).decided_at == first.decided_at
    Marks.objects.update(keys=[])
    alikes.MarkedUpTo.objects.update(before=0, last=0)
    assert mark() == 0
    pair.refresh_from_db()
    assert (pair.state, alike_queries.reason_of(pair)) == ("apart", "看了两本户口簿，是同名的两个人")
    assert "户口簿" not in pair.reason_sealed
    with pytest.raises(Refused, match="已经办过"):
        hand_to_cases(pair.pk, by=by(CITY, "2"))


@pytest.mark.parametrize("path", ["43/01/02/", "43/01/03/", "43/02/", "43/"])
def test_no_other_office_judges(two: tuple[Registration, Registration], path: str) -> None:
    mark()
    pair = AlikePair.objects.get()
    for act in (
        lambda: set_apart(pair.pk, reason="是两个人", by=by(path)),
        lambda: hand_to_cases(pair.pk, by=by(path)),
    ):
        with pytest.raises(NotOpen, match=r"由市（州）招考机构核对"):
            act()
    assert not Case.objects.exists()


def test_control_without_the_scope_a_county_judges_what_is_not_its_own(
    two: tuple[Registration, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alikes, "_require_judge", lambda *_: None)
    mark()
    assert set_apart(AlikePair.objects.get().pk, reason="是两个人", by=by("43/01/02/")).state == "apart"


def test_a_doubt_opens_a_case_for_both_and_holds_both(two: tuple[Registration, Registration]) -> None:
    mark()
    pair = hand_to_cases(AlikePair.objects.get().pk, by=by(CITY))
    assert hand_to_cases(pair.pk, by=by(CITY)).state == "cased"
    cases = {case.registration_id: case for case in Case.objects.all()}
    assert set(cases) == {row.pk for row in two}
    assert {(case.kind, case.holder, case.opener) for case in cases.values()} == {("duplicate", "county", "city")}
    for row in two:
        row.refresh_from_db()
        assert row.held == 1
    here = by("43/01/02/")
    do(cases[two[0].pk], Act.GRANT, here, raw={"ruling": ["看了原件，是两个人"]})
    assert Registration.objects.get(pk=two[0].pk).held == 0


def test_of_a_case_that_is_open_already_no_second_one_comes(two: tuple[Registration, Registration]) -> None:
    mark()
    alikes.open_case(two[0].pk, "duplicate", raw={"other": ["01030001"]}, by=by("43/01/02/"))
    hand_to_cases(AlikePair.objects.get().pk, by=by(CITY))
    assert Case.objects.count() == 2


def test_who_has_stopped_is_paired_too_for_a_stop_may_be_taken_back(two: tuple[Registration, Registration]) -> None:
    Registration.objects.filter(pk=two[1].pk).update(stopped_at=two[1].created_at)
    assert mark() == 1
    Registration.objects.filter(pk=two[1].pk).update(stopped_at=None)
    assert mark() == 0, "nothing has to mark them anew"
    hand_to_cases(AlikePair.objects.get().pk, by=by(CITY))
    assert Case.objects.count() == 2


def test_of_each_key_some_are_looked_at_and_a_crowd_hides_nobody(two: tuple[Registration, Registration]) -> None:
    crowd = [make.registration(two[0].site) for _ in range(3)]
    for row in crowd:
        Marks.objects.create(registration=row, keys=[7])
    Marks.objects.create(registration=two[1], keys=[-(2**62)])
    told = alike_queries.sharing([7, -(2**62)], but=two[0].pk, most=2)
    assert told == sorted([*sorted(row.pk for row in crowd)[:2], two[1].pk])
    assert two[0].pk not in alike_queries.sharing([7], but=two[0].pk, most=2)
    assert crowd[0].pk not in alike_queries.sharing([7], but=crowd[0].pk, most=5)


def test_what_keeps_a_case_from_being_opened_is_told_and_leaves_the_pair_open(
    two: tuple[Registration, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a case that is open already is no refusal."""

    def refuse(*_: object, **__: object) -> None:
        raise Refused("本季没有这类事项")

    mark()
    monkeypatch.setattr(alikes, "open_case", refuse)
    with pytest.raises(Refused, match="本季没有这类事项"):
        hand_to_cases(AlikePair.objects.get().pk, by=by(CITY))
    assert AlikePair.objects.get().state == "open"


def test_where_both_have_stopped_no_case_is_opened_and_it_is_said(two: tuple[Registration, Registration]) -> None:
    mark()
    Registration.objects.update(stopped_at=two[1].created_at)
    with pytest.raises(NotOpen, match="已经中止"):
        hand_to_cases(AlikePair.objects.get().pk, by=by(CITY))
    assert AlikePair.objects.get().state == "open"


def test_who_moves_takes_the_pair_to_another_office(two: tuple[Registration, Registration]) -> None:
    mark()
    Registration.objects.filter(pk=two[1].pk).update(site=two[0].site, path=two[0].path)
    with CaptureQueriesContext(connection) as captured:
        assert follow_moves(two[0].season_id) == 1
    assert "document_sealed" not in captured.captured_queries[0]["sql"], "paths are enough"
    assert AlikePair.objects.get().path == "43/01/02/"
    set_apart(AlikePair.objects.get().pk, reason="是两个人", by=by("43/01/02/"))


def test_an_area_lists_its_own_and_those_below_and_no_county_those_above(
    two: tuple[Registration, Registration],
) -> None:
    mark()
    season = two[0].season_id
    assert [pair_counts(season, path)["open"] for path in ("43/", CITY, "43/01/02/", "43/02/")] == [1, 1, 0, 0]
    assert len(pairs_within(season, CITY, "open")) == 1


def test_each_judgement_is_an_event_of_both_people(two: tuple[Registration, Registration]) -> None:
    mark()
    set_apart(AlikePair.objects.get().pk, reason="是两个人", by=by(CITY))
    told = Event.objects.filter(verb="judge_pair").values_list("subject", flat=True)
    assert set(told) == {row.pk for row in two}


def test_the_old_number_of_fifteen_digits_is_the_same_person_for_the_index() -> None:
    """Of 15 digits no pair is made: the number as it is kept is the same, and the unique index refuses it."""
    make.season("intake")
    here = make.site("01")
    number = make.number(121, birth="19950317")
    make.registration(here, number=number)
    assert make.document(number=number).number[:6] + number[8:17] == "990001950317121"
    card, there = replace(make.document(number=number), number="990001950317121"), make.site("02")
    site = Actor(Party.SITE, "", there.path, "周敏")
    with pytest.raises(Refused, match="一个人只能报名一次"):
        open_file(card, season=Season.objects.get(kind="demo"), site=there, by=site, reader="R01")
