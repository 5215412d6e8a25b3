"""R34: what registers answered comes back through the one importer: line errors in sentences, applied, run twice."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from baoming.audit.actors import Actor
from baoming.checks.files import token
from baoming.checks.kinds import Checks
from baoming.checks.models import CheckBatch, CheckLine, CheckResult
from baoming.checks.services import exports
from baoming.imports.kinds import kinds
from baoming.imports.models import Import
from baoming.imports.people_queries import find_lines
from baoming.imports.services.applying import apply_import, run
from baoming.imports.services.rules import refusals
from baoming.imports.writers import Source, Writer
from baoming.registrations.models import BatchLine, Registration
from baoming.reviews.cases import OPEN_STATES, Act
from baoming.reviews.models import Case
from baoming.reviews.services.cases import act_on_case
from baoming.shared.errors import NotOpen
from baoming.shared.tables import TableRefused
from baoming.web.management.commands.load_season import documents
from tests import factories as make
from tests.checks.exporting import exported
from tests.imports.files import applied, csv, numbered, of, staged, told, undone, xlsx
from tests.reviews.files import office

pytestmark = pytest.mark.django_db
HEADER = ["行标识", "结果", "说明"]
YEARS = ("2023", "2025")


@pytest.fixture
def people() -> list[Registration]:
    """Four of one site whose city has exported them for the roll."""
    make.season("intake")
    here = make.site()
    return [numbered(here, running, name=name) for running, name in enumerate("甲乙丙丁", start=1)]


@pytest.fixture
def city(people: list[Registration]) -> Actor:
    parent = people[0].site.parent
    assert parent is not None
    assert parent.parent is not None
    return of(parent.parent)


@pytest.fixture
def batch(city: Actor) -> CheckBatch:
    return exported(city)


def marks(batch: CheckBatch) -> dict[str, str]:
    """Name → token of the line."""
    rows = CheckLine.objects.filter(batch=batch).select_related("registration")
    return {line.registration.name: token(line.pk) for line in rows}


def answers(*lines: list[str], by: Actor, kind: str = "check_roll", header: list[str] | None = None) -> Import:
    return staged(csv(*lines, header=header or HEADER), by, kind=kind, filename="结果.csv")


@pytest.mark.parametrize("year", YEARS)
def test_each_kind_of_check_has_its_answers_among_the_imports(year: str) -> None:
    found = kinds(documents("43", year)["imports"])
    for key, check in Checks.of(documents("43", year)["checks"]).kinds.items():
        kind = found[f"check_{key}"]
        assert (kind.check, kind.writes, kind.named) == (key, "check", False)
        assert kind.columns[0].options == {code.code: code.title for code in check.codes}


def test_the_file_that_went_out_comes_back_filled_in_and_each_finding_is_owned(
    people: list[Registration], city: Actor, batch: CheckBatch
) -> None:
    [file] = batch.files.all()
    sent = exports.fetch_file(file.pk, by=city)[1].decode("utf-8-sig")
    head, *lines = sent.strip().split("\r\n")
    filled = [f"{line[:-2]},{said}" for line, said in zip(lines, ("一致,", "2,学校不同", "查无,", "1,"), strict=True)]
    row = staged("\r\n".join([head, *filled]).encode("gb18030"), city, kind="check_roll", filename="结果.csv")
    assert (row.total, row.new, row.bad) == (4, 4, 0)
    assert not CheckResult.objects.exists()
    done = applied(row, city)
    assert (done.done, done.skipped) == (4, 0)
    said = dict(CheckResult.objects.values_list("registration__name", "outcome"))
    assert said == {"甲": "match", "乙": "mismatch", "丙": "missing", "丁": "match"}
    cases = Case.objects.values_list("registration__name", "kind", "holder", "opener")
    assert sorted(cases) == [("丙", "roll_mismatch", "site", "city"), ("乙", "roll_mismatch", "site", "city")]


def test_a_line_that_cannot_be_taken_says_why_and_the_others_are_good(
    people: list[Registration], city: Actor, batch: CheckBatch
) -> None:
    mine, other = marks(batch), marks(exported(city, "police"))
    row = answers(
        [mine["甲"], "一致", ""],
        ["L" + "0" * 32, "一致", ""],
        ["第一行", "一致", ""],
        [other["乙"], "一致", ""],
        [mine["乙"], "大概", ""],
        [mine["丙"], "=1", ""],
        [mine["丁"], "一致", ""],
        [mine["丁"], "查无", ""],
        ["", "一致", ""],
        by=city,
    )
    assert {line: sentence.split("，")[0] for line, sentence in told(row).items()} == {
        3: "这个行标识不在本机构导出的名单里",
        4: "行标识不是导出的名单里的样子",
        5: "这一行是另一类核查的名单",
        6: "结果只能填：一致、不一致、查无",
        7: "结果是公式",
        8: "和第9行是同一名考生",
        9: "和第8行是同一名考生",
        10: "没有填行标识",
    }
    assert applied(row, city).done == 1


def test_a_formula_of_a_workbook_is_no_answer(people: list[Registration], city: Actor, batch: CheckBatch) -> None:
    content = xlsx([marks(batch)["甲"], "=1+1", ""], header=HEADER)
    assert "结果是公式" in told(staged(content, city, kind="check_roll", filename="结果.xlsx"))[2]


@pytest.mark.parametrize(("header", "words"), [(["行标识", "说明"], "结果"), (["结果", "说明"], "行标识")])
def test_a_file_without_its_columns_is_refused_whole(
    people: list[Registration], city: Actor, batch: CheckBatch, header: list[str], words: str
) -> None:
    with pytest.raises(TableRefused, match=words):
        answers(["x", "x"], by=city, header=header)


def test_a_file_in_another_encoding_or_with_too_many_lines_is_refused_whole(
    people: list[Registration], city: Actor, batch: CheckBatch
) -> None:
    with pytest.raises(TableRefused):
        staged(csv(["甲", "一致", ""], header=HEADER).decode("utf-8-sig").encode("utf-16"), city, kind="check_roll")
    with pytest.raises(TableRefused, match="20000"):
        answers(*[["L" + "0" * 32, "1", ""]] * 20001, by=city)


def test_applied_twice_and_killed_between_it_is_noted_once(
    people: list[Registration], city: Actor, batch: CheckBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = marks(batch)
    row = answers([mine["甲"], "查无", ""], [mine["乙"], "查无", ""], by=city)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    started = apply_import(row.pk, by=city)
    assert apply_import(row.pk, by=city) == started
    with monkeypatch.context() as patch:
        patch.setattr("baoming.checks.services.results.record", killed)
        with pytest.raises(KeyboardInterrupt):
            run(started.pk)
    assert not CheckResult.objects.exists()
    run(started.pk)
    run(started.pk)
    assert (CheckResult.objects.count(), Case.objects.count()) == (2, 2)


def test_the_same_file_again_is_told_line_by_line(people: list[Registration], city: Actor, batch: CheckBatch) -> None:
    mine = marks(batch)
    applied(answers([mine["甲"], "查无", ""], by=city), city)
    again = answers([mine["甲"], "查无", ""], by=city)
    assert (again.new, again.bad) == (0, 1)
    assert "已经导入过" in told(again)[2]


def test_two_previews_of_one_file_note_it_once(people: list[Registration], city: Actor, batch: CheckBatch) -> None:
    mine = marks(batch)
    first, second = (answers([mine["甲"], code, ""], by=city) for code in ("查无", "一致"))
    applied(first, city)
    done = applied(second, city)
    assert (done.done, done.skipped) == (0, 1)
    assert CheckResult.objects.get().outcome == "missing"


def test_another_office_imports_nothing_of_it(people: list[Registration], batch: CheckBatch) -> None:
    county, province = of(people[0].site.parent), of(make.county("0102").parent.parent)  # type: ignore[union-attr, arg-type]
    line = [marks(batch)["甲"], "一致", ""]
    with pytest.raises(NotOpen, match="本单位不能导入"):
        answers(line, by=county)
    assert "不在本机构导出的名单里" in told(answers(line, by=province))[2]


def test_who_has_moved_to_another_city_is_told_of(people: list[Registration], city: Actor, batch: CheckBatch) -> None:
    there = make.site("01", of="0203")
    Registration.objects.filter(pk=people[0].pk).update(site=there, path=there.path)
    mine = marks(batch)
    row = answers(*([mine[name], "查无", ""] for name in "甲乙"), by=city)
    assert "转到本机构的范围以外" in told(row)[2]
    assert applied(row, city).done == 1


@pytest.mark.parametrize("when", ["before the preview", "after it"])
def test_of_who_has_stopped_a_finding_is_noted_and_opens_nothing(
    people: list[Registration], city: Actor, batch: CheckBatch, when: str
) -> None:
    stop = partial(Registration.objects.filter(pk=people[0].pk).update, stopped_at=people[0].created_at)
    mine = marks(batch)
    if when == "before the preview":
        stop()
    row = answers([mine["甲"], "查无", ""], [mine["乙"], "查无", ""], by=city)
    stop()
    done = applied(row, city)
    assert (row.new, done.done, done.skipped) == (2, 2, 0)
    noted = CheckResult.objects.get(registration=people[0])
    assert (noted.outcome, noted.case, noted.told) == ("missing", None, "考生已经中止报名，只记下结果，不用核实")
    assert Case.objects.get().registration == people[1]


def test_who_is_stopped_no_more_is_asked_about_anew_and_then_it_is_a_case(
    people: list[Registration], city: Actor, batch: CheckBatch
) -> None:
    """A stop may be taken back: what was only noted of them would else never be looked into."""
    theirs = Registration.objects.filter(pk=people[0].pk)
    theirs.update(stopped_at=people[0].created_at)
    said = ([mark, "查无" if name == "甲" else "一致", ""] for name, mark in marks(batch).items())
    applied(answers(*said, by=city), city)
    theirs.update(stopped_at=None)
    later = exported(city)
    assert list(marks(later)) == ["甲"]
    applied(answers([marks(later)["甲"], "查无", ""], by=city), city)
    assert Case.objects.get().registration == people[0]
    assert exported(city).count == 0


def test_control_a_file_about_people_is_refused_for_who_has_stopped(
    people: list[Registration], city: Actor, batch: CheckBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were an answer refused as any other line is, what a register said of them would stand nowhere."""

    def as_any_other(writer: Writer, source: Source, rows: Sequence[Registration]) -> dict[UUID, str]:
        return refusals(writer, replace(source, kind=replace(source.kind, check="")), rows)

    monkeypatch.setattr("baoming.imports.services.staging.refusals", as_any_other)
    Registration.objects.filter(pk=people[0].pk).update(stopped_at=people[0].created_at)
    row = answers([marks(batch)["甲"], "查无", ""], by=city)
    assert "已经中止" in told(row)[2]


