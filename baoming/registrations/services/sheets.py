"""The printed form, its correction for one person, and the candidate's signature (R19, R20)."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.documents.queries import valid_print
from baoming.documents.services import log_print, void_prints
from baoming.registrations.form_queries import bound_phone, code_sets, form_of, newest_version, values_of
from baoming.registrations.models import FormVersion, Photo, Registration, RosterEntry, Signature
from baoming.registrations.queries import current_photo, document_of, photo_bytes, roll_number_of, state_of
from baoming.registrations.services.slips import season_head, site_line
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require
from baoming.registrations.sheets import (
    CardBlock,
    Cell,
    Group,
    PrintLine,
    RegistrationSheet,
    VersionLine,
    continued_qr_text,
    qr_text,
    registration_forms,
    short_hash,
    signed_part,
)
from baoming.schedule.models import Extension
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import day, full_stamp, moment
from baoming.shared.text import serial
from baoming.vault.services import keys

SHEET = "registration_form"  # kind in the print log
MOST_HOURS = 72  # of a correction (R20)
_SEXES = {"1": "男", "2": "女"}
_SOURCES = {"camera": "现场照相", "handed_in": "考生提供照片"}
_SHORT = 12  # characters that fit a third of a line


@transaction.atomic
def print_sheet(registration_id: UUID, *, by: Actor, moral: str | None = None) -> bytes:
    """Return the newest saved version as 报名登记表 (PDF), and log the print: from now on it can be signed.

    `moral`: the 思想品德考核意见, which a higher package knows. Raises NotOpen before a save and for
    anyone but the site, Unprintable when no font has a character.

    The PDF is made in the transaction that logs it, under this one person's lock, so that a sheet which
    cannot be made logs no print. It takes some 20 ms (the first in a process, which reads the fonts, 0.3 s).
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"报名登记表由{PARTY_NAMES[Party.SITE]}打印")
    version, photo = newest_version(registration), current_photo(registration)
    if registration.number is None or version is None:
        raise NotOpen("考生还没有保存报名信息，保存以后才能打印登记表", go="form")
    if photo is None:
        raise NotOpen("还没有照片，请先采集照片，再打印登记表", go="photo")
    now = season_now(registration.season_id)
    log_print(
        registration.pk, SHEET, path=registration.path, version=version.number,
        content_hash=version.content_hash, at=now, by=by,
    )  # fmt: skip
    registration.printed_version = version.number
    registration.save(update_fields=["printed_version"])
    details = {"version": version.number}
    record("print_sheet", by=by, subject=registration.pk, path=registration.path, details=details)
    printed = PrintLine(at=full_stamp(now)[:16], by=by.label)
    sheet = _sheet(registration, version, photo=photo, number=registration.number, printed=printed, moral=moral)
    return registration_forms([sheet], season=season_head(registration.season), made_at=now)


def void_sheets(registration: Registration, *, reason: str, at: datetime) -> None:
    """Void the sheets that show what is no longer so. Call after `locked`."""
    void_prints(registration.pk, SHEET, reason=reason, at=at)
    registration.printed_version = 0
    registration.save(update_fields=["printed_version"])


@transaction.atomic
def open_correction(registration_id: UUID, *, hours: int, by: Actor) -> Extension:
    """Open the form again for this one person, for at most 72 hours and no longer than confirmation lasts.

    The save password is still needed. Raises Invalid, Refused when it is open already, and NotOpen
    where the sheet could not be signed now, or after completion.
    """
    registration = locked(registration_id)
    now = require("signature", registration, by)
    refuse_if_completed(registration)
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid({"hours": f"更正时间最长{MOST_HOURS}小时，请填1到{MOST_HOURS}"})
    state = state_of(registration)
    running, confirmation = state.phases["proof_correction"], state.open_phase("signature")
    if running.open and running.closes:
        raise Refused(f"已经为这名考生开放更正，到{moment(running.closes)}截止，现在就可以改")
    closes = now + timedelta(hours=hours)
    if confirmation and confirmation.closes:
        closes = min(closes, confirmation.closes)
    return extend_for_person(
        registration.season_id, "proof_correction", subject=registration.pk, path=registration.path,
        opens=now, closes=closes, reason="校对登记表时发现需要更正", by=by,
    )  # fmt: skip


