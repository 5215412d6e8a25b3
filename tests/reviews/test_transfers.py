"""转报名点: within a county at once, its number kept; between counties asked and accepted, the number issued anew."""

from functools import partial

import pytest

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.organizations.models import Organization
from baoming.registrations.list_queries import Filters, page
from baoming.registrations.models import Registration, RosterEntry, Signature, VoidedNumber
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services import moves
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.services.steps import return_step
from baoming.registrations.worklists import TABS
from baoming.reviews.cases import Act
from baoming.reviews.models import Transfer
from baoming.reviews.queries import said_of
from baoming.reviews.services import (
    accept_transfer,
    assess_morals,
    complete_registration,
    decline_transfer,
    submit_registration,
    transfer,
    transfers,
    undo_transfer,
)
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_save_form import me
from tests.reviews import files
from tests.reviews.files import county, site

pytestmark = pytest.mark.django_db
KEPT = {"registration_fee", "person_check", "phone", "passwords", "pledge", "form", "photo", "eligibility"}


def full(row: Registration) -> Registration:
    """The row again, with its offices as they are now."""
    return Registration.objects.select_related("site__parent__parent", "season").get(pk=row.pk)


def move(row: Registration, to: Organization, by: Actor | None = None, **more: object) -> Transfer:
    made = transfer(row.pk, to=to, reason="moved_school", note="", by=by or county(row), **more)  # type: ignore[arg-type]
    row.refresh_from_db()
    return made


def sees(row: Registration, path: str) -> bool:
    return any(line.id == row.pk for line in page(Filters(row.season_id, path), TABS["all"], first=0, size=50))


def receiving() -> tuple[Organization, Actor]:
    """A site of another county with free numbers, and its county."""
    there = make.site("01", of="0103")
    make.segment(there, first=1030001, last=1030040)
    office = there.parent
    assert office is not None
    return there, make.staff(office, make.Role.COUNTY).actor


# within the county


def test_before_the_number_the_file_goes_on_at_the_new_site() -> None:
    row, there = files.passed(), make.site("02")
    make.segment(there, first=1020700, last=1020740)
    old = row.path
    move(row, there)
    assert (row.site_id, row.path) == (there.pk, there.path)
    assert not sees(row, old)
    assert sees(row, there.path)
    row = full(row)
    confirmed.photographed(row)
    assert issue_number(row.pk, by=site(row)) == 1020700


def test_after_the_number_it_is_kept_and_the_sheet_is_printed_and_signed_anew() -> None:
    row, there = confirmed.signed(), make.site("02")
    number, version = row.number, row.version
    made = move(row, there)
    assert made.fell == ["signature"]
    assert (row.number, row.version, row.printed_version, row.signed_version) == (number, version, 0, 0)
    assert row.done_steps >= KEPT
    assert "signature" not in row.done_steps
    assert Print.objects.get(kind="registration_form").voided_at is not None
    assert Signature.objects.get().voided_at is not None
    row = full(row)
    with pytest.raises(Refused, match="打印"):
        record_signature(row.pk, version=version, by=site(row))
    print_sheet(row.pk, by=site(row))
    record_signature(row.pk, version=version, by=site(row))
    assert VoidedNumber.objects.count() == 0


def test_who_has_never_signed_has_nothing_to_sign_again() -> None:
    row, there = confirmed.printed(), make.site("02")
    made = move(row, there)
    assert made.fell == []
    assert row.fallen == 0, "nothing to sign again"
    assert row.printed_version == 0


def test_control_where_a_move_returns_a_signature_that_never_was_it_is_to_be_signed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moves, "void_signed", partial(return_step, key="signature"))
    with pytest.raises(AssertionError, match="nothing to sign again"):
        test_who_has_never_signed_has_nothing_to_sign_again()


def test_what_the_old_site_submitted_the_new_one_submits_again() -> None:
    row, there = confirmed.signed(), make.site("02")
    assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))
    first = submit_registration(row.pk, by=site(row))
    move(row, there)
    row = full(row)
    print_sheet(row.pk, by=site(row))
    record_signature(row.pk, version=row.version, by=site(row))
    assert submit_registration(row.pk, by=site(row)).pk != first.pk


