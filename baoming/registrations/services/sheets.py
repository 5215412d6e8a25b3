"""The printed form, its correction for one person, and the candidate's signature (R19, R20)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.documents.queries import counting_print, valid_print
from baoming.documents.services import log_print, void_prints
from baoming.messages.services import send
from baoming.registrations.class_lists import PrintLine
from baoming.registrations.form_queries import bound_phone, newest_version
from baoming.registrations.models import Registration, Signature
from baoming.registrations.queries import current_photo, photo_bytes, state_of
from baoming.registrations.services.sheet_data import newest_data, sheet_of
from baoming.registrations.services.slips import season_head
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require, return_step
from baoming.registrations.sheets import registration_forms
from baoming.schedule.models import Extension
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import season_now
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from baoming.shared.moments import full_stamp, moment, short
from baoming.shared.services import insert, update

SHEET = "registration_form"  # kind in the print log
PRINTED_BY_SITE = f"报名登记表由{PARTY_NAMES[Party.SITE]}打印"
MOST_HOURS = 72  # of a correction (R20)


@transaction.atomic
def print_sheet(registration_id: UUID, *, by: Actor, moral: str | None = None) -> bytes:
    """Return the newest saved version as 报名登记表 (PDF), and log the print: from now on it can be signed.

    `moral`: the 思想品德考核意见, which a higher package knows. Raises NotOpen before a save, while frozen
    and for anyone but the site, Unprintable when no font has a character.

    The PDF is made in the transaction that logs it, under this one person's lock, so that a sheet which
    cannot be made logs no print. It takes some 20 ms (the first in a process, which reads the fonts, 0.3 s).
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(PRINTED_BY_SITE)
    shown = newest_data([registration], morals={registration.pk: moral} if moral else {})[registration.pk]
    if isinstance(shown, NotOpen):
        raise shown
    now = season_now(registration.season_id)
    logged = log_print(
        registration.pk, SHEET, path=registration.path, version=shown.version.number,
        content_hash=shown.version.content_hash, at=now, by=by, picture=shown.photo.pk,
    )  # fmt: skip
    registration.printed_version = shown.version.number
    update(registration, "printed_version")
    record("print_sheet", by=by, subject=registration.pk, path=registration.path, details={"version": logged.version})
    printed = PrintLine(at=full_stamp(now)[:16], by=by.label)
    sheet = sheet_of(shown, print_id=logged.pk, printed=printed, picture=photo_bytes(shown.photo))
    return registration_forms([sheet], season=season_head(registration.season), made_at=now)


def void_sheets(registration: Registration, *, reason: str, at: datetime) -> None:
    """Void the sheets that show what is no longer so. Call after `locked`."""
    void_prints(registration.pk, SHEET, reason=reason, at=at)
    registration.printed_version = 0
    update(registration, "printed_version")


def void_signed(registration: Registration, *, reason: str, by: Actor, at: datetime) -> None:
    """As `void_sheets`, where no step done anew lets the signature fall: it stands on what is no longer so, too."""
    void_sheets(registration, reason=reason, at=at)
    if "signature" in registration.done_steps:
        return_step(registration, "signature", by=by, at=at, reason=reason)


@transaction.atomic
def open_correction(registration_id: UUID, *, hours: int, by: Actor) -> Extension:
    """Open the form again for this one person, for at most 72 hours and no longer than confirmation lasts; tell them.

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
    opened = extend_for_person(
        registration.season_id, "proof_correction", subject=registration.pk, path=registration.path,
        opens=now, closes=closes, reason="校对登记表时发现需要更正", by=by,
    )  # fmt: skip
    send(
        "correction_opened", season=registration.season, recipient=registration.pk, number=bound_phone(registration),
        at=short(closes), phone=registration.site.phone,
    )  # fmt: skip
    return opened


@transaction.atomic
def record_signature(registration_id: UUID, *, version: int, by: Actor, print_id: UUID | None = None) -> Signature:
    """Record that the candidate signed the print of `version`, with the photo it shows. Safe to repeat.

    `print_id`: that very paper, where it is known; else the newest that counts. Raises NotOpen; Refused when this is
    not the newest version, or no print of it counts.
    """
    registration = locked(registration_id)
    now = require("signature", registration, by)
    newest, photo = newest_version(registration), current_photo(registration)
    printed = valid_print(registration.pk, SHEET) if print_id is None else counting_print(registration.pk, print_id)
    if registration.printed_version == 0:
        raise Refused("还没有打印现在的登记表，请先打印再签字")
    if newest is None or photo is None or printed is None or not version == newest.number == printed.version:
        raise Changed("打印后又改了，请重新打印再签字")
    if "signature" in registration.done_steps:  # done anew it would undo completion
        return Signature.objects.get(registration=registration, voided_at=None)
    signature = insert(
        Signature(
            registration=registration, version=newest, photo=photo, print_id=printed.pk, at=now, recorded_by=by.label
        )
    )
    registration.signed_version = version
    complete_step(registration, "signature", by=by, at=now)
    return signature
