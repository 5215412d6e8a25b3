"""R4: what a county does with its numbers. Each act: done, done twice, refused, and never on an issued number."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment
from baoming.registrations.segment_queries import next_number
from baoming.registrations.segments import Span
from baoming.registrations.services import segments
from baoming.registrations.services.numbers import SegmentExhausted, issue_number
from baoming.registrations.services.segments import (
    extend_site,
    reassign_segment,
    resume_segment,
    return_numbers,
    split_segment,
    stop_segment,
)
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid, Refused
from tests import factories as make
from tests.registrations.segments import act, given, here, issue, last_event, of, there

__all__ = ["here", "there"]  # fixtures
pytestmark = pytest.mark.django_db


# extend_site


def test_extending_takes_the_numbers_next_to_its_own(here: Organization) -> None:
    given(here, 1, 100)
    assert act(extend_site, here, count=40) == Span(1020101, 1020140)
    assert of(here) == [(1, 140)]
    assert last_event() == ("extend_segment", {"first": "01020101", "last": "01020140"})


def test_where_they_are_anothers_it_takes_a_segment_from_the_reserve(here: Organization, there: Organization) -> None:
    given(here, 1, 100)
    given(there, 101, 200)
    act(extend_site, here, count=40)
    assert of(here) == [(1, 100), (201, 240)]
    assert of(there) == [(101, 200)]


def test_a_site_without_numbers_is_extended_from_nothing(here: Organization) -> None:
    act(extend_site, here, count=40)
    assert of(here) == [(1, 40)]


def test_a_stopped_segment_is_not_grown(here: Organization) -> None:
    act(stop_segment, here, given(here, 1, 100).pk)
    act(extend_site, here, count=40)
    assert of(here) == [(1, 100), (101, 140)]
    assert next_number(Season.objects.get().pk, here.pk) == 1020101


@pytest.mark.parametrize("count", [0, -5, 10_000])
def test_extending_by_a_count_that_is_none_is_refused(here: Organization, count: int) -> None:
    with pytest.raises(Invalid, match="1到9999"):
        act(extend_site, here, count=count)


def test_what_the_reserve_has_no_room_for_is_said_with_what_fits(here: Organization, there: Organization) -> None:
    given(there, 101, 9900)
    with pytest.raises(Invalid, match=r"没有连续的150个号.*01020001到01020100，有100个"):
        act(extend_site, here, count=150)
    given(there, 1, 100)
    given(there, 9901, 9999)
    with pytest.raises(Invalid, match="请向省教育考试院申请增加县代码"):
        act(extend_site, here, count=1)
    assert of(here) == []


# return_numbers


def test_the_rest_that_is_not_issued_goes_back(here: Organization) -> None:
    row = given(here, 1, 100)
    issue(here, 3)
    assert act(return_numbers, here, row.pk, count=97) == Span(1020004, 1020100)
    assert of(here) == [(1, 3)]
    with pytest.raises(SegmentExhausted):
        issue(here)
    assert Event.objects.get(verb="return_numbers").details == {"first": "01020004", "last": "01020100"}


def test_a_segment_given_back_whole_is_gone_and_its_numbers_are_free(here: Organization, there: Organization) -> None:
    row = given(here, 1, 100)
    act(return_numbers, here, row.pk, count=100)
    assert of(here) == []
    given(there, 1, 100)
    with pytest.raises(Changed, match="可能刚刚被退回"):  # twice
        act(return_numbers, here, row.pk, count=100)


@pytest.mark.parametrize(
    ("count", "said"), [(98, "最多退回97个"), (0, "1到97"), (-1, "1到97"), (10**9, "发出的号不能动")]
)
def test_no_issued_number_goes_back(here: Organization, count: int, said: str) -> None:
    row = given(here, 1, 100)
    issue(here, 3)
    with pytest.raises(Invalid, match=said):
        act(return_numbers, here, row.pk, count=count)
    assert of(here) == [(1, 100)]


def test_control_without_that_question_the_database_refuses(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "_require_unissued", lambda *_: None)
    row = given(here, 1, 100)
    issue(here, 3)
    with pytest.raises(Exception, match="segment_not_overrun"):
        act(return_numbers, here, row.pk, count=98)


# split_segment, reassign_segment


def test_a_part_of_the_rest_goes_to_another_site(here: Organization, there: Organization) -> None:
    row = given(here, 1, 100)
    issue(here, 3)
    act(split_segment, here, row.pk, count=40, to=there)
    assert (of(here), of(there)) == ([(1, 60)], [(61, 100)])
    assert issue(there) == [1020061]
    assert Event.objects.get(verb="split_segment").details == {
        "first": "01020061",
        "last": "01020100",
        "to": there.name,
    }


@pytest.mark.parametrize(("count", "said"), [(98, "最多拆分97个"), (0, "1到97")])
def test_no_issued_number_is_split_off(here: Organization, there: Organization, count: int, said: str) -> None:
    row = given(here, 1, 100)
    issue(here, 3)
    with pytest.raises(Invalid, match=said):
        act(split_segment, here, row.pk, count=count, to=there)
    assert (of(here), of(there)) == ([(1, 100)], [])


def test_a_whole_segment_is_not_split_but_reassigned(here: Organization, there: Organization) -> None:
    row = given(here, 1, 100)
    with pytest.raises(Invalid, match="改派"):
        act(split_segment, here, row.pk, count=100, to=there)
    act(reassign_segment, here, row.pk, to=there)
    assert (of(here), of(there)) == ([], [(1, 100)])
    with pytest.raises(Changed):  # twice
        act(reassign_segment, here, row.pk, to=there)


def test_once_a_number_was_issued_it_is_not_reassigned(here: Organization, there: Organization) -> None:
    row = given(here, 1, 100)
    issue(here)
    with pytest.raises(Invalid, match=r"已发出1个号，不能改派.*99个"):
        act(reassign_segment, here, row.pk, to=there)


def test_control_without_that_question_the_trigger_refuses(
    here: Organization, there: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = given(here, 1, 100)
    issue(here)
    monkeypatch.setattr(NumberSegment, "issued", 0)
    with pytest.raises(Exception, match="segment_keeps_issued"):
        act(reassign_segment, here, row.pk, to=there)


@pytest.mark.parametrize("service", [split_segment, reassign_segment])
def test_to_whom_it_can_go(here: Organization, service: Any) -> None:
    row, count = given(here, 1, 100), {"count": 10} if service is split_segment else {}
    with pytest.raises(Invalid, match="另一个报名点"):
        act(service, here, row.pk, to=here, **count)
    for stranger in (make.site("01", of="0103"), make.county()):
        with pytest.raises(Refused, match="没有找到这个报名点"):
            act(service, here, row.pk, to=stranger, **count)
    assert of(here) == [(1, 100)]


# stop_segment, resume_segment


def test_nothing_is_issued_from_a_stopped_segment_until_it_is_resumed(here: Organization) -> None:
    row = given(here, 1, 100)
    act(stop_segment, here, row.pk)
    act(stop_segment, here, row.pk)
    with pytest.raises(SegmentExhausted, match="停发"):
        issue(here)
    act(resume_segment, here, row.pk)
    act(resume_segment, here, row.pk)
    assert issue(here) == [1020001]
    verbs = Event.objects.filter(verb__in=["stop_segment", "resume_segment"]).values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == ["stop_segment", "resume_segment"]


def test_another_segment_takes_over(here: Organization) -> None:
    row = given(here, 1, 100)
    given(here, 201, 300)
    act(stop_segment, here, row.pk)
    assert issue(here) == [1020201]
    act(resume_segment, here, row.pk)
    assert issue(here) == [1020001]


# scope


@pytest.mark.parametrize(
    ("service", "how"),
    [(return_numbers, {"count": 1}), (stop_segment, {}), (resume_segment, {}), (split_segment, {"count": 1}),
     (reassign_segment, {}), (extend_site, {"count": 1})],
)  # fmt: skip
def test_a_site_of_another_county_is_not_found(here: Organization, service: Any, how: dict[str, Any]) -> None:
    foreign = make.site("01", of="0103")
    made = make.segment(foreign, first=1030001, last=1030100)
    if service in (split_segment, reassign_segment):
        how = {**how, "to": here}
    with pytest.raises(Refused, match="没有找到这个报名点"):
        act(service, foreign, *([] if service is extend_site else [made.pk]), **how)
    made.refresh_from_db()
    assert (made.last, made.stopped_at, made.site_id) == (1030100, None, foreign.pk)


def test_a_segment_of_another_site_is_not_found(here: Organization, there: Organization) -> None:
    row = given(there, 1, 100)
    with pytest.raises(Changed, match="没有找到这个号段"):
        act(stop_segment, here, row.pk)


# alarms


def test_each_alarm_is_told_once_when_it_is_reached(here: Organization) -> None:
    given(here, 1, 10)
    issue(here, 10)
    told = Event.objects.filter(verb="segment_alarm").order_by("id")
    assert [(event.subject, event.details) for event in told] == [
        (here.pk, {"percent": 80, "number": "01020008"}),
        (here.pk, {"percent": 95, "number": "01020010"}),
    ]


def test_after_an_extension_it_rings_anew(here: Organization) -> None:
    given(here, 1, 10)
    issue(here, 9)
    act(extend_site, here, count=10)
    issue(here, 8)
    assert [event.details["number"] for event in Event.objects.filter(verb="segment_alarm").order_by("id")] == [
        "01020008",
        "01020016",
    ]


def test_issuing_asks_nothing_more_for_it(here: Organization) -> None:
    """The alarm is known beforehand: the number that rings costs one event more, any other nothing."""
    given(here, 1, 20)
    by = Actor(kind=Party.SITE, id="", path=here.path, label="周敏")
    people = [make.registration(here, done=make.before("number")) for _ in range(17)]
    counts = []
    for row in people:
        with CaptureQueriesContext(connection) as captured:
            issue_number(row.pk, by=by)
        counts.append(len(captured))
    quiet = counts[1]
    assert counts[1:15] + counts[16:] == [quiet] * 15
    assert counts[15] == quiet + 1


# the day's speed


def test_what_was_issued_today_is_known_without_counting(here: Organization) -> None:
    given(here, 1, 100)
    issue(here, 2)
    row = NumberSegment.objects.get()
    assert (row.day_first, row.next) == (1020001, 1020003)
    assert row.day_began is not None
    make.at(row.day_began + make.A_MINUTE * 60 * 24)
    issue(here, 3)
    row.refresh_from_db()
    assert (row.day_first, row.next) == (1020003, 1020006)
