"""R24–R27, R34: what a register answers is noted; what is no agreement is owned by an office and cleared in writing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.audit.models import Event
from baoming.checks.models import CheckLine, CheckResult, CheckTally
from baoming.checks.queries import remark_of, standings
from baoming.checks.services import results
from baoming.checks.services.results import note_result
from baoming.checks.services.tallies import Counted, count
from baoming.registrations.models import HoldRow, Registration
from baoming.reviews.case_queries import acts_of, content_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import complete_registration
from baoming.reviews.services.identity_changes import change_identity
from baoming.shared.errors import NotOpen, Refused
from tests import factories as make
from tests.checks.exporting import answer, city, exported, line_of
from tests.registrations import confirmed
from tests.reviews.asking import do
from tests.reviews.files import office

pytestmark = pytest.mark.django_db
# Which case each register's answer opens: written from the plan of the cross checks (R24–R27, R34).
OPENS = {
    ("roll", "不一致"): "roll_mismatch",
    ("roll", "查无"): "roll_mismatch",
    ("household", "不一致"): "household_mismatch",
    ("police", "查无"): "police_mismatch",
    ("other_province", "外省有报名"): "other_province",
}


@pytest.fixture
def row() -> Registration:
    """Somebody who waits for nothing but completion."""
    made = confirmed.signed()
    confirmed.assess_morals(made.pk, qualified=True, text=confirmed.MORAL, by=office(made, "site"))
    made.refresh_from_db()
    return made


def test_agreement_is_noted_and_opens_nothing(row: Registration) -> None:
    result = answer(row, "一致")
    assert (result.outcome, result.case, result.told) == ("match", None, "")
    assert not Case.objects.exists()
    complete_registration(row.pk, by=office(row, "county"))


@pytest.mark.parametrize(("kind", "code"), sorted(OPENS))
def test_what_is_no_agreement_is_owned_by_the_site_with_a_deadline(row: Registration, kind: str, code: str) -> None:
    result = answer(row, code, kind=kind, remark="查到的姓名是欧阳思源")
    case = result.case
    assert case is not None
    assert (case.kind, case.holder, case.state, case.opener) == (OPENS[kind, code], "site", "waiting", "city")
    assert case.due_at == case.since + timedelta(days=3)
    asked = content_of(acts_of(case)[0])["answers"]
    assert code in asked["differs"]
    assert "欧阳思源" in asked["differs"]
    assert remark_of(result) == "查到的姓名是欧阳思源"
    assert "欧阳思源" not in result.remark_sealed
    assert HoldRow.objects.get(registration=row, cleared_at=None).kind == f"case:{case.kind}"


def test_it_holds_completion_until_the_county_has_ruled_in_writing(row: Registration) -> None:
    case = answer(row, "查无").case
    assert case
    with pytest.raises(NotOpen, match="学籍核查不符正在办理"):
        complete_registration(row.pk, by=office(row, "county"))
    do(case, Act.FORWARD, office(row, "site"), raw={"found": ["看了学籍卡原件，学籍今年转入"]})
    with pytest.raises(Refused):
        do(case, Act.GRANT, office(row, "county"), raw={"ruling": [""]})
    do(case, Act.GRANT, office(row, "county"), raw={"ruling": ["学籍在办理转入，认定相符"]})
    complete_registration(row.pk, by=office(row, "county"))


def test_the_same_answer_twice_is_one_and_another_answer_to_the_line_is_refused(row: Registration) -> None:
    by = city(row)
    line = line_of(exported(by), row)
    first = note_result(line.pk, "不一致", remark="出生日期不同", by=by)
    again = note_result(line.pk, "2", remark=" 出生日期不同 ", by=by)
    assert first.pk == again.pk
    assert (CheckResult.objects.count(), Case.objects.count()) == (1, 1)
    with pytest.raises(Refused, match="已经导入过别的结果"):
        note_result(line.pk, "一致", remark="", by=by)
    [tally] = CheckTally.objects.all()
    assert (tally.exported, tally.match, tally.mismatch, tally.missing) == (1, 0, 1, 0)


def test_the_same_finding_in_a_later_export_opens_no_second_case(row: Registration) -> None:
    first = answer(row, "查无").case
    assert first
    second = answer(row, "查无")
    assert (second.case_id, second.told) == (first.pk, "同一结果以前已经提出过，不重复提出")
    do(first, Act.FORWARD, office(row, "site"), raw={"found": ["看了原件"]})
    do(first, Act.GRANT, office(row, "county"), raw={"ruling": ["相符"]})
    assert answer(row, "查无").case_id == first.pk, "what was cleared in writing is not asked again"
    assert Case.objects.count() == 1


def test_control_without_the_look_back_a_cleared_finding_is_asked_again(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_same_finding", lambda *_: None)
    first = answer(row, "查无").case
    assert first
    do(first, Act.FORWARD, office(row, "site"), raw={"found": ["看了原件"]})
    do(first, Act.GRANT, office(row, "county"), raw={"ruling": ["相符"]})
    answer(row, "查无")
    assert Case.objects.count() == 2


def test_another_finding_joins_the_case_that_is_open_and_opens_one_after_it_was_cleared(row: Registration) -> None:
    first = answer(row, "查无").case
    assert first
    joined = answer(row, "不一致", remark="学校不同")
    assert (joined.case_id, joined.told) == (first.pk, "同类事项正在办理，请在那一件里一并核实")
    do(first, Act.FORWARD, office(row, "site"), raw={"found": ["看了原件"]})
    do(first, Act.GRANT, office(row, "county"), raw={"ruling": ["相符"]})
    assert answer(row, "不一致", remark="年级不同").case_id not in (None, first.pk)


def test_what_was_withdrawn_as_a_mistake_is_asked_anew(row: Registration) -> None:
    first = answer(row, "查无").case
    assert first
    do(first, Act.WITHDRAW, city(row), note="主管部门更正了结果")
    second = answer(row, "查无").case
    assert second
    assert second.pk != first.pk


def test_agreement_later_leaves_the_open_case_to_be_cleared_in_writing(row: Registration) -> None:
    answer(row, "查无")
    later = answer(row, "一致")
    assert later.told == "以前的不符事项还没有办结，仍要书面认定"
    assert Case.objects.get().state == "waiting"


def test_of_who_has_stopped_it_is_noted_and_nothing_is_asked(row: Registration) -> None:
    line = line_of(exported(city(row)), row)
    Registration.objects.filter(pk=row.pk).update(stopped_at=timezone.now())
    result = note_result(line.pk, "查无", remark="", by=city(row))
    assert (result.case, result.told) == (None, "考生已经中止报名，只记下结果，不用核实")


def test_of_who_is_completed_the_completion_stands_and_the_ticket_waits(row: Registration) -> None:
    line = line_of(exported(city(row)), row)
    complete_registration(row.pk, by=office(row, "county"))
    result = note_result(line.pk, "查无", remark="", by=city(row))
    assert result.case
    assert result.told == "县（市、区）已经完成确认，完成不变；办结以前不能打印准考证"
    assert "completion" in Registration.objects.get(pk=row.pk).done_steps


def test_of_who_has_moved_the_present_site_owns_it(row: Registration) -> None:
    line = line_of(exported(city(row)), row)
    there = make.site("07", of="0103")
    Registration.objects.filter(pk=row.pk).update(site=there, path=there.path)
    result = note_result(line.pk, "查无", remark="", by=city(row))
    assert result.case
    assert result.case.path == there.path
    assert result.told == "考生已转到测试07中学报名点。"
    assert CheckTally.objects.get().path == line.county, "counted where it went out"


def test_another_office_takes_in_no_answer_and_an_unknown_code_is_refused(row: Registration) -> None:
    line = line_of(exported(city(row)), row)
    with pytest.raises(NotOpen, match="由导出名单的机构导入"):
        note_result(line.pk, "1", remark="", by=replace(city(row), path="43/02/"))
    with pytest.raises(Refused, match="没有这个结果代码"):
        note_result(line.pk, "9", remark="", by=city(row))
    assert not CheckResult.objects.exists()


def test_lines_and_answers_never_change(row: Registration) -> None:
    result = answer(row, "1")
    answers, lines = CheckResult.objects.filter(pk=result.pk), CheckLine.objects.filter(pk=result.line_id)
    for act in (answers.delete, lambda: answers.update(code="2"), lambda: lines.update(county="43/02/02/")):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            act()


def test_the_counts_tell_what_is_out_back_open_and_overdue(row: Registration) -> None:
    answer(row, "查无")
    now = Case.objects.get().since
    level = len("43/01/02/")
    one = standings(row.season, "43/", level=level, now=now)["roll", "43/01/02/"]
    assert (one.exported, one.returned, one.match, one.missing, one.open, one.overdue) == (1, 1, 0, 1, 1, 0)
    later = standings(row.season, "43/", level=level, now=now + timedelta(days=4))["roll", "43/01/02/"]
    assert later.overdue == 1
    assert not standings(row.season, "43/02/", level=level, now=now)


def test_an_answer_leaves_an_event_without_what_it_says(row: Registration) -> None:
    answer(row, "不一致", remark="姓名欧阳思源")
    event = Event.objects.get(verb="note_result")
    assert (event.subject, event.details) == (row.pk, {"kind": "roll", "outcome": "mismatch"})


def test_the_same_finding_about_a_new_number_is_asked_anew(row: Registration) -> None:
    first = answer(row, "查无", kind="police").case
    assert first
    do(first, Act.FORWARD, office(row, "site"), raw={"found": ["看了原件"]})
    do(first, Act.GRANT, office(row, "county"), raw={"ruling": ["号码登记有误，另行变更"]})
    change_identity(row, {"name": "", "number": make.number(777)}, by=office(row, "county"), at=timezone.now())
    batch = exported(city(row), "police")
    second = note_result(line_of(batch, row).pk, "查无", remark="", by=city(row)).case
    assert second
    assert second.pk != first.pk
    assert note_result(line_of(batch, row).pk, "查无", remark="", by=city(row)).case_id == second.pk


def test_control_without_who_was_asked_about_the_new_number_goes_unchecked(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baoming.checks.services.exports.asked_of", lambda _: b"")
    answer(row, "查无", kind="police")
    change_identity(row, {"name": "", "number": make.number(777)}, by=office(row, "county"), at=timezone.now())
    assert exported(city(row), "police").count == 0


def test_an_export_knows_how_many_of_its_lines_came_back(row: Registration) -> None:
    batch = answer(row, "查无").line.batch
    batch.refresh_from_db()
    assert (batch.count, batch.returned) == (1, 1)
    with pytest.raises(Refused):
        note_result(line_of(batch, row).pk, "一致", remark="", by=city(row))
    batch.refresh_from_db()
    assert batch.returned == 1


def test_all_that_one_transaction_counts_is_written_in_one_order() -> None:
    season = make.season()
    lines = [Counted(season.pk, kind, path, "match") for kind in ("roll", "police") for path in ("43/02/", "43/01/")]
    with CaptureQueriesContext(connection) as captured:
        count([*lines, *reversed(lines)])
    told = [(one["sql"].split("VALUES", 1)[1].split(",")[1:3]) for one in captured if "checks_checktally" in one["sql"]]
    assert [[part.strip(" '") for part in one] for one in told] == [
        ["police", "43/01/"], ["police", "43/02/"], ["roll", "43/01/"], ["roll", "43/02/"],
    ]  # fmt: skip
    assert set(CheckTally.objects.values_list("match", flat=True)) == {2}
