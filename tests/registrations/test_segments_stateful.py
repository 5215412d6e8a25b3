"""N2: whatever a county does with its numbers, in whatever order, nothing overlaps and what is issued stays."""

from contextlib import suppress
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.segment_queries import code_spans, division_mark, needs_of
from baoming.registrations.segments import Span, free_spans, propose
from baoming.registrations.services import segments as services
from baoming.registrations.services.county_codes import add_code, drop_code
from baoming.registrations.services.numbers import _take_number
from baoming.registrations.services.plans import PlanRow, confirm_plan
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")
COUNTS, SITES, PICKS = st.integers(-1, 4_000), st.integers(0, 3), st.integers(0, 9)


class Division(RuleBasedStateMachine):
    """Four sites of one county; what was issued is remembered beside the database."""

    @initialize()
    def begin(self) -> None:
        self.before = transaction.savepoint()  # what is issued cannot be deleted: each run is rolled back
        self.season, self.county = Season.objects.get(), make.county()
        self.sites = list(Organization.objects.filter(parent=self.county).order_by("path"))
        self.issued: dict[int, Organization] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def attempt(self, service: object, site: int, *where: object, **how: object) -> None:
        """Act as the county; a refusal must leave everything as it was."""
        before = list(NumberSegment.objects.order_by("first").values_list("first", "next", "last", "site"))
        try:
            with transaction.atomic():
                service(self.season, self.sites[site], *where, county=self.county, by=COUNTY, **how)  # type: ignore[operator]
        except Refused:
            after = list(NumberSegment.objects.order_by("first").values_list("first", "next", "last", "site"))
            assert after == before

    def pick(self, site: int, which: int) -> int:
        """One of the site's segments, or none that there is."""
        own = list(NumberSegment.objects.filter(site=self.sites[site]).order_by("first").values_list("pk", flat=True))
        return own[which % len(own)] if own else 0

    @rule(site=SITES, first=st.integers(1_019_990, 1_030_010), length=COUNTS)
    def add(self, site: int, first: int, length: int) -> None:
        self.attempt(services.add_segment, site, first=first, last=first + length)

    @rule(site=SITES, count=COUNTS)
    def extend(self, site: int, count: int) -> None:
        self.attempt(services.extend_site, site, count=count)

    @rule(site=SITES, which=PICKS, count=COUNTS)
    def give_back(self, site: int, which: int, count: int) -> None:
        self.attempt(services.return_numbers, site, self.pick(site, which), count=count)

    @rule(site=SITES, which=PICKS, count=COUNTS, to=SITES)
    def split(self, site: int, which: int, count: int, to: int) -> None:
        self.attempt(services.split_segment, site, self.pick(site, which), count=count, to=self.sites[to])

    @rule(site=SITES, which=PICKS, to=SITES)
    def reassign(self, site: int, which: int, to: int) -> None:
        self.attempt(services.reassign_segment, site, self.pick(site, which), to=self.sites[to])

    @rule(site=SITES, which=PICKS, stop=st.booleans())
    def stop(self, site: int, which: int, stop: bool) -> None:
        self.attempt(services.stop_segment if stop else services.resume_segment, site, self.pick(site, which))

    @rule(add=st.booleans())
    def further_code(self, add: bool) -> None:
        with suppress(Refused):
            (add_code if add else drop_code)(self.season, self.county, code="0199", by=make.PROVINCE)

    @rule(reserve=st.integers(0, 10))
    def plan(self, reserve: int) -> None:
        found = {str(site.pk): site for site in self.sites}
        made = propose(needs_of(self.season.pk, self.county), code_spans(self.season.pk, self.county), reserve=reserve)
        rows = [PlanRow(row.key, found[row.key], span) for row in made.rows for span in row.added]
        if rows:
            basis = division_mark(self.season.pk, self.county)
            assert confirm_plan(self.season, self.county, rows, basis=basis, by=COUNTY) == sum(
                row.count for row in made.rows
            )

    @rule(site=SITES, count=st.integers(1, 3))
    def issue(self, site: int, count: int) -> None:
        """As `issue_number` takes them: the person beside it changes nothing of this."""
        here = self.sites[site]
        for _ in range(count):
            try:
                taken = _take_number(Registration(season=self.season, site=here), season_now(self.season.pk))
            except Refused:
                return
            assert taken.number not in self.issued
            self.issued[taken.number] = here

    @invariant()
    def nothing_overlaps_and_all_of_a_code_is_somewhere(self) -> None:
        rows = [Span(row.first, row.last) for row in NumberSegment.objects.order_by("first")]
        assert all(one.last < after.first for one, after in pairwise(rows))
        codes = code_spans(self.season.pk, self.county)
        for code in codes:
            inside = [one for one in rows if code.first <= one.first <= one.last <= code.last]
            assert sum(one.count for one in [*inside, *free_spans([code], inside)]) == 9_999
        assert all(any(code.first <= one.first and one.last <= code.last for code in codes) for one in rows)

    @invariant()
    def what_is_issued_lies_inside_its_sites_segment_and_only_that(self) -> None:
        spent = {number: row.site_id for row in NumberSegment.objects.all() for number in range(row.first, row.next)}
        assert spent == {number: site.pk for number, site in self.issued.items()}

    @invariant()
    def the_alarms_are_those_of_the_rule(self) -> None:
        for site in self.sites:
            before = list(NumberSegment.objects.filter(site=site).order_by("first").values_list("alarm_80", "alarm_95"))
            with transaction.atomic():
                services.ring_at(self.season.pk, [site])
            after = list(NumberSegment.objects.filter(site=site).order_by("first").values_list("alarm_80", "alarm_95"))
            spent = set(self.issued)
            for old, new in zip(before, after, strict=True):
                for was, is_now in zip(old, new, strict=True):
                    assert was == is_now or (is_now is None and was in spent)


def test_any_sequence_of_acts_keeps_the_invariants() -> None:
    make.season()
    for code in ("01", "02", "03", "04"):
        make.site(code)

    def fresh() -> Division:
        return Division()

    run_state_machine_as_test(
        fresh,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