def test_taking_the_file_back_withdraws_what_waits_and_keeps_what_was_decided(
    people: list[Registration], city: Actor, batch: CheckBatch
) -> None:
    mine = marks(batch)
    row = answers([mine["甲"], "查无", ""], [mine["乙"], "查无", ""], [mine["丙"], "一致", ""], by=city)
    applied(row, city)
    case = Case.objects.get(registration=people[1])
    act_on_case(case.pk, Act.FORWARD, seen=1, by=office(people[1], "site"), raw={"found": ["看了原件"]})
    act_on_case(case.pk, Act.GRANT, seen=2, by=office(people[1], "county"), raw={"ruling": ["相符"]})
    back = undone(row, city, reason="主管部门发错了文件")
    assert (back.done, back.skipped) == (1, 2)
    assert Case.objects.get(registration=people[0]).state == "withdrawn"
    assert Case.objects.get(registration=people[1]).state == "granted"
    assert CheckResult.objects.count() == 3
    assert Registration.objects.get(pk=people[0].pk).held == 0


@pytest.fixture
def twice(city: Actor, batch: CheckBatch) -> tuple[Import, Import]:
    """Two files with answers about one person: the first opened the case, the second came to it."""
    first = answers([marks(batch)["甲"], "查无", ""], by=city)
    applied(first, city)
    later = exported(city, again=True)
    second = answers([marks(later)["甲"], "2", "学校不同"], by=city)
    applied(second, city)
    assert [(one.opened, one.case) for one in CheckResult.objects.order_by("at", "-opened")] == [
        (True, Case.objects.get()),
        (False, Case.objects.get()),
    ]
    return first, second


@pytest.mark.parametrize("which", [0, 1])
def test_a_case_that_two_answers_belong_to_is_withdrawn_with_neither(
    people: list[Registration], city: Actor, twice: tuple[Import, Import], which: int
) -> None:
    """The first opened it but the second still asks for it; the second did not open it."""
    back = undone(twice[which], city, reason="主管部门发错了文件")
    assert (back.done, back.skipped) == (0, 1)
    assert "不能撤销" in BatchLine.objects.get(batch=back).sentence
    assert Case.objects.get().state in OPEN_STATES
    assert Registration.objects.get(pk=people[0].pk).held == 1


def test_control_without_the_office_of_the_list_anybody_could_answer_it(
    people: list[Registration], city: Actor, batch: CheckBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were lines looked for everywhere, the province's file would be taken, and the service alone would refuse."""
    province = of(make.county("0102").parent.parent)  # type: ignore[union-attr, arg-type]
    anywhere = lambda season, _, check, rows: find_lines(season, city.path, check, rows)  # noqa: E731
    monkeypatch.setattr("baoming.imports.services.staging.find_lines", anywhere)
    row = answers([marks(batch)["甲"], "一致", ""], by=province)
    assert row.new == 1
    assert applied(row, province).skipped == 1
