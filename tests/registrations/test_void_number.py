"""R4: a number is voided by the county alone, is never issued again, and takes with it all that shows it."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.registrations.journey import unpack
from baoming.registrations.models import Activation, NumberSegment, Registration, Signature, StepLog, VoidedNumber
from baoming.registrations.segment_queries import void_reason
from baoming.registrations.services import voids
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.services.slips import print_slip
from baoming.registrations.services.steps import return_step
from baoming.registrations.services.voids import void_number
from baoming.reviews.case_queries import acts_of, asked_in, content_of
from baoming.reviews.cases import Act
from baoming.reviews.services import reopen, review_finally
from baoming.reviews.services.case_effects import EFFECTS
from baoming.schedule.models import Extension
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.confirmed import city, completed, county, operator, printed, ready, signed
from tests.reviews import files
from tests.reviews.asking import asked, do

pytestmark = pytest.mark.django_db
WHY = "读错证件"

# What is done before and after, by how far the person had come. Written from the mission: the number falls by
# this case alone, the signature stands on a sheet that shows it, nothing else attests to it.
KEPT = {"identity", "eligibility", "photo"}
FALLS = {"ready": {"number"}, "printed": {"number"}, "signed": {"number", "signature"}}
COME_SO_FAR = {"ready": ready, "printed": printed, "signed": signed}


def numbered() -> Registration:
    """A person whose number is issued and nothing after it."""
    make.season()
    here = make.site()
    make.segment(here)
    row = make.registration(here, done=make.before("number"))
    issue_number(row.pk, by=operator(row))
    row.refresh_from_db()
    return row


def void(row: Registration, *, by: Actor | None = None, reason: str = WHY) -> int:
    answer = void_number(row.pk, reason=reason, by=by or county(row))
    row.refresh_from_db()
    return answer


@pytest.mark.parametrize("far", FALLS)
def test_what_falls_is_the_number_and_the_signature_and_nothing_else(far: str) -> None:
    row = COME_SO_FAR[far]()
    before, number = row.done_steps, row.number
    assert void(row) == number
    assert before - row.done_steps == FALLS[far]
    assert row.done_steps > KEPT
    assert row.number is None
    assert row.current_step == "number"
    assert unpack(row.fallen) == FALLS[far], "who has never signed has nothing to sign again"
    log = StepLog.objects.filter(registration=row, done=False, step="number")
    assert [line.reason for line in log] == ["报名序号已作废"]


@pytest.mark.parametrize("far", ["ready", "printed"])
def test_control_where_a_signature_is_returned_that_never_was_the_unsigned_are_to_sign_again(
    far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voids, "void_signed", partial(return_step, key="signature"))
    with pytest.raises(AssertionError, match="nothing to sign again"):
        test_what_falls_is_the_number_and_the_signature_and_nothing_else(far)


def test_the_number_stands_on_the_list_with_reason_time_and_who() -> None:
    row = numbered()
    number, by = row.number, county(row)
    void(row, by=by, reason=f"  {WHY} ")
    listed = VoidedNumber.objects.get()
    assert (listed.number, void_reason(listed), listed.by_label, listed.registration_id) == (
        number,
        WHY,
        by.label,
        row.pk,
    )
    assert WHY not in listed.reason_sealed
    assert (listed.segment, listed.site_id, listed.path) == (NumberSegment.objects.get(), row.site_id, row.path)
    event = Event.objects.get(verb="void_number")
    assert (event.subject, event.details) == (row.pk, {"number": "01020001"})


def test_the_next_number_is_another_one() -> None:
    row = numbered()
    void(row)
    assert issue_number(row.pk, by=operator(row)) == 1020002
    assert StepLog.objects.filter(registration=row, step="number", done=True).count() == 2
    row.refresh_from_db()
    assert void(row) == 1020002
    assert issue_number(row.pk, by=operator(row)) == 1020003
    assert [listed.number for listed in VoidedNumber.objects.order_by("number")] == [1020001, 1020002]


def test_every_print_that_shows_it_is_void_and_a_new_sheet_is_signed_anew() -> None:
    row = signed()
    print_slips = Print.objects.filter(kind="number_slip").count()
    version = row.version
    void(row)
    assert not Print.objects.filter(subject=row.pk, voided_at=None).exists()
    assert Print.objects.filter(kind="number_slip").count() == print_slips
    assert (row.printed_version, row.signed_version) == (0, 0)
    assert [signature.void_reason for signature in Signature.objects.all()] == ["报名序号已作废"]
    with pytest.raises(Refused, match="还没有打印"):
        record_signature(row.pk, version=version, by=operator(row))
    with pytest.raises(NotOpen):
        print_sheet(row.pk, by=operator(row))
    issue_number(row.pk, by=operator(row))
    print_sheet(row.pk, by=operator(row))
    record_signature(row.pk, version=version, by=operator(row))
    row.refresh_from_db()
    assert row.signed_version == version


def test_the_code_on_the_slip_is_dead_and_the_new_slip_has_another() -> None:
    row = numbered()
    print_slip(row.pk, by=operator(row))
    void(row)
    assert [code.revoked_at is not None for code in Activation.objects.all()] == [True]
    assert [one.voided_at is not None for one in Print.objects.all()] == [True]
    issue_number(row.pk, by=operator(row))
    print_slip(row.pk, by=operator(row))
    assert Activation.objects.get(revoked_at=None).slip == 2


def test_a_code_that_was_used_stays_used() -> None:
    row = ready()  # has both passwords
    used = Activation.objects.create(
        registration=row, digest=b"x" * 32, slip=9, made_at=row.created_at, used_at=row.created_at
    )
    void(row)
    used.refresh_from_db()
    assert used.revoked_at is None
    assert "passwords" in row.done_steps


def test_after_intake_it_opens_for_this_one_person() -> None:
    row = signed()
    make.season("intake")
    other = make.registration(row.site, done=make.before("number"), name="王五")
    make.season("confirmation")
    void(row)
    granted = Extension.objects.get(phase="intake")
    assert granted.subject == row.pk
    assert granted.closes - granted.opens == make.A_MINUTE * 60 * 72
    issue_number(row.pk, by=operator(row))
    with pytest.raises(NotOpen, match="结束"):
        issue_number(other.pk, by=operator(other))


def test_during_intake_nothing_is_opened() -> None:
    void(numbered())
    assert not Extension.objects.exists()


# refused


@pytest.mark.parametrize("who", [operator, city])
def test_only_the_county_voids(who: object) -> None:
    row = numbered()
    with pytest.raises(NotOpen, match="县"):
        void(row, by=who(row))  # type: ignore[operator]
    assert not VoidedNumber.objects.exists()


def test_twice_is_refused_and_so_is_a_person_without_a_number() -> None:
    row = numbered()
    void(row)
    with pytest.raises(NotOpen, match="没有报名序号"):
        void(row)
    assert VoidedNumber.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_without_a_written_reason_nothing_happens(reason: str) -> None:
    row = numbered()
    with pytest.raises(Invalid, match="原因"):
        void(row, reason=reason)
    row.refresh_from_db()
    assert row.number == 1020001


def test_after_completion_and_final_review_the_county_reopens_first() -> None:
    row = completed()
    with pytest.raises(NotOpen, match="请先重新打开"):
        void(row)
    make.season("submission")
    review_finally(row.pk, by=city(row))
    with pytest.raises(NotOpen, match="请先重新打开"):
        void(row)
    reopen(row.pk, reason="报名序号要作废", by=county(row))
    void(row)
    assert row.done_steps.isdisjoint({"number", "signature", "completion", "final_review"})


def test_control_without_that_question_a_completed_person_has_neither_number_nor_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = completed()
    at = row.created_at
    voids.drop_number(row, reason=WHY, by=county(row), at=at)
    row.refresh_from_db()
    assert "completion" not in row.done_steps
    assert Event.objects.filter(verb="undo:completion").exists()  # undone without the county having reopened


# the last word is the database's


def test_the_list_is_never_changed() -> None:
    void(numbered())
    for act in (VoidedNumber.objects.all().delete, lambda: VoidedNumber.objects.update(reason_sealed="")):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "change",
    [
        "next = next - 1",
        "first = first + 1, next = next + 1",
        "site_id = (SELECT id FROM organizations_organization LIMIT 1)",
    ],
)
def test_a_segment_keeps_what_it_has_issued(change: str) -> None:
    numbered()
    with (
        pytest.raises(DatabaseError, match="segment_keeps_issued"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE registrations_numbersegment SET {change}")
    with pytest.raises(DatabaseError, match="segment_keeps_issued"), transaction.atomic():
        NumberSegment.objects.all()._raw_delete("default")


def test_a_segment_without_issued_numbers_may_move() -> None:
    make.season()
    made = make.segment(make.site())
    NumberSegment.objects.filter(pk=made.pk).update(site=make.site("02"))
    assert NumberSegment.objects.all()._raw_delete("default") == 1


def test_it_is_a_case_that_says_what_falls_and_that_another_person_grants() -> None:
    row = numbered()
    case = asked(row, "void_number", by=files.site(row))
    shown = EFFECTS["void_number"].shown(row, content_of(asked_in(acts_of(case)))["extra"])
    assert [what for what, *_ in shown] == ["报名序号", "号码通知单、登记表", "激活码"]
    number = row.number
    do(case, Act.GRANT, county(row))
    row.refresh_from_db()
    assert (row.number, VoidedNumber.objects.get().number) == (None, number)


def test_a_number_that_was_reissued_since_it_was_asked_is_not_voided() -> None:
    row = numbered()
    case = asked(row, "void_number", by=files.site(row))
    void_number(row.pk, reason="读错证件", by=county(row))
    row.refresh_from_db()
    issue_number(row.pk, by=files.site(row))
    with pytest.raises(Refused, match="已经变动"):
        do(case, Act.GRANT, county(row))
