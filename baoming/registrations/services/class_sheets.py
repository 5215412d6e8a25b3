"""A whole class's sheets as one file: logged under the lock of its people, made after that commit (R19)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, prefetch_related_objects

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record_many
from baoming.documents.engine import PressFailed, Unprintable, named
from baoming.documents.glyphs import missing
from baoming.documents.models import Print, PrintFile
from baoming.documents.queries import prints_in
from baoming.documents.services import give_up_file, keep_file
from baoming.registrations.class_lists import ClassList, ListLine, PrintLine, list_order
from baoming.registrations.identity_documents import SEXES
from baoming.registrations.models import Registration
from baoming.registrations.queries import photo_bytes
from baoming.registrations.services.sheet_data import SheetData, Shown, logged_data, newest_data, sheet_of
from baoming.registrations.services.sheets import PRINTED_BY_SITE, SHEET
from baoming.registrations.services.slips import season_head, site_line
from baoming.registrations.sheet_codes import print_code
from baoming.registrations.sheets import RegistrationSheet, class_file, unprintable_fields
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Held, NotOpen, Unavailable
from baoming.shared.moments import full_stamp
from baoming.shared.text import serial
from baoming.vault.file_services import FileLost
from baoming.vault.sealing import SealBroken

MOST = 60  # sheets of one file: a whole class; memory grows with each (docs/operations/benchmarks.md)
_GETA = "〓"  # what Chinese printing sets for a character it does not have
_OF_THE_CARD = {"姓名", "住址", "签发机关"}
_AGAIN = "下单打印以后又有变动，请重新打印"
_NO_PICTURE = "照片文件读不出，请重新采集照片后再打印"
_NOBODY = UUID(int=0)
_TEACHERS = 3  # named on the list at most

log = logging.getLogger("baoming.prints")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrder:
    """Which file is to be made: part `part` of `parts` of one act (`batch`) on a class."""

    season: Season
    batch: UUID
    title: str  # 高三（5）班
    part: int
    parts: int
    by: Actor


@dataclass(frozen=True, slots=True)
class Logged:
    """What came of it: the print of each person, and the sentence for each who is left out."""

    file: PrintFile | None
    prints: Mapping[UUID, UUID]
    left_out: Mapping[UUID, str]
    wrong: frozenset[UUID] = frozenset()  # of them those for whom something is wrong: the others are not due yet


def log_file(rows: Sequence[Registration], order: FileOrder, *, morals: Mapping[UUID, str]) -> Logged:
    """Log a print of the newest version for everyone who can be printed: from now on it can be signed.

    `rows`: at most MOST people, locked, each with their season; one transaction with what makes this call
    once. Nothing is laid out here: whoever logged also queues the job that makes the file. However many
    they are, it takes as many statements as for one.
    """
    if order.by.kind is not Party.SITE:
        return Logged(None, {}, {row.pk: PRINTED_BY_SITE for row in rows})
    now = season_now(order.season.pk)
    printed = PrintLine(at=full_stamp(now)[:16], by=order.by.label)
    people = sorted(_with_sites(rows), key=_place)
    found = newest_data(people, morals=morals)
    left_out = {pk: why for pk, one in found.items() if (why := _why_not(one, printed))}
    wrong = frozenset(pk for pk in left_out if not isinstance(found[pk], NotOpen) or isinstance(found[pk], Held))
    ready = [one for one in found.values() if isinstance(one, SheetData) and one.registration.pk not in left_out]
    if not ready:
        return Logged(None, {}, left_out, wrong)
    by = order.by
    file = PrintFile.objects.create(
        kind=SHEET, season=order.season, path=by.path, batch=order.batch, title=order.title, part=order.part,
        parts=order.parts, left_out=[[str(pk), why] for pk, why in left_out.items()], at=now,
        by_id=by.id, by_label=by.label,
    )  # fmt: skip
    prints = Print.objects.bulk_create(
        Print(
            id=uuid4(), kind=SHEET, subject=one.registration.pk, path=one.registration.path, at=now,
            version=one.version.number, content_hash=one.version.content_hash, picture=one.photo.pk,
            file=file, place=place, by_id=by.id, by_label=by.label,
        )
        for place, one in enumerate(ready, start=1)
    )  # fmt: skip
    _mark_printed([one.registration for one in ready], by=by)
    return Logged(file, {one.subject: one.pk for one in prints}, left_out, wrong)


def make_file(file_id: UUID, *, morals_of: Callable[[Sequence[UUID]], Mapping[UUID, str]]) -> None:
    """Make the PDF of what was logged, from the version and the photo that each print names, and keep it.

    No lock is held while it is made. Safe to repeat: a file is made once, and two at a time keep one.
    A print that was voided meanwhile is left out, and the list in front says so. What cannot be made is
    given up, and said so on the file's page.
    """
    file = PrintFile.objects.select_related("season").get(pk=file_id)
    if file.made_at is not None:
        return
    prints = prints_in(file)
    people = _people([*(one.subject for one in prints), *(UUID(pk) for pk, _ in file.left_out)])
    shown = {
        one.subject: Shown(one.version, one.picture, file.at) for one in prints if one.picture and not one.voided_at
    }
    found = logged_data([people[pk] for pk in shown], shown, morals=morals_of(list(shown)))
    printed = PrintLine(at=full_stamp(file.at)[:16], by=file.by_label)
    absent = [(UUID(pk), why) for pk, why in file.left_out]
    held: list[SheetData] = []
    sheets: list[RegistrationSheet] = []
    for one in prints:
        data = found.get(one.subject)
        if not isinstance(data, SheetData):
            absent.append((one.subject, _AGAIN))
        elif (picture := _picture(data)) is None:
            absent.append((one.subject, _NO_PICTURE))
        else:
            held.append(data)
            sheets.append(sheet_of(data, print_id=one.pk, printed=printed, picture=picture))
    named_absent = [(printable(people[pk].name), why) for pk, why in absent]
    cover = _cover(file, held, named_absent, printed=printed, anybody=next(iter(people.values())))
    try:
        keep_file(file.pk, class_file(sheets, cover=cover, season=season_head(file.season), made_at=file.at))
    except (PressFailed, Unprintable, OSError) as problem:  # not tried again: it would fail again, and hold up others
        log.error("print file %s was not made: %s", file.pk, type(problem).__name__)
        give_up_file(file.pk)


def _why_not(data: SheetData | NotOpen, printed: PrintLine) -> str:
    """Return why this person cannot be printed: nothing to print, or a character in no font, with its field."""
    if isinstance(data, NotOpen):
        return str(data)
    try:
        fields = unprintable_fields(sheet_of(data, print_id=_NOBODY, printed=printed, picture=b""), missing)
    except SealBroken:
        return "系统里的资料读不出，请报系统管理员；其余各人照常打印"
    if not fields:
        return ""
    said = "；".join(f"“{field}”里的{'、'.join(map(named, lacking))}" for field, lacking in fields.items())
    if set(fields) == {"姓名"}:
        return f"{said}字库中没有，不能用别的字代替；请在受理台拍摄证件正面，截取姓名图片后再打印"
    way = (
        "请联系县（市、区）招考机构按生僻字办理" if _OF_THE_CARD & set(fields) else "请考生或报名点换成能打印的字再打印"
    )
    return f"{said}字库中没有，不能用别的字代替；{way}"


def _picture(data: SheetData) -> bytes | None:
    """Return the photo; None where its file is lost or broken, which stops nobody else's sheet."""
    try:
        return photo_bytes(data.photo)
    except (FileLost, Unavailable):
        return None


