"""R34, R30: who may export people to a register, by two persons; what the file holds; and the job that makes it."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from procrastinate.jobs import Job

from baoming.audit.actors import Party
from baoming.audit.models import Event
from baoming.checks import tasks
from baoming.checks.files import token
from baoming.checks.models import CheckBatch, CheckFile, CheckLine, CheckTally
from baoming.checks.services import exports
from baoming.checks.services.exports import approve_export, decline_export, fetch_file, make_part, remove_old_files
from baoming.organizations.models import Organization
from baoming.registrations.document_numbers import Kind
from baoming.registrations.models import Registration
from baoming.seasons.models import SeasonData
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.checks.exporting import answer, ask, city, exported, line_of, run, second
from tests.registrations.others import given, other
from tests.reviews.asking import PROVINCE
from tests.reviews.files import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Registration]:
    """Two of one site, one of the next county."""
    make.season("intake")
    here, there = make.site("01"), make.site("01", of="0103")
    rows = [make.registration(here, name="甲"), make.registration(here, name="乙"), make.registration(there, name="丙")]
    for number, row in enumerate(rows, start=1020001):
        row.number = number
        row.save(update_fields=["number"])
    return rows


def files(batch: CheckBatch) -> list[list[list[str]]]:
    """Return each file's lines, without the head."""
    by = replace(PROVINCE, kind=Party(Organization.objects.get(path=batch.path).level), path=batch.path)
    found = [fetch_file(file.pk, by=by)[1] for file in batch.files.order_by("part")]
    return [list(csv.reader(io.StringIO(one.decode(batch.encoding))))[1:] for one in found]


def limit(rows: int) -> None:
    """Let one file hold so many lines."""
    made = SeasonData.objects.get(key="checks", season__kind="demo")
    made.content = made.content | {"rows_a_file": rows}
    made.season.data_version += 1
    made.season.save(update_fields=["data_version"])
    SeasonData.objects.create(
        season=made.season, key="checks", version=made.season.data_version, content=made.content
    )  # fmt: skip


def test_one_asks_a_second_approves_and_the_file_is_made(people: list[Registration]) -> None:
    by = city(people[0])
    batch = ask(by, "police")
    assert not make_part(batch.pk)
    assert not CheckLine.objects.exists(), "nothing is made before two have agreed"
    approve_export(batch.pk, by=second(by))
    batch = run(batch)
    assert (batch.state, batch.count) == ("ready", 3)
    [rows] = files(batch)
    lines = {line.registration.name: token(line.pk) for line in CheckLine.objects.select_related("registration")}
    assert {row[1]: row[0] for row in rows} == lines
    assert all(len(row) == 5 for row in rows)
    [file] = batch.files.all()
    content = fetch_file(file.pk, by=by)[1]
    assert file.digest == hashlib.new("sm3", content).hexdigest().upper()
    assert batch.digest == hashlib.new("sm3", file.digest.encode()).hexdigest().upper()
    assert dict(CheckTally.objects.values_list("path", "exported")) == {"43/01/02/": 2, "43/01/03/": 1}


def test_who_asked_does_not_approve(people: list[Registration]) -> None:
    batch = ask(city(people[0]))
    with pytest.raises(NotOpen, match="申请的人自己不能批准。请由本机构另一位工作人员批准"):
        approve_export(batch.pk, by=city(people[0]))
    batch.refresh_from_db()
    assert batch.state == "asked"


