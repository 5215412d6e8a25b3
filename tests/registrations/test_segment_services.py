"""R4: what a county does with its numbers. Each act: done, done twice, refused, and never on an issued number."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization, SiteSeason
from baoming.organizations.services import set_expected
from baoming.registrations.models import CountyCode, NumberSegment, Registration
from baoming.registrations.segment_queries import county_codes, division_mark, needs_of, next_number
from baoming.registrations.segments import Span, propose
from baoming.registrations.services import plans, segments
from baoming.registrations.services.county_codes import add_code, drop_code
from baoming.registrations.services.numbers import SegmentExhausted, issue_number
from baoming.registrations.services.plans import PlanRow, confirm_plan
from baoming.registrations.services.segments import (
    add_segment,
    extend_site,
    reassign_segment,
    resume_segment,
    return_numbers,
    split_segment,
    stop_segment,
)
from baoming.registrations.services.voids import void_number
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")
CITY = Actor(kind=Party.CITY, id="", path="43/01/", label="李强")


def given(site: Organization, first: int, last: int) -> NumberSegment:
    """Give a site numbers of 0102, by serial."""
    return add_segment(
        Season.objects.get(), site, county=make.county(), first=1020000 + first, last=1020000 + last, by=COUNTY
    )


def issue(site: Organization, count: int = 1) -> list[int]:
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    return [issue_number(make.registration(site, done=make.before("number")).pk, by=by) for _ in range(count)]


def of(site: Organization) -> list[tuple[int, int]]:
    """A site's segments by serial."""
    return [
        (row.first - 1020000, row.last - 1020000) for row in NumberSegment.objects.filter(site=site).order_by("first")
    ]


def act(service: Any, site: Organization, *where: Any, **how: Any) -> Any:
    return service(Season.objects.get(), site, *where, county=make.county(), by=COUNTY, **how)


@pytest.fixture
def here() -> Organization:
    make.season()
    return make.site("01")


@pytest.fixture
def there(here: Organization) -> Organization:
    return make.site("02")


def last_event() -> tuple[str, dict[str, object]]:
    event = Event.objects.latest("id")
    return event.verb, event.details


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


# further codes


def test_the_province_adds_a_code_and_the_county_uses_it(here: Organization) -> None:
    season, county = Season.objects.get(), make.county()
    with pytest.raises(Invalid, match="01020001到01029999之间"):
        add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    add_code(season, county, code="0199", by=make.PROVINCE)
    add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    assert county_codes(season.pk, county) == ["0102", "0199"]
    with pytest.raises(Invalid, match="01990001到01999999之间"):  # across two codes
        add_segment(season, here, county=county, first=1029990, last=1990005, by=COUNTY)
    neighbour = make.site("01", of="0103")
    with pytest.raises(Invalid, match="01030001到01039999之间"):
        add_segment(season, neighbour, county=make.county("0103"), first=1990101, last=1990200, by=COUNTY)


