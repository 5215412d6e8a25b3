"""R20–R22 for a whole class: signed, in one batch, and taken back; whoever cannot is named with why."""

from uuid import UUID, uuid4

import pytest

from baoming.organizations.models import Organization
from baoming.registrations.models import Batch, BatchLine, Registration, Signature
from baoming.registrations.services import batches
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.sheets import record_signature
from baoming.reviews.services import class_acts
from baoming.reviews.services.signatures import void_signature
from baoming.reviews.tasks import run_batch
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.classes import CLASS, operator, pupil, pupils

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def start(here: Organization, rows: list[Registration], kind: str = "signature", **options: object) -> Batch:
    given = {"versions": {str(row.pk): 1 for row in rows}, **options}
    ids = [row.pk for row in rows]
    return start_batch(Season.objects.get(), kind, ids, key=uuid4(), about=CLASS, options=given, by=operator(here))


def run(batch: Batch) -> Batch:
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    return batch


def skipped(batch: Batch) -> dict[UUID, str]:
    return dict(BatchLine.objects.filter(batch=batch).exclude(sentence="").values_list("registration", "sentence"))


def signed() -> set[UUID]:
    return {row.pk for row in Registration.objects.all() if "signature" in row.done_steps and row.signed_version == 1}


def test_a_class_signs_and_who_cannot_is_named_with_why(here: Organization) -> None:
    rows = pupils(here, 3)
    unprinted, already = pupil(here, stage="saved"), pupil(here, stage="signed")
    batch = run(start(here, [*rows, unprinted, already]))
    assert (batch.done, batch.skipped) == (3, 2)
    assert signed() == {row.pk for row in [*rows, already]}
    assert skipped(batch) == {
        unprinted.pk: "还没有打印现在的登记表，请先打印再签字",
        already.pk: "已经签字",
    }


def test_only_the_version_that_the_list_showed_is_signed(here: Organization) -> None:
    [row] = pupils(here, 1)
    batch = run(start(here, [row], versions={str(row.pk): 2}))
    assert skipped(batch) == {row.pk: "打印后又改了，请重新打印再签字"}


def test_after_confirmation_everybody_is_skipped_with_the_sentence(here: Organization) -> None:
    rows = pupils(here, 2)
    batch = start(here, rows)
    make.season("submission")
    sentences = list(skipped(run(batch)).values())
    assert len(sentences) == 2
    assert all("结束" in one for one in sentences)


def test_the_signatures_of_a_batch_are_taken_back(here: Organization) -> None:
    rows = pupils(here, 2)
    again = Signature.objects
    first = run(start(here, rows))
    void_signature(rows[0].pk, reason="签错了人", by=operator(here))
    record_signature(rows[0].pk, version=1, by=operator(here))  # a later signature is another one
    second = run(class_acts.undo(first.pk, reason="选错了班", by=operator(here)))
    assert skipped(second) == {rows[0].pk: "这次签字已经不在了，不用撤销"}
    assert signed() == {rows[0].pk}
    assert again.get(registration=rows[1]).void_reason == "选错了班"


def test_a_long_batch_leaves_the_rest_to_a_job_of_its_own(here: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    deferred: list[str] = []
    monkeypatch.setattr(batches, "defer", lambda job, *, batch_id: deferred.append(batch_id))
    monkeypatch.setitem(class_acts.KINDS, "signature", class_acts.Kind(
        key="signature", title="登记签字", action="sign_sheet", act=lambda *_: "", chunk=1))  # fmt: skip
    batch = start(here, pupils(here, 3))
    deferred.clear()  # the first
    class_acts.run(batch.pk, seconds=0)
    batch.refresh_from_db()
    assert (batch.done, batch.state, deferred) == (1, "running", [str(batch.pk)])
    class_acts.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.done, batch.state) == (3, "done")


# void_signature


def test_the_site_takes_a_signature_back_and_may_record_it_again() -> None:
    row = confirmed.signed()
    void_signature(row.pk, reason=" 签错了人 ", by=confirmed.operator(row))
    row.refresh_from_db()
    assert "signature" not in row.done_steps
    assert (row.signed_version, row.printed_version) == (0, 1)
    assert Signature.objects.get().void_reason == "签错了人"
    assert record_signature(row.pk, version=1, by=confirmed.operator(row))


def test_nobody_else_takes_it_back_and_not_without_a_reason() -> None:
    row = confirmed.signed()
    with pytest.raises(NotOpen, match="由报名点"):
        void_signature(row.pk, reason="签错了人", by=confirmed.county(row))
    with pytest.raises(Invalid):
        void_signature(row.pk, reason=" ", by=confirmed.operator(row))
    assert "signature" in Registration.objects.get().done_steps


def test_there_is_nothing_to_take_back_before_a_signature_nor_after_completion() -> None:
    row = confirmed.printed()
    with pytest.raises(Refused, match="不用撤销"):
        void_signature(row.pk, reason="签错了人", by=confirmed.operator(row))
    done = confirmed.completed()
    with pytest.raises(NotOpen, match="由县招考机构重新打开"):
        void_signature(done.pk, reason="签错了人", by=confirmed.operator(done))