def _mark_printed(people: Sequence[Registration], *, by: Actor) -> None:
    Registration.objects.filter(pk__in=[row.pk for row in people]).update(printed_version=F("version"))
    record_many("print_sheet", by=by, subjects={row.pk: (row.path, {"version": row.version}) for row in people})


def _with_sites(rows: Sequence[Registration]) -> list[Registration]:
    """Read season, site and county of all of them in three statements."""
    people = list(rows)
    prefetch_related_objects(people, "season", "site__parent")
    return people


def _people(subjects: Sequence[UUID]) -> dict[UUID, Registration]:
    return {row.pk: row for row in _with_sites(list(Registration.objects.filter(pk__in=subjects)))}


def _place(row: Registration) -> tuple[Any, ...]:
    return list_order(row.class_name, row.student_no, row.name_key)


def _cover(
    file: PrintFile,
    held: Sequence[SheetData],
    absent: Sequence[tuple[str, str]],
    *,
    printed: PrintLine,
    anybody: Registration,
) -> ClassList:
    teachers = dict.fromkeys(one.listed.teacher for one in held if one.listed and one.listed.teacher)
    return ClassList(
        title=printable(file.title),
        teacher=printable("、".join(list(teachers)[:_TEACHERS])),
        site=site_line(anybody),
        print=printed,
        part=file.part,
        parts=file.parts,
        code=print_code(file.pk),
        lines=[_line(one) for one in held],
        missing=absent,
    )


def _line(data: SheetData) -> ListLine:
    row = data.registration
    return ListLine(
        student_no=row.student_no, serial=serial(data.number), name=row.name, sex=SEXES[row.sex],
        version=data.version.number, name_image=data.name_image,
    )  # fmt: skip


def printable(text: str) -> str:
    """Return `text` with a mark where no font has a character: a list may name whom it cannot print."""
    lacking = missing(text)
    return "".join(_GETA if character in lacking else character for character in text)
