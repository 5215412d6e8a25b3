"""A line is written over what its preview saw and over nothing else, whatever the stamps of the two say (R21, R32)."""

from datetime import timedelta

import pytest

from baoming.imports.models import ImportedFact, ImportLine
from baoming.imports.queries import bad_of, content_of, standing_facts
from baoming.imports.services import applying
from baoming.imports.writers import Counting, Entry
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.registrations.services.batches import Outcome
from baoming.reviews.queries import moral_text
from baoming.reviews.services import assess_morals, withdraw_assessment
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.imports.files import MORAL, applied, csv, line, numbered, of, staged, undone
from tests.registrations.classes import pupil

pytestmark = pytest.mark.django_db
BETTER = ["2022-11-10", "173", "60.5", "正常", "合格"]
BEST = ["2022-11-11", "174", "60", "正常", "合格"]
SINCE = "预览以后这名考生的这类信息又有变动，这一行没有写入。请把这一行重新上传，核对以后再导入"


@pytest.fixture
def here() -> Organization:
    make.season("submission")
    return make.site()


@pytest.fixture
def county(here: Organization) -> Organization:
    assert here.parent is not None
    return here.parent


def height(row: Registration) -> str:
    return content_of(standing_facts("physical", [row])[row.pk])["height"]


def stamped_before_and_committed_after(person: Registration, by: Organization) -> None:
    """As a file whose transaction took the time, and then waited until after the other's preview."""
    now = season_now(person.season_id)
    make.at(now - timedelta(minutes=1))
    applied(staged(csv(line(person, *BETTER)), of(by)), of(by))
    make.at(now + timedelta(minutes=1))


@pytest.mark.parametrize("known", [False, True])
def test_what_was_stamped_before_the_preview_and_committed_after_it_is_not_overwritten(
    here: Organization, county: Organization, known: bool
) -> None:
    person = numbered(here, 1)
    if known:
        applied(staged(csv(line(person)), of(county)), of(county))
    old = staged(csv(line(person, *BEST)), of(county))
    stamped_before_and_committed_after(person, county)
    assert applied(old, of(county)).skipped == 1
    assert height(person) == "173"
    assert [sentence for _, sentence in bad_of(old)] == [SINCE]


def test_control_by_their_times_it_would_be_overwritten(
    here: Organization, county: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_time(entry: Entry, there: Counting | None, line: ImportLine) -> Outcome | None:
        newer = there is not None and ImportedFact.objects.get(pk=there.row).at > line.source.at
        return Outcome(SINCE, problem=True) if newer else None

    person = numbered(here, 1)
    old = staged(csv(line(person, *BEST)), of(county))
    stamped_before_and_committed_after(person, county)
    monkeypatch.setattr(applying, "_needless", by_time)
    assert applied(old, of(county)).done == 1
    assert height(person) == "174"


def test_what_counts_again_since_the_preview_is_not_overwritten_either(
    here: Organization, county: Organization
) -> None:
    person = numbered(here, 1)
    applied(staged(csv(line(person)), of(county)), of(county))
    second = staged(csv(line(person, *BETTER)), of(county))
    applied(second, of(county))
    third = staged(csv(line(person, *BEST)), of(county))
    undone(second, of(county))
    assert applied(third, of(county)).skipped == 1
    assert height(person) == "172.5"


def test_what_the_preview_saw_is_replaced(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    for values, shown in ((BETTER, "173"), (BEST, "174")):
        row = staged(csv(line(person, *values)), of(county))
        assert applied(row, of(county)).done == 1
        assert height(person) == shown


def test_an_assessment_that_was_written_since_is_not_overwritten(here: Organization) -> None:
    """The site writes one by hand while its file lies checked, with a stamp from before."""
    by = of(here)
    people = [pupil(here), pupil(here)]
    for one in people:
        assess_morals(one.pk, qualified=True, text="第一次写的", by=by)
    row = staged(csv(*(line(one, "合格", "文件里的") for one in people), header=MORAL), by, "moral")
    assert row.changed == 2
    make.at(row.at - timedelta(minutes=1))
    withdraw_assessment(people[0].pk, reason="写错了人", by=by)
    assess_morals(people[0].pk, qualified=True, text="后来写的", by=by)
    make.at(row.at + timedelta(minutes=1))
    batch = applied(row, by)
    assert (batch.done, batch.skipped) == (1, 1)
    assert [moral_text(one) for one in people] == ["后来写的", "文件里的"]
    assert [sentence for _, sentence in bad_of(row)] == [SINCE]
