"""R4: numbers divided among the sites of a county by the heads that each expects."""

import pytest

from baoming.audit.models import Event
from baoming.organizations.models import Organization, SiteSeason
from baoming.organizations.services import set_expected
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.segment_queries import division_mark, needs_of
from baoming.registrations.segments import Span, propose
from baoming.registrations.services import plans
from baoming.registrations.services.county_codes import add_code
from baoming.registrations.services.plans import PlanRow, confirm_plan
from baoming.registrations.services.segments import (
    stop_segment,
)
from baoming.registrations.services.voids import void_number
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid, Refused
from tests import factories as make
from tests.registrations.segments import COUNTY, act, given, here, issue, of, there

__all__ = ["here", "there"]  # fixtures
pytestmark = pytest.mark.django_db


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
