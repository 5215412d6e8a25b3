"""Batches: one act on many people, chunk after chunk, each person exactly once, whoever cannot is named with why."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.accounts.models import Account
from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.registrations.services import batches
from baoming.registrations.services.batches import Kind, Outcome, run_chunk, start_batch, undo_batch
from baoming.registrations.services.steps import complete_step, return_step
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, Refused
from tests import factories as make
from tests.registrations.classes import operator

pytestmark = pytest.mark.django_db


def site_with(people: int) -> tuple[Organization, list[Registration]]:
    make.season()
    here = make.site()
    return here, [make.registration(here) for _ in range(people)]


def mark(row: Registration, options: Any, by: Actor) -> str:
    """The act of these tests: the photo is taken. Writes first, so that a refusal has something to undo."""
    complete_step(row, "photo", by=by, at=row.created_at)
    if str(row.pk) in options.get("refuse", ()):
        raise Refused("照片有阴影，请重拍")
    if str(row.pk) in options.get("break", ()):
        raise ValueError("欧阳思远")
    return f"made {row.name}"


def unmark(row: Registration, made: str, reason: str, by: Actor) -> None:
    if "number" in row.done_steps:
        raise Refused("已经发号，不能撤销")
    return_step(row, "photo", by=by, at=row.created_at, reason=f"{reason}（{made}）")


def kinds(**changes: Any) -> dict[str, Kind]:
    values = {"act": mark, "undo": unmark, "chunk": 2, **changes}
    return {"mark": Kind(key="mark", title="照相", action="intake", **values)}


def start(here: Organization, rows: list[Registration], **options: Any) -> Batch:
    ids = [row.pk for row in rows]
    return start_batch(
        Season.objects.get(), "mark", ids, key=uuid4(), about="高三（1）班", options=options, by=operator(here)
    )


def run(batch: Batch, table: dict[str, Kind] | None = None) -> Batch:
    while run_chunk(batch.pk, table or kinds()):
        pass
    batch.refresh_from_db()
    return batch


def with_photo() -> set[UUID]:
    return {row.pk for row in Registration.objects.all() if "photo" in row.done_steps}


def test_everybody_has_their_turn_in_the_order_of_the_primary_key() -> None:
    here, rows = site_with(5)
    batch = run(start(here, rows))
    assert batch.ids == sorted(row.pk for row in rows)
    assert list(BatchLine.objects.order_by("id").values_list("registration", flat=True)) == batch.ids
    assert (batch.state, batch.cursor, batch.done, batch.skipped) == ("done", 5, 5, 0)
    assert batch.started_at
    assert batch.ended_at
    assert with_photo() == set(batch.ids)


def wholly_read(batch: Batch) -> list[str]:
    """Return what a chunk of this batch asks for all of its people at once."""
    with CaptureQueriesContext(connection) as asked:
        assert run_chunk(batch.pk, kinds())
    return [one["sql"] for one in asked if re.search(r'(?<!\()"registrations_batch"\."ids"(,| FROM)', one["sql"])]


def test_no_chunk_reads_the_people_of_all_the_others() -> None:
    here, rows = site_with(5)
    assert wholly_read(start(here, rows)) == []


def test_control_a_chunk_that_reads_them_all_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_them(batch: Batch, kind: Kind) -> tuple[list[UUID], int]:
        return batch.ids[batch.cursor : batch.cursor + kind.chunk], len(batch.ids)

    monkeypatch.setattr(batches, "_due", all_of_them)
    here, rows = site_with(5)
    assert len(wholly_read(start(here, rows))) == 1


def test_the_act_is_done_as_the_person_who_asked() -> None:
    here, rows = site_with(1)
    run(start(here, rows))
    event = Event.objects.get(verb="step:photo")
    assert (event.actor_id, event.actor_label, event.actor_path) == (operator(here).id, "周敏", here.path)


def test_starting_leaves_a_trace_a_job_and_nothing_else() -> None:
    here, rows = site_with(2)
    batch = start(here, rows)
    assert ProcrastinateJob.objects.get(task_name="reviews.run_batch").args == {"batch_id": str(batch.pk)}
    event = Event.objects.get(verb="start_batch")
    assert (event.subject, event.details) == (batch.pk, {"kind": "mark", "people": 2, "undoes": ""})
    assert with_photo() == set()


def test_one_who_is_refused_is_named_with_the_sentence_and_what_was_begun_is_undone() -> None:
    here, rows = site_with(4)
    batch = run(start(here, rows, refuse=[str(rows[2].pk)]))
    assert (batch.done, batch.skipped) == (3, 1)
    line = BatchLine.objects.exclude(sentence="").get()
    assert (line.registration_id, line.sentence) == (rows[2].pk, "照片有阴影，请重拍")
    assert with_photo() == {row.pk for row in rows} - {rows[2].pk}


def test_control_without_the_savepoint_what_was_begun_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(act: Callable[[], str]) -> Outcome:
        try:
            return Outcome(made=act())
        except Refused as refusal:
            return Outcome(str(refusal))

    here, rows = site_with(1)
    monkeypatch.setattr(batches, "attempt", without)
    batch = run(start(here, rows, refuse=[str(rows[0].pk)]))
    assert batch.skipped == 1
    assert with_photo() == {rows[0].pk}


def test_a_defect_stops_one_person_and_no_other_and_tells_nobody_a_name(caplog: pytest.LogCaptureFixture) -> None:
    here, rows = site_with(3)
    batch = run(start(here, rows, **{"break": [str(rows[1].pk)]}))
    assert (batch.done, batch.skipped) == (2, 1)
    line = BatchLine.objects.exclude(sentence="").get()
    assert "系统出了问题（编号" in line.sentence
    assert "ValueError" in caplog.text
    assert "欧阳思远" not in caplog.text + line.sentence


def test_when_the_database_breaks_the_chunk_is_undone_and_runs_again() -> None:
    here, rows = site_with(4)
    batch = start(here, rows)
    turns: list[UUID] = []

    def breaks_once(row: Registration, options: Any, by: Actor) -> str:
        turns.append(row.pk)
        if len(turns) == 4:
            raise OperationalError("deadlock detected")
        return mark(row, options, by)

    table = kinds(act=breaks_once)
    assert run_chunk(batch.pk, table)
    with pytest.raises(OperationalError):
        run_chunk(batch.pk, table)
    batch.refresh_from_db()
    assert (batch.cursor, batch.state) == (2, "running")
    assert len(with_photo()) == 2
    assert run(batch, table).done == 4
    assert len(turns) == 6  # two of the chunk again
    assert BatchLine.objects.count() == 4


def test_a_person_has_one_line_in_a_batch() -> None:
    here, rows = site_with(1)
    batch = run(start(here, rows))
    Batch.objects.update(cursor=0, done=0, state="running")  # as if the cursor had been lost
    with pytest.raises(IntegrityError, match="person_once_a_batch"):
        run_chunk(batch.pk, kinds())


def test_what_has_ended_does_nothing_more() -> None:
    here, rows = site_with(2)
    batch = run(start(here, rows))
    assert run_chunk(batch.pk, kinds()) is False
    assert BatchLine.objects.count() == 2


def test_the_same_form_sent_twice_is_one_batch() -> None:
    here, rows = site_with(2)
    key, season = uuid4(), Season.objects.get()
    first, second = (
        start_batch(season, "mark", [row.pk for row in rows], key=key, about="", options={}, by=operator(here))
        for _ in range(2)
    )
    assert first.pk == second.pk
    assert ProcrastinateJob.objects.count() == 1


def test_who_lies_outside_the_own_area_is_left_out() -> None:
    here, rows = site_with(1)
    elsewhere = make.registration(make.site("02"))
    assert start(here, [*rows, elsewhere]).ids == [rows[0].pk]
    with pytest.raises(Invalid, match="至少选一人"):
        start(here, [elsewhere])


def test_who_has_left_the_area_meanwhile_is_skipped() -> None:
    here, rows = site_with(2)
    batch = start(here, rows)
    other = make.site("02")
    Registration.objects.filter(pk=rows[0].pk).update(site=other, path=other.path)
    assert run(batch).skipped == 1
    assert "不在本单位的范围" in BatchLine.objects.exclude(sentence="").get().sentence
    assert with_photo() == {rows[1].pk}


def test_a_chunk_asks_the_database_as_often_about_its_frame_whatever_its_size() -> None:
    here, rows = site_with(12)
    table = kinds(act=lambda row, options, by: "", chunk=6)
    single, whole = start(here, rows[:1]), start(here, rows[:6])
    counts = []
    for batch in (single, whole):
        with CaptureQueriesContext(connection) as captured:
            run_chunk(batch.pk, table)
        counts.append(len([one for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]]))
    assert counts[0] == counts[1]


def test_a_kind_may_act_on_a_chunk_at_once() -> None:
    here, rows = site_with(5)
    chunks: list[int] = []

    def together(batch: Batch, people: Any, options: Any) -> dict[UUID, Outcome]:
        chunks.append(len(people))
        return {row.pk: Outcome(made="file") for row in people[1:]} | {people[0].pk: Outcome("没有照片")}

    batch = run(start(here, rows), kinds(act=None, act_on_chunk=together, chunk=3))
    assert chunks == [3, 2]
    assert (batch.done, batch.skipped) == (3, 2)


def test_a_defect_in_an_act_on_a_chunk_stops_that_chunk_and_the_batch_ends_all_the_same() -> None:
    here, rows = site_with(5)
    order = sorted(row.pk for row in rows)

    def together(batch: Batch, people: Any, options: Any) -> dict[UUID, Outcome]:
        for row in people:
            mark(row, options, operator(here))
            if row.pk == order[1]:
                raise ValueError("欧阳思远")
        return {row.pk: Outcome(made="file") for row in people}

    batch = run(start(here, rows), kinds(act=None, act_on_chunk=together, chunk=2))
    assert (batch.done, batch.skipped, batch.state) == (3, 2, "done")
    lines = BatchLine.objects.exclude(sentence="")
    assert {line.registration_id for line in lines} == set(order[:2])
    assert all("系统出了问题（编号" in line.sentence for line in lines)
    assert with_photo() == set(order[2:]), "nothing of the chunk that broke stays half done"


def test_undoing_is_a_batch_of_its_own_over_those_for_whom_it_was_done() -> None:
    here, rows = site_with(4)
    first = run(start(here, rows, refuse=[str(rows[0].pk)]))
    moved_on = Registration.objects.get(pk=rows[1].pk)
    complete_step(moved_on, "number", by=operator(here), at=moved_on.created_at)
    second = run(undo_batch(first.pk, reason=" 选错了班 ", by=operator(here)))
    assert set(second.ids) == {row.pk for row in rows[1:]}
    assert (second.done, second.skipped, second.reason) == (2, 1, "选错了班")
    assert with_photo() == {rows[1].pk}
    line = BatchLine.objects.exclude(sentence="").get(batch=second)
    assert (line.registration_id, line.sentence) == (rows[1].pk, "已经发号，不能撤销")
    reasons = Registration.objects.get(pk=rows[2].pk).steplog_set.filter(done=False).values_list("reason", flat=True)
    assert list(reasons) == [f"选错了班（made {rows[2].name}）"]


def test_undoing_twice_is_one_undoing_and_an_undoing_is_not_undone() -> None:
    here, rows = site_with(1)
    first = run(start(here, rows))
    second = undo_batch(first.pk, reason="选错了班", by=operator(here))
    assert undo_batch(first.pk, reason="又选错了", by=operator(here)).pk == second.pk
    run(second)
    with pytest.raises(Refused, match="不能再撤销"):
        undo_batch(second.pk, reason="选错了班", by=operator(here))


@pytest.mark.parametrize("reason", ["", "  ", "错" * 61])
def test_undoing_needs_a_reason(reason: str) -> None:
    here, rows = site_with(1)
    first = run(start(here, rows))
    with pytest.raises(Invalid) as refusal:
        undo_batch(first.pk, reason=reason, by=operator(here))
    assert set(refusal.value.fields) == {"reason"}


def test_what_runs_still_or_was_done_for_nobody_is_not_undone() -> None:
    here, rows = site_with(1)
    first = start(here, rows, refuse=[str(rows[0].pk)])
    with pytest.raises(Refused, match="还没有办完"):
        undo_batch(first.pk, reason="选错了班", by=operator(here))
    run(first)
    with pytest.raises(Refused, match="没有办成的人"):
        undo_batch(first.pk, reason="选错了班", by=operator(here))


def test_another_office_does_not_undo_it() -> None:
    here, rows = site_with(1)
    first = run(start(here, rows))
    with pytest.raises(Batch.DoesNotExist):
        undo_batch(first.pk, reason="选错了班", by=operator(make.site("02")))


def test_the_options_lie_sealed() -> None:
    here, rows = site_with(1)
    batch = start(here, rows, text="遵纪守法")
    assert "遵纪守法" not in batch.sealed


@pytest.mark.parametrize("change", ["role", "office", "account"])
def test_whoever_has_lost_the_right_meanwhile_goes_on_with_nobody(change: str) -> None:
    here, rows = site_with(3)
    batch = start(here, rows)
    assert run_chunk(batch.pk, kinds())
    staff = Staff.objects.select_related("account").get(account=batch.actor_id)
    if change == "role":
        Staff.objects.filter(pk=staff.pk).update(role=Role.TEACHER)
    elif change == "office":
        Staff.objects.filter(pk=staff.pk).update(path=make.site("02").path)
    else:
        Account.objects.filter(pk=staff.account_id).update(is_active=False)
    assert not run_chunk(batch.pk, kinds())
    line = BatchLine.objects.get(batch=batch, registration=batch.ids[2])
    assert line.sentence.startswith("经办人的账号或权限已经变动")
    assert "photo" not in Registration.objects.get(pk=batch.ids[2]).done_steps


def test_control_without_the_second_look_the_lost_right_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_still_may", lambda batch, kind: True)
    here, rows = site_with(1)
    batch = start(here, rows)
    Staff.objects.filter(account=batch.actor_id).update(role=Role.TEACHER)
    run_chunk(batch.pk, kinds())
    assert "photo" in Registration.objects.get(pk=rows[0].pk).done_steps
