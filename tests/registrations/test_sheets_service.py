"""R19, R20: a saved version is printed, corrected by one person alone, and signed as it was printed."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from baoming.audit.actors import Party
from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.documents.queries import prints_of, valid_print
from baoming.messages.models import Message
from baoming.messages.services.outbox import text_of
from baoming.registrations.form_queries import newest_version
from baoming.registrations.models import Photo, Registration, RosterEntry, Signature
from baoming.registrations.queries import state_of
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services import sheets as service
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.sheet_codes import print_code, read_code
from baoming.registrations.sheets import RegistrationSheet
from baoming.schedule.models import Extension, Phase
from baoming.schedule.services import extend_for_person
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import short
from baoming.vault.services import keys
from standins.faces import face
from tests import factories as make
from tests.forms.samples import BOUND_PHONE
from tests.registrations.confirmed import MORAL, change, county, operator, printed, ready, saved, signed
from tests.registrations.test_save_form import candidate

pytestmark = pytest.mark.django_db
ROLL = "G990001200503170135"


def words(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return "".join("".join(pages).replace("\u200b", "").split())


def open_phase(row: Registration, phase: str) -> None:
    """Open a phase for this person for an hour, whatever its window."""
    now = service.season_now(row.season_id)
    extend_for_person(
        row.season_id, phase, subject=row.pk, path=row.path,
        opens=now, closes=now + timedelta(hours=1), reason="测试", by=operator(row),
    )  # fmt: skip


# print_sheet


def test_the_sheet_shows_the_saved_version_and_the_photo() -> None:
    row = saved()
    pdf = print_sheet(row.pk, by=operator(row), moral="思想品德考核合格")
    version, found = newest_version(row), words(pdf)
    assert version is not None
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    for text in ("欧阳思远", "物理", "化学、生物", "远大二路1238号6栋1204", BOUND_PHONE, "01020001",
                 "第1版", version.content_hash[:16], "汉族", "思想品德考核合格", "演示", "周敏"):  # fmt: skip
        assert text in found, text
    assert service.photo_bytes(Photo.objects.get(registration=row)) in pdf


def test_the_sheet_tells_class_number_and_roll_number_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    row = saved()
    by = operator(row)
    import_roster(row.season, row.site, [RosterRow(2, ROLL, row.name, "高三（1）班", class_number="05")], by=by)
    entry = RosterEntry.objects.get()
    RosterEntry.objects.update(registration=row)
    Registration.objects.update(class_name=entry.class_name, student_no=entry.student_no)
    pdf = print_sheet(row.pk, by=by, moral=MORAL * 10)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    found = words(pdf)
    assert f"学籍号{ROLL}" in found
    assert "班级、学号高三（1）班，05" in found
    drawn: list[RegistrationSheet] = []
    monkeypatch.setattr(service, "registration_forms", lambda sheets, **_: drawn.extend(sheets) or b"")
    RosterEntry.objects.update(registration=None)  # who is on no roster: the class number stands for nothing else
    print_sheet(row.pk, by=by)
    cells = {cell.label: cell.value for line in drawn[0].groups[-1].rows for cell in line}
    assert (cells["班级、学号"], cells["学籍号"]) == ("高三（1）班，05", None)


def test_the_code_on_the_sheet_is_signed_with_the_installations_key(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[RegistrationSheet] = []
    monkeypatch.setattr(service, "registration_forms", lambda sheets, **_: drawn.extend(sheets) or b"")
    row = saved()
    print_sheet(row.pk, by=operator(row))
    code = read_code(drawn[0].qr)
    assert code is not None
    assert code.signed.startswith("BM1.F.23.01020001.1.")
    assert code.print == print_code(Print.objects.get().pk)
    assert keys().verify(code.signed.encode(), signature=code.signature)
    assert not keys().verify(code.signed.replace(".1.", ".2.").encode(), signature=code.signature)


def test_a_print_is_logged_with_its_version() -> None:
    row = saved()
    print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    log = Print.objects.get(subject=row.pk)
    version = newest_version(row)
    assert version is not None
    assert (log.version, log.content_hash, row.printed_version) == (1, version.content_hash, 1)
    assert Event.objects.filter(verb="print_sheet", subject=row.pk).count() == 1


def test_nothing_is_printed_before_a_save() -> None:
    row = ready()
    with pytest.raises(NotOpen, match="保存以后才能打印"):
        print_sheet(row.pk, by=operator(row))
    assert Print.objects.count() == 0


def test_nothing_is_printed_without_a_photo() -> None:
    row = saved()
    Photo.objects.update(current=False)
    with pytest.raises(NotOpen, match="请先采集照片"):
        print_sheet(row.pk, by=operator(row))


def test_only_the_site_prints() -> None:
    row = saved()
    with pytest.raises(NotOpen, match="由报名点打印"):
        print_sheet(row.pk, by=county(row))


def test_a_second_print_of_the_same_version_counts_too() -> None:
    row = printed()
    print_sheet(row.pk, by=operator(row))
    assert [one.voided_at for one in prints_of(row.pk)] == [None, None]


def test_a_print_that_cannot_be_made_is_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> bytes:
        raise Refused("字库中没有这个字")

    row = saved()
    monkeypatch.setattr(service, "registration_forms", breaks)
    with pytest.raises(Refused):
        print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    assert (Print.objects.count(), row.printed_version) == (0, 0)


# open_correction


def test_a_correction_opens_the_form_for_one_person_and_not_for_a_neighbour() -> None:
    neighbour = candidate()
    row = printed()
    assert neighbour.site.parent_id == row.site.parent_id
    with pytest.raises(NotOpen, match="结束"):
        change(row)
    opened = open_correction(row.pk, hours=2, by=operator(row))
    assert opened.closes - opened.opens == timedelta(hours=2)
    assert state_of(row).open_phase("form") is not None
    assert state_of(neighbour).open_phase("form") is None
    change(row)
    assert row.version == 2


def test_for_whom_a_correction_was_opened_is_told_until_when_and_nobody_when_it_was_not() -> None:
    row = printed()
    with pytest.raises(Invalid):
        open_correction(row.pk, hours=0, by=operator(row))
    told = Message.objects.filter(template="correction_opened")
    assert not told.exists()
    opened = open_correction(row.pk, hours=2, by=operator(row))
    assert told.get().recipient == row.pk
    assert f"{short(opened.closes)}前请登录改好" in text_of(told.get())


def test_a_correction_ends() -> None:
    row = printed()
    opened = open_correction(row.pk, hours=2, by=operator(row))
    make.at(opened.closes)
    with pytest.raises(NotOpen):
        change(row)


@pytest.mark.parametrize("hours", [0, -1, 73])
def test_a_correction_lasts_at_most_three_days(hours: int) -> None:
    row = printed()
    with pytest.raises(Invalid, match="最长72小时"):
        open_correction(row.pk, hours=hours, by=operator(row))
    assert Extension.objects.count() == 0


def test_a_correction_never_outlasts_confirmation() -> None:
    row = printed()
    ends = Phase.objects.get(key="confirmation").closes
    assert ends is not None
    make.at(ends - timedelta(hours=5))
    assert open_correction(row.pk, hours=72, by=operator(row)).closes == ends


def test_a_correction_asked_twice_is_open_once() -> None:
    row = printed()
    open_correction(row.pk, hours=2, by=operator(row))
    with pytest.raises(Refused, match="已经为这名考生开放更正"):
        open_correction(row.pk, hours=72, by=operator(row))
    assert Extension.objects.count() == 1


def test_only_the_site_opens_a_correction() -> None:
    row = printed()
    with pytest.raises(NotOpen, match="由报名点办理"):
        open_correction(row.pk, hours=2, by=county(row))


def test_no_correction_outside_confirmation_or_before_a_save() -> None:
    early = ready()
    with pytest.raises(NotOpen, match="请先完成报名信息"):
        open_correction(early.pk, hours=2, by=operator(early))
    row = saved()
    make.season("sign_up")
    with pytest.raises(NotOpen, match="开放"):
        open_correction(row.pk, hours=2, by=operator(row))


# record_signature


def test_a_signature_belongs_to_version_photo_and_print() -> None:
    row = printed()
    record_signature(row.pk, version=1, by=operator(row))
    row.refresh_from_db()
    signature = Signature.objects.get()
    log = valid_print(row.pk, "registration_form")
    assert log is not None
    assert (signature.version, signature.print_id) == (newest_version(row), log.pk)
    assert signature.photo == Photo.objects.get(registration=row, current=True)
    assert row.signed_version == 1
    assert "signature" in row.done_steps


def test_nothing_is_signed_before_it_is_printed() -> None:
    row = saved()
    with pytest.raises(Refused, match="请先打印再签字"):
        record_signature(row.pk, version=1, by=operator(row))


def test_nothing_is_signed_before_confirmation() -> None:
    row = printed()
    make.season("sign_up")
    with pytest.raises(NotOpen, match="开放"):
        record_signature(row.pk, version=1, by=operator(row))


@pytest.mark.parametrize("party", [Party.COUNTY, Party.CITY, Party.CANDIDATE])
def test_only_the_site_records_a_signature(party: Party) -> None:
    row = printed()
    by = operator(row)
    with pytest.raises(NotOpen, match="由报名点办理"):
        record_signature(row.pk, version=1, by=type(by)(kind=party, id="", path=row.path, label="别人"))


def test_a_signature_recorded_twice_is_one() -> None:
    row = printed()
    by = operator(row)
    first = record_signature(row.pk, version=1, by=by)
    assert record_signature(row.pk, version=1, by=by) == first
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("version", [1, 2])
def test_what_was_changed_after_the_print_is_printed_again_before_it_is_signed(version: int) -> None:
    row = printed()
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    with pytest.raises(Refused, match="打印后又改了，请重新打印再签字"):
        record_signature(row.pk, version=version, by=operator(row))
    print_sheet(row.pk, by=operator(row))
    record_signature(row.pk, version=2, by=operator(row))
    assert Signature.objects.get().version.number == 2


def test_a_version_that_does_not_exist_is_not_signed() -> None:
    row = printed()
    with pytest.raises(Refused):
        record_signature(row.pk, version=2, by=operator(row))


def test_control_without_voiding_the_older_print_would_be_signed_as_the_newer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = printed()
    log = valid_print(row.pk, "registration_form")
    assert log is not None
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    log.version = 2
    monkeypatch.setattr(service, "valid_print", lambda *_: log)
    record_signature(row.pk, version=2, by=operator(row))
    assert Signature.objects.get().print_id == log.pk


def test_a_later_save_voids_signature_and_print() -> None:
    row = signed()
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    signature = Signature.objects.get()
    assert signature.voided_at is not None
    assert signature.void_reason == "报名信息有变动"
    assert row.signed_version == 0
    assert "signature" not in row.done_steps
    assert valid_print(row.pk, "registration_form") is None


def test_another_photo_voids_signature_and_print() -> None:
    row = signed()
    open_phase(row, "intake")
    take_photo(row.pk, face(5), by=operator(row), source="camera")
    row.refresh_from_db()
    assert "signature" not in row.done_steps
    assert [one.void_reason for one in prints_of(row.pk)] == ["照片已更换"]
    with pytest.raises(Refused, match="请先打印再签字"):
        record_signature(row.pk, version=1, by=operator(row))
    print_sheet(row.pk, by=operator(row))
    assert record_signature(row.pk, version=1, by=operator(row)).photo.current
