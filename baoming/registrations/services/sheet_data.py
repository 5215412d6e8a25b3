"""What the sheets show, read for one person or for many in the same few statements, and put into words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from baoming.forms.definition import Row
from baoming.forms.fields import Values
from baoming.registrations.attached_queries import declaring_of
from baoming.registrations.class_lists import PrintLine
from baoming.registrations.form_queries import bound_phone, code_sets, form_of_version, values_of
from baoming.registrations.identity_documents import SEXES
from baoming.registrations.models import Declaration, FormVersion, Photo, Registration, RosterEntry
from baoming.registrations.name_image_queries import name_pictures
from baoming.registrations.queries import STOPPED, document_of, roll_number_of
from baoming.registrations.services.slips import site_line
from baoming.registrations.services.steps import FROZEN
from baoming.registrations.sheet_codes import continued_qr_text, qr_text, short_hash, signed_part
from baoming.registrations.sheets import CardBlock, Cell, Group, RegistrationSheet, Table, VersionLine
from baoming.shared.errors import Held, NotOpen
from baoming.shared.moments import day, full_stamp
from baoming.shared.text import serial
from baoming.vault.services import keys

_SOURCES = {"camera": "现场照相", "handed_in": "考生提供照片", "electronic": "网上交来照片"}
_SHORT = 12  # characters that fit a third of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetData:
    """All that one sheet shows but the picture itself."""

    registration: Registration
    version: FormVersion
    photo: Photo
    number: int
    listed: RosterEntry | None
    moral: str | None  # 思想品德考核意见, which a higher package knows
    name_image: bytes | None = None
    declared: Declaration | None = None  # what stood declared when it was printed


@dataclass(frozen=True, slots=True)
class Shown:
    """Which version and which photo a sheet shows: those it was logged with, `at` that moment."""

    version: int
    photo: UUID
    at: datetime


def newest_data(
    registrations: Sequence[Registration], *, morals: Mapping[UUID, str]
) -> dict[UUID, SheetData | NotOpen]:
    """Return what sheets of now would show; for whoever can have none, the refusal that says why.

    Call under the lock of these people, their season at hand.
    """
    versions = FormVersion.objects.filter(registration__in=registrations, number=F("registration__version"))
    photos = Photo.objects.filter(registration__in=registrations, current=True)
    declared = Declaration.objects.filter(registration__in=registrations, newest=True)
    return _together(registrations, versions, photos, declared, morals)


def logged_data(
    registrations: Sequence[Registration], shown: Mapping[UUID, Shown], *, morals: Mapping[UUID, str]
) -> dict[UUID, SheetData | NotOpen]:
    """Return what sheets show that were logged before, whatever was saved or taken since."""
    wanted = reduce(or_, (Q(registration=pk, number=one.version) for pk, one in shown.items()), Q(pk=None))
    photos = Photo.objects.filter(pk__in=[one.photo for one in shown.values()])
    then = reduce(or_, (Q(registration=pk, at__lte=one.at) for pk, one in shown.items()), Q(pk=None))
    declared = Declaration.objects.filter(then).order_by("number")
    return _together(registrations, FormVersion.objects.filter(wanted), photos, declared, morals)


def sheet_of(shown: SheetData, *, print_id: UUID, printed: PrintLine, picture: bytes) -> RegistrationSheet:
    """Return one sheet in words, its code signed with the installation's key."""
    registration, version = shown.registration, shown.version
    year, own = registration.season.year, serial(shown.number)
    signed = signed_part(year=year, serial=own, version=version.number, digest=version.content_hash, print_id=print_id)
    return RegistrationSheet(
        serial=own,
        site=site_line(registration),
        version=VersionLine(
            no=version.number,
            saved_at=full_stamp(version.at),
            hash=short_hash(version.content_hash),
            fields=version.field_count,
        ),
        print=printed,
        card=_card(shown, picture),
        groups=_groups(shown, values_of(version)),
        qr=qr_text(signed, signature=keys().sign(signed.encode()), origin=settings.CANDIDATE_ORIGIN),
        continued_qr=continued_qr_text(year=year, serial=own, version=version.number),
        moral=shown.moral,
    )