@pytest.mark.parametrize(
    ("code", "said"),
    [("0103", "雨花区|天心区|代码"), ("99", "4位数字"), ("01x9", "4位数字"), ("", "4位数字"), ("0000", "4位数字"),
     ("０１９９", "4位数字")],
)  # fmt: skip
def test_codes_that_cannot_be_added(here: Organization, code: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        add_code(Season.objects.get(), make.county(), code=code, by=make.PROVINCE)


def test_a_code_belongs_to_one_county(here: Organization) -> None:
    season = Season.objects.get()
    add_code(season, make.county(), code="0199", by=make.PROVINCE)
    for county in (make.county(), make.county("0103")):
        with pytest.raises(Invalid, match=r"已经是.*增加的代码"):
            add_code(season, county, code="0199", by=make.PROVINCE)
    assert CountyCode.objects.count() == 1


def test_a_code_is_taken_back_while_no_site_has_numbers_of_it(here: Organization) -> None:
    season, county = Season.objects.get(), make.county()
    add_code(season, county, code="0199", by=make.PROVINCE)
    row = add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    with pytest.raises(Refused, match="已经划给报名点"):
        drop_code(season, county, code="0199", by=make.PROVINCE)
    act(return_numbers, here, row.pk, count=100)
    drop_code(season, county, code="0199", by=make.PROVINCE)
    with pytest.raises(Refused, match="没有增加过"):  # twice
        drop_code(season, county, code="0199", by=make.PROVINCE)


@pytest.mark.parametrize("service", [add_code, drop_code])
@pytest.mark.parametrize("who", [COUNTY, CITY])
def test_only_the_province_adds_codes(here: Organization, service: Any, who: Actor) -> None:
    with pytest.raises(NotOpen, match="省教育考试院"):
        service(Season.objects.get(), make.county(), code="0199", by=who)


# confirm_plan


def proposed(here: Organization, there: Organization) -> list[PlanRow]:
    season, county = Season.objects.get(), make.county()
    sites = {str(site.pk): site for site in (here, there)}
    plan = propose(needs_of(season.pk, county), [Span(1020001, 1029999)])
    return [PlanRow(row.key, sites[row.key], span) for row in plan.rows for span in row.added]


def confirm(rows: list[PlanRow], basis: str) -> int:
    return confirm_plan(Season.objects.get(), make.county(), rows, basis=basis, by=COUNTY)


def mark() -> str:
    return division_mark(Season.objects.get().pk, make.county())


def test_a_confirmed_proposal_gives_every_site_its_range(here: Organization, there: Organization) -> None:
    set_expected(Season.objects.get(), there.pk, expected=600, by=COUNTY)
    assert confirm(proposed(here, there), mark()) == 70 + 620  # 60 and 600 heads
    assert (of(here), of(there)) == ([(1, 70)], [(71, 690)])
    assert Event.objects.filter(verb="plan_segment").count() == 2
    assert [row.alarm_80 for row in NumberSegment.objects.order_by("first")] == [1020056, 1020566]


def test_issuing_meanwhile_does_not_spoil_a_proposal(here: Organization, there: Organization) -> None:
    given(here, 1, 50)
    rows, basis = proposed(here, there), mark()
    issue(here, 3)
    confirm(rows, basis)
    assert (of(here), of(there)) == ([(1, 70)], [(71, 140)])


@pytest.mark.parametrize("what", ["a segment", "heads", "a code", "a stop"])
def test_what_changed_since_refuses_the_whole_proposal(here: Organization, there: Organization, what: str) -> None:
    row = given(here, 5001, 5010)
    rows, basis, season = proposed(here, there), mark(), Season.objects.get()
    changes = {
        "a segment": lambda: given(there, 9001, 9010),
        "heads": lambda: set_expected(season, there.pk, expected=61, by=COUNTY),
        "a code": lambda: add_code(season, make.county(), code="0199", by=make.PROVINCE),
        "a stop": lambda: act(stop_segment, here, row.pk),
    }
    changes[what]()
    before = NumberSegment.objects.count()
    with pytest.raises(Changed, match="刚刚有变动"):
        confirm(rows, basis)
    assert NumberSegment.objects.count() == before


def test_control_without_the_mark_a_stale_proposal_gives_twice(
    here: Organization, there: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "division_mark", lambda *_: "same")
    rows = [PlanRow("a", here, Span(1020001, 1020070))]
    confirm(rows, "same")
    again = [PlanRow("a", here, Span(1020071, 1020140))]  # what the same stale page would have offered elsewhere
    confirm(again, "same")
    assert of(here) == [(1, 140)]  # twice of what 60 heads need


def test_each_row_that_cannot_be_is_named(here: Organization, there: Organization) -> None:
    given(here, 1, 50)
    rows = [
        PlanRow("a", here, Span(1020100, 1020200)),
        PlanRow("b", there, Span(1020150, 1020250)),
        PlanRow("c", there, Span(1020050, 1020060)),
        PlanRow("d", there, Span(1030001, 1030002)),
        PlanRow("e", there, Span(1020400, 1020300)),
    ]
    with pytest.raises(Invalid) as refused:
        confirm(rows, mark())
    said = refused.value.fields
    assert set(said) == {"b", "c", "d", "e"}
    assert "01020100—01020200重叠" in said["b"]
    assert "01020001—01020050重叠" in said["c"]
    assert of(there) == []


def test_an_empty_plan_and_a_foreign_site_are_refused(here: Organization) -> None:
    with pytest.raises(Invalid, match="没有要划的号段"):
        confirm([], mark())
    with pytest.raises(Refused, match="没有找到这个报名点"):
        confirm([PlanRow("a", make.site("01", of="0103"), Span(1020001, 1020010))], mark())


# set_expected


def test_heads_are_written_without_opening_the_site(here: Organization) -> None:
    closed = make.site("03", opened=False)
    set_expected(Season.objects.get(), closed.pk, expected=120, by=COUNTY)
    state = SiteSeason.objects.get(site=closed)
    assert (state.expected, state.opened_at) == (120, None)
    with pytest.raises(Invalid, match="1到9999"):
        set_expected(Season.objects.get(), closed.pk, expected=0, by=COUNTY)
    with pytest.raises(Refused):
        set_expected(Season.objects.get(), make.site("01", of="0103").pk, expected=5, by=COUNTY)


def test_the_need_knows_what_was_voided(here: Organization) -> None:
    given(here, 1, 100)
    number = issue(here)[0]
    row = NumberSegment.objects.get()
    void_number(Registration.objects.get(number=number).pk, reason="读错证件", by=COUNTY)
    [need] = needs_of(Season.objects.get().pk, make.county())
    assert (need.heads, need.voided, [one.span for one in need.segments]) == (60, 1, [Span(row.first, row.last)])
