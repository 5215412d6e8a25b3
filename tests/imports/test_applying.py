"""A checked file applied, applied again, changed since, and taken back (R21, R32)."""

import pytest

from baoming.imports.models import FactWithdrawal, Import, ImportedFact
from baoming.imports.queries import bad_of, before, content_of, known_of
from baoming.imports.services.applying import apply_import, run, undo_import
from baoming.organizations.models import Organization
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.imports.files import PHYSICAL, applied, csv, line, numbered, of, staged, told, undone

pytestmark = pytest.mark.django_db
BETTER = ["2022-11-10", "173", "60.5", "正常", "合格"]


@pytest.fixture
def here() -> Organization:
    make.season("submission")
    return make.site()


@pytest.fixture
def county(here: Organization) -> Organization:
    assert here.parent is not None
    return here.parent


def counting(row: Registration) -> dict[str, str]:
    facts = ImportedFact.objects.filter(registration=row, withdrawal=None).order_by("-id")
    return content_of(facts[0]) if facts else {}


def test_nothing_is_written_before_it_is_applied_and_then_each_good_line_once(
    here: Organization, county: Organization
) -> None:
    people = [numbered(here, running) for running in (1, 2, 3)]
    row = staged(csv(line(people[0]), line(people[1], *BETTER), line(people[2], name="别人")), of(county))
    assert (row.total, row.new, row.changed, row.same, row.bad) == (3, 2, 0, 0, 1)
    assert ImportedFact.objects.count() == 0
    batch = applied(row, of(county))
    assert (batch.done, batch.skipped, batch.state) == (2, 0, "done")
    assert [counting(one).get("height") for one in people] == ["172.5", "173", None]
    [fact] = known_of(people[0])
    assert (fact.title, fact.line, fact.by_label) == ("体检结果", 2, "周敏")
    assert ("体检结论", "合格") in fact.values


def test_the_button_pressed_twice_is_one_batch(here: Organization, county: Organization) -> None:
    row = staged(csv(line(numbered(here, 1))), of(county))
    first, second = (apply_import(row.pk, by=of(county)) for _ in range(2))
    run(first.pk)
    run(second.pk)
    assert first == second
    assert (Batch.objects.count(), ImportedFact.objects.count()) == (1, 1)


def test_the_same_file_again_is_said_and_writes_nothing(here: Organization, county: Organization) -> None:
    content = csv(line(numbered(here, 1)))
    first = staged(content, of(county))
    applied(first, of(county))
    again = staged(content, of(county))
    assert before(again) == first
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    with pytest.raises(Refused, match="没有要写入的行"):
        apply_import(again.pk, by=of(county))


def test_two_previews_of_one_file_write_it_once(here: Organization, county: Organization) -> None:
    content = csv(line(numbered(here, 1)))
    first, second = staged(content, of(county)), staged(content, of(county))
    applied(first, of(county))
    batch = applied(second, of(county))
    assert (batch.done, batch.skipped) == (0, 1)
    assert ImportedFact.objects.count() == 1
    assert bad_of(second) == []  # the same is no problem