def test_control_without_the_second_hand_one_person_exports(
    people: list[Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_require_second", lambda *_: None)
    batch = ask(city(people[0]))
    approve_export(batch.pk, by=city(people[0]))
    assert run(batch).count == 3


@pytest.mark.parametrize("kind", ["site", "county"])
def test_a_site_and_a_county_export_nobody(people: list[Registration], kind: str) -> None:
    with pytest.raises(NotOpen, match="省教育考试院或市"):
        ask(office(people[0], kind))


def test_another_city_neither_approves_nor_fetches(people: list[Registration]) -> None:
    by = city(people[0])
    elsewhere = replace(by, id="city-9", path="43/02/")
    batch = ask(by)
    for act in (approve_export, decline_export):
        with pytest.raises(NotOpen, match="申请的机构自己批准"):
            act(batch.pk, by=elsewhere)
    approve_export(batch.pk, by=second(by))
    [file] = run(batch).files.all()
    with pytest.raises(NotOpen, match="只有申请导出的机构"):
        fetch_file(file.pk, by=elsewhere)
    with pytest.raises(NotOpen, match="本辖区"):
        ask(elsewhere, area=by.path)


def test_an_export_of_one_county_holds_its_people_alone(people: list[Registration]) -> None:
    [rows] = files(exported(city(people[0]), "police", area="43/01/03/"))
    assert [row[1] for row in rows] == ["丙"]


def test_control_without_the_area_the_next_county_is_among_them(
    people: list[Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = lambda batch: list(Organization.objects.filter(level="site", path__gt=batch.cursor)  # noqa: E731
                                    .order_by("path").values_list("path", flat=True))  # fmt: skip
    monkeypatch.setattr(exports, "sites_after", everywhere)
    [rows] = files(exported(city(people[0]), "police", area="43/01/03/"))
    assert [row[1] for row in rows] == ["甲", "乙", "丙"]


def test_whoever_has_an_answer_or_has_stopped_is_left_out_unless_asked_for_again(people: list[Registration]) -> None:
    answer(people[0], "1")
    Registration.objects.filter(pk=people[1].pk).update(stopped_at=timezone.now())
    [rows] = files(exported(city(people[0])))
    assert [row[1] for row in rows] == ["丙"]
    [rows] = files(exported(city(people[0]), again=True))
    assert [row[1] for row in rows] == ["甲", "丙"]
    [rows] = files(exported(city(people[0]), "police"))
    assert [row[1] for row in rows] == ["甲", "丙"], "of another register nobody has said anything"


def test_a_large_export_comes_in_files_of_whole_sites(people: list[Registration]) -> None:
    limit(2)
    batch = exported(city(people[0]), "police")
    assert [[row[1] for row in rows] for rows in files(batch)] == [["甲", "乙"], ["丙"]]
    assert [file.rows for file in batch.files.order_by("part")] == [2, 1]


def test_a_job_that_was_killed_goes_on_and_one_that_runs_twice_makes_nothing_twice(
    people: list[Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(2)
    by = city(people[0])
    batch = ask(by)
    approve_export(batch.pk, by=second(by))
    assert make_part(batch.pk)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exports, "count", killed)
        with pytest.raises(KeyboardInterrupt):
            make_part(batch.pk)
    assert CheckLine.objects.count() == 2, "the second file was not made at all"
    assert run(batch).count == 3
    assert not make_part(batch.pk)
    assert (CheckLine.objects.count(), CheckFile.objects.count()) == (3, 2)
    assert sum(CheckTally.objects.values_list("exported", flat=True)) == 3


def test_somebody_who_moves_meanwhile_stands_in_it_once(people: list[Registration]) -> None:
    limit(2)
    by = city(people[0])
    batch = ask(by)
    approve_export(batch.pk, by=second(by))
    make_part(batch.pk)
    there = people[2].site
    Registration.objects.filter(pk=people[0].pk).update(site=there, path=there.path)
    assert run(batch).count == 3
    assert CheckLine.objects.filter(registration=people[0]).count() == 1


def test_each_fetch_and_each_person_is_recorded_and_no_event_holds_a_name(people: list[Registration]) -> None:
    by = city(people[0])
    batch = exported(by)
    [file] = batch.files.all()
    fetch_file(file.pk, by=by)
    fetch_file(file.pk, by=by)
    verbs = list(Event.objects.filter(subject=batch.pk).order_by("id").values_list("verb", flat=True))
    assert verbs == ["ask_export", "approve_export", "make_export", "fetch_export", "fetch_export"]
    assert set(Event.objects.filter(verb="export_check").values_list("subject", flat=True)) == {
        one.pk for one in people
    }  # fmt: skip
    assert not any("甲" in str(details) for details in Event.objects.values_list("details", flat=True))


def test_after_its_days_a_file_is_gone_and_the_lines_stay(people: list[Registration]) -> None:
    by = city(people[0])
    batch = exported(by)
    [file] = batch.files.all()
    assert remove_old_files() == 0
    CheckBatch.objects.update(made_at=timezone.now() - timedelta(days=7))
    with pytest.raises(Refused, match="7天后已清除"):
        fetch_file(file.pk, by=by)
    assert remove_old_files() == 1
    assert remove_old_files() == 0
    assert line_of(batch, people[0])


def test_sent_twice_it_is_one_and_approved_twice_it_is_made_once(people: list[Registration]) -> None:
    by, key = city(people[0]), uuid4()
    assert ask(by, key=key).pk == ask(by, key=key).pk
    batch = CheckBatch.objects.get()
    first = approve_export(batch.pk, by=second(by))
    assert approve_export(batch.pk, by=second(by)).decided_at == first.decided_at
    with pytest.raises(Refused, match="何平已经办过"):
        decline_export(batch.pk, by=by)


def test_who_asked_may_take_it_back_and_then_nothing_is_made(people: list[Registration]) -> None:
    by = city(people[0])
    batch = ask(by)
    assert decline_export(batch.pk, by=by).state == "declined"
    with pytest.raises(Refused, match="未批准"):
        approve_export(batch.pk, by=second(by))
    assert not make_part(batch.pk)


@pytest.mark.parametrize(("changes", "field"), [({"reason": " "}, "reason"), ({"encoding": "big5"}, "encoding")])
def test_what_is_missing_is_said_by_field(people: list[Registration], changes: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(city(people[0]), **changes)
    assert set(refusal.value.fields) == {field}


def test_nobody_to_be_checked_is_no_mistake(people: list[Registration]) -> None:
    batch = exported(city(people[0]), area=make.county("0104").path)
    assert (batch.state, batch.count, batch.files.count()) == ("ready", 0, 0)


def test_who_has_a_document_that_the_register_does_not_know_is_not_on_its_list(people: list[Registration]) -> None:
    """Written from the season's documents: only the roll and other provinces know people by other documents (R24)."""
    given(people[1], other(Kind.HM_PERMIT, name="乙"))
    told = {kind: [row[1] for rows in files(exported(city(people[0]), kind)) for row in rows]
            for kind in ("police", "household", "roll", "other_province")}  # fmt: skip
    assert told == {
        "police": ["甲", "丙"], "household": ["甲", "丙"],
        "roll": ["甲", "乙", "丙"], "other_province": ["甲", "乙", "丙"],
    }  # fmt: skip


def test_nothing_is_fetched_before_all_is_made(people: list[Registration]) -> None:
    limit(2)
    by = city(people[0])
    batch = ask(by)
    approve_export(batch.pk, by=second(by))
    assert make_part(batch.pk)
    [file] = batch.files.all()
    with pytest.raises(Refused, match="还没有全部生成"):
        fetch_file(file.pk, by=by)
    run(batch)
    assert fetch_file(file.pk, by=by)


def test_an_export_whose_job_met_a_full_disk_is_made_later(
    people: list[Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    by = city(people[0])
    broken, sound = ask(by), ask(by, "police")
    for batch in (broken, sound):
        approve_export(batch.pk, by=second(by))
    keep, kept = exports.FILES.keep, []

    def full(*asked: object) -> str:
        kept.append(asked)
        if len(kept) == 1:
            raise OSError("no space left on device")
        return keep(*asked)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(type(exports.FILES), "keep", lambda _, *asked: full(*asked))
        with pytest.raises(ExceptionGroup):
            exports.make_waiting()
    assert sorted(CheckBatch.objects.values_list("state", flat=True)) == ["making", "ready"], "the other had its turn"
    tasks.make_waiting(0)
    assert set(CheckBatch.objects.values_list("state", flat=True)) == {"ready"}
    full_disk = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="checks.export", attempts=1)
    strategy = tasks.export.retry_strategy
    assert strategy
    assert strategy.get_retry_decision(exception=OSError(), job=full_disk)
