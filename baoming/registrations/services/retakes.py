"""Marking a photo as to be retaken, and taking the mark away again (R7)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services.photos import RULED, RULED_TITLE, mark
from baoming.registrations.services.sheets import void_sheets
from baoming.registrations.services.steps import (
    complete_step,
    locked,
    refuse_if_completed,
    refuse_if_stopped,
    return_step,
)
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import moment

_MAY_ASK = (Party.SITE, Party.COUNTY)
_STATES = Registration.PhotoState
_RETAKEN_IN = timedelta(hours=72)


@transaction.atomic
def ask_retake(registration_id: UUID, photo_id: UUID, *, reason: str, by: Actor) -> list[str]:
    """Have the photo taken again, for one of the season's reasons; returns the steps that fell with it.

    The signature falls, and what stands on it: a sheet is not confirmed with a photo that will be another.
    A new photo ends it. Where intake is over the person's own is opened again, as long as confirmation lasts.
    Raises Invalid, NotOpen; Refused when the photo is another by now, and after completion.
    """
    registration = locked(registration_id)
    if by.kind not in _MAY_ASK:
        raise NotOpen(f"重拍照片由{'或'.join(PARTY_NAMES[party] for party in _MAY_ASK)}提出")
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    photo = Photo.objects.filter(registration=registration, current=True).first()
    if photo is None or photo.pk != photo_id:
        raise Refused("照片刚刚换过，请看过现在的照片再决定")
    if photo.returned_at is not None:
        raise Refused("这张照片已经标为待重拍")
    titles = {item["key"]: item["title"] for item in data(registration.season, "photo")["retakes"]}
    if reason not in titles:
        raise Invalid({"retake": "请选择一条重拍理由，考生会看到它"})
    now = season_now(registration.season_id)
    _open_intake(registration, now, by=by)
    return _returned(registration, photo, reason=reason, why=titles[reason], by=by, at=now)


def send_back(registration: Registration, *, by: Actor, at: datetime) -> list[str]:
    """As `ask_retake`, by the decision that it shows another: also after completion, which falls. Call after `locked`.

    It needs no phase, and no button takes it back (`keep_photo`): the person comes for a new one. Intake opens for
    this one person for 72 hours where it is over. Nothing is done where the photo is to be retaken already.
    """
    photo = Photo.objects.filter(registration=registration, current=True).first()
    if photo is None or photo.returned_at is not None:
        return []
    if state_of(registration).phases["intake"].over:
        extend_for_person(
            registration.season_id, "intake", subject=registration.pk, path=registration.path, opens=at,
            closes=at + _RETAKEN_IN, reason="照片待重拍", by=by,
        )  # fmt: skip
    return _returned(registration, photo, reason=RULED, why=RULED_TITLE, by=by, at=at)


def _returned(registration: Registration, photo: Photo, *, reason: str, why: str, by: Actor, at: datetime) -> list[str]:
    photo.returned_at, photo.returned_by, photo.returned_kind, photo.returned_reason = at, by.label, by.kind, reason
    photo.save(update_fields=["returned_at", "returned_by", "returned_kind", "returned_reason"])
    mark(registration, _STATES.RETAKE)
    void_sheets(registration, reason="照片待重拍", at=at)
    details = {"photo": str(photo.pk), "reason": reason}
    record("return_photo", by=by, subject=registration.pk, path=registration.path, details=details)
    return return_step(registration, "photo", by=by, at=at, reason=f"照片{why}")


@transaction.atomic
def keep_photo(registration_id: UUID, photo_id: UUID, *, by: Actor) -> Photo:
    """Take back that the photo is to be retaken: it is used as before; what fell is done again.

    Only the office that asked may, and nobody where it was decided that it shows another. Raises NotOpen; Refused
    when there is no such mark on this photo.
    """
    registration = locked(registration_id)
    photo = Photo.objects.filter(registration=registration, current=True).first()
    if photo is None or photo.pk != photo_id or photo.returned_at is None:
        raise Refused("这张照片没有标为待重拍，或者已经换过，请看过现在的照片再决定")
    refuse_if_stopped(registration)
    if photo.returned_reason == RULED:
        raise NotOpen(f"这张照片{RULED_TITLE}，不能再用。请考生带身份证到报名点重拍")
    if by.kind != photo.returned_kind:
        raise NotOpen(f"重拍是{PARTY_NAMES[Party(photo.returned_kind)]}提出的，由它撤回")
    Photo.objects.filter(registration=registration, waiting=True).update(waiting=False)
    photo.returned_at, photo.returned_by, photo.returned_kind, photo.returned_reason = None, "", "", ""
    photo.save(update_fields=["returned_at", "returned_by", "returned_kind", "returned_reason"])
    mark(registration, _STATES.PASSED if photo.passed_at else _STATES.GOOD)
    record("keep_photo", by=by, subject=registration.pk, path=registration.path, details={"photo": str(photo.pk)})
    complete_step(registration, "photo", by=by, at=season_now(registration.season_id))
    return photo


def _open_intake(registration: Registration, now: datetime, *, by: Actor) -> None:
    """See to it that the photo can be taken: intake still comes, or is opened for this person."""
    state = state_of(registration)
    if not state.phases["intake"].over:
        return
    confirmation = state.open_phase("signature")
    if confirmation is None or confirmation.closes is None:
        raise NotOpen("照片采集已经结束，现在不是核对签字的时间，不能安排重拍。如确需更换，请申请信息变更")
    extend_for_person(
        registration.season_id, "intake", subject=registration.pk, path=registration.path, opens=now,
        closes=confirmation.closes, reason=f"照片待重拍，到{moment(confirmation.closes)}为止", by=by,
    )  # fmt: skip