@transaction.atomic
def record_signature(registration_id: UUID, *, version: int, by: Actor) -> Signature:
    """Record that the candidate signed the print of `version`, with the photo it shows. Safe to repeat.

    Raises NotOpen; Refused when this is not the newest version, or no print of it counts.
    """
    registration = locked(registration_id)
    now = require("signature", registration, by)
    newest, photo = newest_version(registration), current_photo(registration)
    printed = valid_print(registration.pk, SHEET)
    if registration.printed_version == 0:
        raise Refused("还没有打印现在的登记表，请先打印再签字")
    if newest is None or photo is None or printed is None or not version == newest.number == printed.version:
        raise Refused("打印后又改了，请重新打印再签字")
    if "signature" in registration.done_steps:  # done anew it would undo completion
        return Signature.objects.get(registration=registration, voided_at=None)
    signature = Signature.objects.create(
        registration=registration, version=newest, photo=photo, print_id=printed.pk, at=now, recorded_by=by.label
    )
    registration.signed_version = version
    complete_step(registration, "signature", by=by, at=now)
    return signature


def _sheet(
    registration: Registration,
    version: FormVersion,
    *,
    photo: Photo,
    number: int,
    printed: PrintLine,
    moral: str | None,
) -> RegistrationSheet:
    year, own, digest = registration.season.year, serial(number), version.content_hash
    covered = signed_part(year=year, serial=own, version=version.number, digest=digest)
    signature = base64.urlsafe_b64encode(keys().sign(covered.encode())).decode().rstrip("=")
    return RegistrationSheet(
        serial=own,
        site=site_line(registration),
        version=VersionLine(
            no=version.number,
            saved_at=full_stamp(version.at),
            hash=short_hash(digest),
            fields=version.field_count,
        ),
        print=printed,
        card=_card(registration, photo),
        groups=_groups(registration, version),
        qr=qr_text(year=year, serial=own, version=version.number, digest=digest, signature=signature),
        continued_qr=continued_qr_text(year=year, serial=own, version=version.number),
        moral=moral,
    )


def _card(registration: Registration, photo: Photo) -> CardBlock:
    document = document_of(registration)
    device = f"，机具 {registration.reader}" if registration.reader else ""
    read = f"{registration.get_reading_display()}（{full_stamp(registration.read_at)[:16]}{device}）"
    return CardBlock(
        name=registration.name,
        sex=_SEXES[document.sex],
        ethnicity=code_sets()["Ethnicity"].labels.get(document.ethnicity),
        document="居民身份证",
        number_label="公民身份号码",
        number=document.number,
        birth=day(document.birth),
        address=document.address or None,
        issuer=document.issuer or None,
        validity=document.validity,
        reading=f"{read}；{_SOURCES[photo.source]}",
        photo=photo_bytes(photo),
    )


def _groups(registration: Registration, version: FormVersion) -> list[Group]:
    """Return a band for each page of the form, and one for what the school and the phone code gave."""
    sections = form_of(registration.season).display(values_of(version))
    bands = [Group(title=one.title, rows=_lines([(row.label, row.text) for row in one.rows])) for one in sections]
    listed = RosterEntry.objects.filter(registration=registration).first()
    known = [
        ("学籍号", roll_number_of(listed) if listed else ""),
        ("班级、学号", "，".join(text for text in (registration.class_name, registration.student_no) if text)),
        ("短信手机", bound_phone(registration)),
    ]
    # One line, the longest value in its widest place: a second line would push the sheet onto a second page.
    return [*bands, Group(title="其他", rows=[[Cell(label=label, value=text or None) for label, text in known]])]


def _lines(pairs: list[tuple[str, str]]) -> list[list[Cell]]:
    """Return the fields in their order, three to a line; a long value has a line of its own."""
    lines: list[list[Cell]] = []
    for label, text in pairs:
        cell = Cell(label=label, value=text or None, wide=len(text) > _SHORT)
        if cell.wide or not lines or len(lines[-1]) == 3 or lines[-1][0].wide:
            lines.append([])
        lines[-1].append(cell)
    return lines