def test_the_roster_follows_and_the_class_is_that_of_the_newcomers() -> None:
    row, there = files.opened(), make.site("02")
    import_roster(row.season, row.site, [RosterRow(2, "G1", row.name, "高三（1）班", class_number="05")], by=site(row))
    RosterEntry.objects.update(registration=row)
    Registration.objects.filter(pk=row.pk).update(class_name="高三（1）班", student_no="05")
    made = move(row, there)
    entry = RosterEntry.objects.get()
    assert (entry.site_id, entry.path, entry.class_name, entry.registration_id) == (
        there.pk,
        there.path,
        "转入",
        row.pk,
    )
    assert (row.class_name, row.student_no) == ("转入", "")
    undo_transfer(row.pk, transfer_id=made.pk, reason="没有转学", by=county(row))
    row.refresh_from_db()
    entry.refresh_from_db()
    assert (entry.path, entry.class_name, entry.student_no) == (row.path, "高三（1）班", "05")
    assert (row.class_name, row.student_no) == ("高三（1）班", "05")


def test_who_is_in_no_class_is_in_none_at_the_new_site() -> None:
    row = files.opened()
    move(row, make.site("02"))
    assert row.class_name == ""


def test_undoing_a_move_brings_the_person_back_and_the_sheet_is_signed_anew() -> None:
    row, there = confirmed.signed(), make.site("02")
    old, number = row.path, row.number
    made = move(row, there)
    undo_transfer(row.pk, transfer_id=made.pk, reason="没有转学", by=county(row))
    undo_transfer(row.pk, transfer_id=made.pk, reason="没有转学", by=county(row))
    row.refresh_from_db()
    assert (row.path, row.number, row.printed_version) == (old, number, 0)
    assert "signature" not in row.done_steps
    assert Print.objects.get(kind="registration_form").voided_at is not None
    assert Event.objects.filter(verb="undo_transfer").count() == 1


def test_only_the_newest_move_is_undone() -> None:
    row = files.passed()
    first = move(row, make.site("02"))
    move(row, make.site("03"))
    with pytest.raises(Changed, match="最近的一个"):
        undo_transfer(row.pk, transfer_id=first.pk, reason="点错了", by=county(row))
    for by in (site(row), files.office(row, "city")):
        newest = Transfer.objects.order_by("-id")[0]
        with pytest.raises(NotOpen, match="由县"):
            undo_transfer(row.pk, transfer_id=newest.pk, reason="点错了", by=by)


def test_a_declined_request_does_not_keep_an_earlier_move_from_being_undone() -> None:
    row, (there, other) = files.passed(), receiving()
    old = row.path
    first = move(row, make.site("02"))
    decline_transfer(move(full(row), there).pk, reason="不在本县就读", by=other)
    undo_transfer(row.pk, transfer_id=first.pk, reason="点错了", by=county(full(row)))
    assert full(row).path == old


def test_the_target_is_an_open_site_other_than_this_one() -> None:
    row = files.opened()
    closed = make.site("02", opened=False)
    office = row.site.parent
    for target, sentence in (
        (None, "请选择"),
        (row.site, "就在这个报名点"),
        (closed, "还没有开通"),
        (office, "请选择"),
    ):
        with pytest.raises(Invalid, match=sentence):
            move(row, target)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="事由"):
        transfer(row.pk, to=make.site("03"), reason="", note="", by=county(row))
    with pytest.raises(Invalid, match="写明情况"):
        transfer(row.pk, to=make.site("03"), reason="other", note=" ", by=county(row))


def test_nothing_else_falls_than_the_page_has_said() -> None:
    row, there = confirmed.printed(), make.site("02")
    record_signature(row.pk, version=row.version, by=site(row))
    with pytest.raises(Changed, match="刚刚有变动"):
        move(row, there, shown=[])
    move(row, there, shown=["signature"])


def test_another_county_does_not_move_this_person(monkeypatch: pytest.MonkeyPatch) -> None:
    row, (_, other) = files.passed(), receiving()
    there = make.site("02")
    with pytest.raises(NotOpen, match="考生所在县"):
        move(row, there, by=other)
    monkeypatch.setattr(transfers, "within", lambda *_: True)  # control: a stranger moves them
    move(row, there, by=other)
    assert row.path == there.path


# between counties


def test_the_losing_county_asks_and_until_the_other_accepts_nothing_changes() -> None:
    row, (there, _) = confirmed.signed(), receiving()
    before = (row.path, row.number, row.done)
    made = move(row, there)
    assert made.state == "asked"
    assert (row.path, row.number, row.done) == before
    assert move(row, there).pk == made.pk
    with pytest.raises(NotOpen, match="正在等对方县接收"):
        move(row, make.site("02"))
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))