def _together(
    registrations: Sequence[Registration],
    versions: QuerySet[FormVersion],
    photos: QuerySet[Photo],
    declared: QuerySet[Declaration],
    morals: Mapping[UUID, str],
) -> dict[UUID, SheetData | NotOpen]:
    """Four statements, and one more for the groups of the versions, for however many people."""
    version_of = {row.registration_id: row for row in versions.prefetch_related("groups")}
    photo_of = {row.registration_id: row for row in photos}
    declared_of = {row.registration_id: row for row in declared}  # of several the last
    entries = RosterEntry.objects.filter(registration__in=registrations)
    entry_of = {row.registration_id: row for row in entries}
    pictures = name_pictures(registrations)
    return {
        row.pk: _one(
            row,
            version_of.get(row.pk),
            photo_of.get(row.pk),
            entry_of.get(row.pk),
            morals.get(row.pk),
            pictures.get(row.pk),
            declared_of.get(row.pk),
        )
        for row in registrations
    }


def _one(
    registration: Registration,
    version: FormVersion | None,
    photo: Photo | None,
    listed: RosterEntry | None,
    moral: str | None,
    name_image: bytes | None,
    declared: Declaration | None,
) -> SheetData | NotOpen:
    if registration.stopped_at is not None:
        return NotOpen(STOPPED)
    if _disowned(registration):
        return Held(FROZEN)
    if registration.number is None or version is None:
        return NotOpen("考生还没有保存报名信息，保存以后才能打印登记表", go="form")
    if photo is None:
        return NotOpen("还没有照片，请先采集照片，再打印登记表", go="photo")
    if "photo" not in registration.done_steps:
        return NotOpen("照片待重拍，请先重拍照片，再打印登记表", go="photo")
    return SheetData(
        registration=registration,
        version=version,
        photo=photo,
        number=registration.number,
        listed=listed,
        moral=moral,
        name_image=name_image,
        declared=declared,
    )


def _disowned(registration: Registration) -> bool:
    """Whether its owner says 这不是我改的: a sheet of now would count, and could be signed after the release."""
    return registration.disputed_at is not None


def _card(shown: SheetData, picture: bytes) -> CardBlock:
    registration = shown.registration
    document = document_of(registration)
    device = f"，机具 {registration.reader}" if registration.reader else ""
    read = f"{registration.get_reading_display()}（{full_stamp(registration.read_at)[:16]}{device}）"
    return CardBlock(
        name=registration.name,
        sex=SEXES[document.sex],
        ethnicity=code_sets()["Ethnicity"].labels.get(document.ethnicity),
        document=document.title,
        number_label=document.number_label,
        number=document.number,
        birth=day(document.birth),
        address=document.address or None,
        issuer=document.issuer or None,
        validity=document.validity,
        reading=f"{read}；{_SOURCES[shown.photo.source]}",
        photo=picture,
        name_image=shown.name_image,
    )


def _groups(shown: SheetData, values: Values) -> list[Group]:
    """Return the bands of the form's pages, and one for what the school and the phone code gave."""
    registration, listed = shown.registration, shown.listed
    sections = form_of_version(registration.season, shown.version).display(values)
    together = groupby(sections, key=lambda one: one.band)
    bands = [band for title, those in together for band in _bands(title, [row for one in those for row in one.rows])]
    known = [
        ("学籍号", roll_number_of(listed) if listed else ""),
        ("班级、学号", "，".join(text for text in (registration.class_name, registration.student_no) if text)),
        ("短信手机", bound_phone(registration)),
    ]
    # One line, the longest value in its widest place: a second one only for who declares something.
    lines = [[Cell(label=label, value=text or None) for label, text in known]]
    if shown.declared and shown.declared.kinds:
        said = declaring_of(registration.season).labels(shown.declared.kinds)
        lines.append([Cell(label="加分、专项", value=f"{said}（{day(shown.declared.at)}申报）", wide=True)])
    return [*bands, Group(title="其他", rows=lines)]


def _bands(title: str, rows: Sequence[Row]) -> Iterator[Group]:
    """Yield one band for the fields of one value, and one for each field with columns."""
    if pairs := [(row.label, row.text) for row in rows if not row.headings]:
        yield Group(title=title, rows=_lines(pairs))
    for row in rows:
        if row.headings:
            yield Group(title=row.label, table=Table(headings=row.headings, shares=row.shares, lines=row.lines))


def _lines(pairs: list[tuple[str, str]]) -> list[list[Cell]]:
    """Return the fields in their order, three to a line; a long value has a line of its own."""
    lines: list[list[Cell]] = []
    for label, text in pairs:
        cell = Cell(label=label, value=text or None, wide=len(text) > _SHORT)
        if cell.wide or not lines or len(lines[-1]) == 3 or lines[-1][0].wide:
            lines.append([])
        lines[-1].append(cell)
    return lines