def test_what_came_after_the_preview_is_not_overwritten(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    old = staged(csv(line(person)), of(county))
    applied(staged(csv(line(person, *BETTER)), of(county)), of(county))
    batch = applied(old, of(county))
    assert batch.skipped == 1
    assert counting(person)["height"] == "173"
    [(told_line, sentence)] = bad_of(old)
    assert told_line.number == 2
    assert "又有变动，这一行没有写入" in sentence


def test_a_column_that_a_file_has_not_keeps_what_stands_and_an_empty_cell_clears(
    here: Organization, county: Organization
) -> None:
    """R32: several files may bring one kind, each with some of the columns that may be left out."""
    person = numbered(here, 1)
    more = [*PHYSICAL, "左眼裸眼视力", "受限专业"]
    applied(staged(csv([*line(person), "5.0", "飞行技术"], header=more), of(county)), of(county))
    whole = counting(person)
    assert (whole["left"], whole["limits"]) == ("5", "飞行技术")
    again = staged(csv(line(person)), of(county))
    assert (again.changed, again.same) == (0, 1)
    second = staged(csv(line(person, *BETTER)), of(county))
    assert (second.changed, second.same) == (1, 0)
    applied(second, of(county))
    assert counting(person) == whole | {"date": "2022-11-10", "height": "173", "weight": "60.5"}
    third = staged(csv([*line(person, *BETTER), ""], header=more[:-1]), of(county))
    assert third.changed == 1
    applied(third, of(county))
    assert "left" not in counting(person)
    assert counting(person)["limits"] == "飞行技术"


def test_a_column_that_a_file_has_not_keeps_what_stands_when_it_is_applied(
    here: Organization, county: Organization
) -> None:
    """What stood at the preview is taken back meanwhile: what a file does not say is not brought back by it."""
    person = numbered(here, 1)
    first = staged(csv([*line(person), "5.0"], header=[*PHYSICAL, "左眼裸眼视力"]), of(county))
    applied(first, of(county))
    second = staged(csv(line(person, *BETTER)), of(county))
    undone(first, of(county))
    assert applied(second, of(county)).done == 1
    assert "left" not in counting(person)


def test_who_left_the_area_between_preview_and_applying_is_told_of(here: Organization, county: Organization) -> None:
    people = [numbered(here, running) for running in (1, 2, 3)]
    row = staged(csv(*map(line, people[:2]), line(people[2], name="别人")), of(county))
    there = make.site("01", of="0103")
    Registration.objects.filter(pk=people[0].pk).update(site=there, path=there.path)
    batch = applied(row, of(county))
    assert (batch.done, batch.skipped) == (1, 0)
    found = [(one.number, sentence) for one, sentence in bad_of(row)]
    assert found == [
        (2, "考生已经转到本单位的范围以外，这一行没有写入，请由考生现在的单位导入"),
        (4, "姓名和报名信息里的不一样，请对照报名登记表核对"),
    ]


def test_a_batch_is_taken_back_and_what_was_before_counts_again(here: Organization, county: Organization) -> None:
    person, other = numbered(here, 1), numbered(here, 2)
    applied(staged(csv(line(person)), of(county)), of(county))
    second = staged(csv(line(person, *BETTER), line(other, *BETTER)), of(county))
    assert (second.new, second.changed) == (1, 1)
    applied(second, of(county))
    batch = undone(second, of(county))
    assert (batch.done, batch.skipped) == (2, 0)
    assert counting(person)["height"] == "172.5"
    assert counting(other) == {}
    assert ImportedFact.objects.count() == 3  # nothing is lost
    assert [(one.counts, one.withdrawn) for one in known_of(person, history=True)] == [
        (False, "导错了文件"),
        (True, ""),
    ]


def test_what_is_newer_is_not_taken_back_but_listed(here: Organization, county: Organization) -> None:
    person, other = numbered(here, 1), numbered(here, 2)
    first = staged(csv(line(person), line(other)), of(county))
    applied(first, of(county))
    applied(staged(csv(line(person, *BETTER)), of(county)), of(county))
    batch = undone(first, of(county))
    assert (batch.done, batch.skipped) == (1, 1)
    [left] = BatchLine.objects.filter(batch=batch).exclude(sentence="")
    assert left.registration == person
    assert "后来又导入过新的内容" in left.sentence
    assert counting(person)["height"] == "173"
    assert counting(other) == {}


def test_undoing_twice_is_one_undoing_and_needs_a_reason(here: Organization, county: Organization) -> None:
    row = staged(csv(line(numbered(here, 1))), of(county))
    with pytest.raises(Refused, match="还没有导入"):
        undo_import(row.pk, reason="导错了", by=of(county))
    applied(row, of(county))
    with pytest.raises(Invalid):
        undo_import(row.pk, reason=" ", by=of(county))
    assert undone(row, of(county)) == undone(row, of(county))
    assert FactWithdrawal.objects.count() == 1


def test_another_office_neither_applies_nor_takes_back(here: Organization, county: Organization) -> None:
    row = staged(csv(line(numbered(here, 1))), of(county))
    for act in (lambda: apply_import(row.pk, by=of(make.county("0103"))), lambda: apply_import(row.pk, by=of(here))):
        with pytest.raises(Import.DoesNotExist):
            act()
    applied(row, of(county))
    with pytest.raises(Import.DoesNotExist):
        undo_import(row.pk, reason="不是我的", by=of(make.county("0103")))


def test_a_kind_is_imported_by_whom_the_season_names_and_in_its_phases(
    here: Organization, county: Organization
) -> None:
    person = numbered(here, 1)
    with pytest.raises(NotOpen, match="本单位不能导入"):
        staged(csv(line(person)), of(here))
    row = staged(csv(line(person)), of(county))
    make.season("tickets")
    with pytest.raises(NotOpen, match="已经结束"):
        staged(csv(line(person)), of(county))
    with pytest.raises(NotOpen, match="已经结束"):
        apply_import(row.pk, by=of(county))
    make.season("intake")
    make.at(row.at.replace(year=2021))
    with pytest.raises(NotOpen, match="还没有开始"):
        staged(csv(line(person)), of(county))


def test_a_phase_that_ends_meanwhile_stops_the_rest(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    row = staged(csv(line(person)), of(county))
    batch = apply_import(row.pk, by=of(county))
    make.season("tickets")
    run(batch.pk)
    row.refresh_from_db()
    assert ImportedFact.objects.count() == 0
    assert "已经结束" in bad_of(row)[0][1]
    assert told(row) == {}