def test_accepted_after_the_number_the_old_one_is_void_and_the_new_site_issues_another() -> None:
    row, (there, other) = confirmed.signed(), receiving()
    old, number = row.path, row.number
    made = move(row, there)
    accept_transfer(made.pk, by=other)
    accept_transfer(made.pk, by=other)
    row = full(row)
    made.refresh_from_db()
    assert (row.path, row.number, row.printed_version) == (there.path, None, 0)
    assert (made.state, made.number, made.fell) == ("done", number, ["number", "signature"])
    assert row.done_steps >= KEPT
    assert not {"number", "signature"} & row.done_steps
    assert not sees(row, old)
    assert VoidedNumber.objects.get().number == number
    assert issue_number(row.pk, by=site(row)) == 1030001  # intake is over, and open for this one person
    print_sheet(row.pk, by=site(row))
    record_signature(row.pk, version=row.version, by=site(row))
    row.refresh_from_db()
    assert "registration_fee" in row.done_steps


def test_accepted_before_the_number_there_is_none_to_void() -> None:
    row, (there, other) = files.passed(), receiving()
    accept_transfer(move(row, there).pk, by=other)
    assert VoidedNumber.objects.count() == 0
    assert full(row).path == there.path


def test_a_declined_person_stays_and_the_reason_is_kept() -> None:
    row, (there, other) = files.passed(), receiving()
    made = move(row, there)
    with pytest.raises(Invalid, match="不接收的原因"):
        decline_transfer(made.pk, reason=" ", by=other)
    decline_transfer(made.pk, reason="不在本县就读", by=other)
    decline_transfer(made.pk, reason="不在本县就读", by=other)
    made.refresh_from_db()
    assert (made.state, said_of(made, "answer_sealed"), full(row).site_id) == ("declined", "不在本县就读", row.site_id)
    assert move(row, there).pk != made.pk
    with pytest.raises(NotOpen, match="没有接收"):
        accept_transfer(made.pk, by=other)


def test_only_the_asked_county_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    row, (there, other) = files.passed(), receiving()
    made = move(row, there)
    stranger = make.staff(make.county("0104"), make.Role.COUNTY).actor
    for by in (county(row), stranger, Actor(kind=site(row).kind, id="", path=there.path, label="周敏")):
        with pytest.raises(Refused, match="没有找到"):
            accept_transfer(made.pk, by=by)
        with pytest.raises(Refused, match="没有找到"):
            decline_transfer(made.pk, reason="不收", by=by)
    monkeypatch.setattr(transfers, "within", lambda *_: True)  # control: anybody's county takes them
    accept_transfer(made.pk, by=stranger)
    assert full(row).path == there.path
    assert other.path != stranger.path


def test_what_was_asked_is_taken_back_by_the_county_that_asked() -> None:
    row, (there, other) = files.passed(), receiving()
    made = move(row, there)
    undo_transfer(row.pk, transfer_id=made.pk, reason="考生不转了", by=county(row))
    with pytest.raises(Refused, match="撤销"):
        accept_transfer(made.pk, by=other)
    assert full(row).site_id == row.site_id


def test_what_was_accepted_is_not_undone_but_sent_back_by_asking() -> None:
    row, (there, other) = files.passed(), receiving()
    made, old = move(row, there), row.site
    accept_transfer(made.pk, by=other)
    with pytest.raises(NotOpen, match="再办一次转报名点"):
        undo_transfer(row.pk, transfer_id=made.pk, reason="错了", by=other)
    row = full(row)
    back = move(row, old, by=other)
    former = old.parent
    assert former is not None
    accept_transfer(back.pk, by=make.staff(former, make.Role.COUNTY).actor)
    assert full(row).path == old.path


def test_completed_meanwhile_the_person_is_not_taken_any_more() -> None:
    row, (there, other) = confirmed.signed(), receiving()
    made = move(row, there)
    assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))
    complete_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="重新打开"):
        accept_transfer(made.pk, by=other)
    assert full(row).number == row.number


def test_a_file_that_waits_for_approval_waits_for_the_new_county() -> None:
    row, (there, other) = files.to_county(), receiving()
    accept_transfer(move(row, there).pk, by=other)
    files.answer(full(row), Act.GRANT, "county")
    assert "eligibility" in full(row).done_steps
    assert me(row).path == row.path
