"""R4, W8, N2: a county's numbers are divided by many at once, while they are issued, and never overlap.

Each story has a control: the same with one lock taken away goes wrong in the named way.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from random import Random

import pytest
from django.db import OperationalError

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment, Registration, VoidedNumber
from baoming.registrations.services import segments, voids
from baoming.registrations.services.numbers import SegmentExhausted, issue_number
from baoming.registrations.services.segments import add_segment, extend_site, return_numbers, split_segment
from baoming.registrations.services.voids import void_number
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, Refused
from tests import factories as make
from tests.concurrency.together import together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")
ADMINS, ACTS = 16, 12
FIRST, LAST = 1020001, 1029999


def sites(count: int) -> list[Organization]:
    make.season()
    return [make.site(f"{code:02d}") for code in range(1, count + 1)]


def given(site: Organization, first: int, last: int) -> NumberSegment:
    return add_segment(Season.objects.get(), site, county=make.county(), first=first, last=last, by=COUNTY)


def issue_one(site: Organization, row: Registration) -> int:
    return issue_number(row.pk, by=Actor(kind=Party.SITE, id="", path=site.path, label="周敏"))


def divided() -> list[tuple[int, int]]:
    """Every segment, in order."""
    return list(NumberSegment.objects.order_by("first").values_list("first", "last"))


def apart(spans: list[tuple[int, int]]) -> bool:
    return all(one[1] < after[0] for one, after in pairwise(spans))


def admin(seed: int, season: Season, county: Organization, places: list[Organization]) -> list[str]:
    """What one of the county's staff does at random; returns what went wrong but for plain refusals of a count."""
    chance, wrong = Random(seed), []
    for _ in range(ACTS):
        site, other = chance.sample(places, 2)
        mine = list(NumberSegment.objects.filter(site=site).values_list("pk", flat=True))
        acts: list[Callable[[], object]] = [
            partial(extend_site, season, site, county=county, count=chance.randint(1, 60), by=COUNTY)
        ]
        if mine:
            own, count = chance.choice(mine), chance.randint(1, 40)
            acts += [
                partial(return_numbers, season, site, own, county=county, count=count, by=COUNTY),
                partial(split_segment, season, site, own, county=county, count=count, to=other, by=COUNTY),
            ]
        try:
            chance.choice(acts)()
        except Refused as refusal:
            if "重叠" in str(refusal):
                wrong.append("overlap")
        except OperationalError as problem:
            wrong.append("deadlock" if "deadlock" in str(problem) else str(problem))
    return wrong


def at_once(places: list[Organization]) -> list[str]:
    season, county = Season.objects.get(), make.county()
    answers = together([partial(admin, seed, season, county, places) for seed in range(ADMINS)])
    return [problem for answer in answers for problem in (answer if isinstance(answer, list) else [repr(answer)])]


def test_sixteen_admins_divide_one_county_at_once_without_overlap_or_deadlock() -> None:
    assert at_once(sites(6)) == []
    spans = divided()
    assert apart(spans)
    assert spans[0][0] >= FIRST
    assert spans[-1][1] <= LAST


def test_control_without_the_countys_lock_they_run_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "hold_county", lambda *_: None)
    problems = at_once(sites(6))
    assert {"overlap", "deadlock"} & set(problems), problems
    assert apart(divided())  # the constraint has the last word even so


def test_numbers_issued_while_a_segment_is_shortened_lie_inside_it() -> None:
    here, there = sites(2)
    row, season, county = given(here, FIRST, FIRST + 59), Season.objects.get(), make.county()
    people = [make.registration(here, done=make.before("number")) for _ in range(24)]

    def shorten(count: int) -> object:
        return return_numbers(season, here, row.pk, county=county, count=count, by=COUNTY)

    def split(count: int) -> object:
        return split_segment(season, here, row.pk, county=county, count=count, to=there, by=COUNTY)

    acts = [partial(issue_one, here, person) for person in people]
    acts += [partial(shorten, 9) for _ in range(4)] + [partial(split, 7) for _ in range(4)]  # type: ignore[list-item]
    answers = together(acts)
    assert not [
        one for one in answers if isinstance(one, Exception) and not isinstance(one, Invalid | SegmentExhausted)
    ]
    row.refresh_from_db()
    numbers = sorted(Registration.objects.exclude(number=None).values_list("number", flat=True))
    assert numbers == list(range(row.first, row.next))
    assert row.next - 1 <= row.last
    assert apart(divided())


def test_control_without_the_segments_lock_the_database_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment read before numbers were issued from it would be cut through them."""
    [here] = sites(1)
    row, season, county = given(here, FIRST, FIRST + 9), Season.objects.get(), make.county()
    people = [make.registration(here, done=make.before("number")) for _ in range(4)]
    stale = list(NumberSegment.objects.all())
    monkeypatch.setattr(segments, "lock_segments", lambda *_: stale)
    for person in people:
        issue_one(here, person)
    [answer] = together([partial(return_numbers, season, here, row.pk, county=county, count=8, by=COUNTY)])
    assert "segment_not_overrun" in str(answer)


def void_and_issue(person: Registration, here: Organization) -> list[int | Exception]:
    """Void a person's number and issue theirs again at once, with others who wait at the same desk."""
    others = [make.registration(here, done=make.before("number")) for _ in range(6)]
    void = partial(void_number, person.pk, reason="读错证件", by=COUNTY)
    acts = [void, void, *(partial(issue_one, here, row) for row in [person, person, *others])]
    return together(acts)


@pytest.mark.parametrize("attempt", range(3))
def test_a_number_is_voided_once_and_never_issued_again(attempt: int) -> None:
    [here] = sites(1)
    given(here, FIRST, FIRST + 99)
    person = make.registration(here, done=make.before("number"))
    issue_one(here, person)
    answers = void_and_issue(person, here)
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused)], answers
    voided = list(VoidedNumber.objects.values_list("number", flat=True))
    living = list(Registration.objects.exclude(number=None).values_list("number", flat=True))
    assert FIRST in voided
    assert not set(voided) & set(living)
    row = NumberSegment.objects.get()
    assert sorted([*voided, *living]) == list(range(row.first, row.next))


def test_control_without_the_persons_lock_one_number_is_voided_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    [here] = sites(1)
    given(here, FIRST, FIRST + 99)
    person = make.registration(here, done=make.before("number"))
    issue_one(here, person)
    stale = Registration.objects.get(pk=person.pk)  # as a second reader without the lock still sees the row
    monkeypatch.setattr(voids, "locked", lambda _: stale)
    void = partial(void_number, person.pk, reason="读错证件", by=COUNTY)
    void()
    stale.number = FIRST
    [answer] = together([void])
    assert "voided_once_a_season" in str(answer)
