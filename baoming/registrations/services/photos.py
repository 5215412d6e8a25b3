"""Taking a photo into the file, and letting one with a fault pass (R7)."""

import json
from typing import Any, Literal
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.apart import examine_apart
from baoming.registrations.models import Photo, Registration
from baoming.registrations.photo_queries import passing_context
from baoming.registrations.queries import PHOTOS
from baoming.registrations.services.sheets import void_sheets
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, Refused
from baoming.shared.services import insert, update
from baoming.vault.services import keys

LONGEST_NOTE = 100  # characters
RULED = "ruled"  # the reason of a photo that a decision has sent back
RULED_TITLE = "经认定不是本人"
_STATES = Registration.PhotoState


def take_photo(registration_id: UUID, picture: bytes, *, by: Actor, source: Literal["camera", "handed_in"]) -> Photo:
    """Make `picture` the photo of this registration; what was signed with the older one falls.

    A picture with a fault of geometry or light is kept too, but waits, and the older photo stays in use:
    nothing has to be uploaded twice to let it pass. The JPEG lies sealed in file storage. Raises PhotoRefused
    where there is no picture to judge, NotOpen. Refused once the county has completed: another photo would
    undo its completion and the city's review unseen, so the county reopens first.
    """
    # Decoding, measuring and recompressing take long and decide nothing about the person: done before the lock.
    season = Season.objects.get(registration=registration_id)
    examined = examined_for(season, picture)
    prepared = examined.prepared
    return take_prepared(
        registration_id, prepared.jpeg, sha256=prepared.sha256, measures=examined.measures.to_json(),
        faults=[fault.name for fault in examined.faults], by=by, source=source,
    )  # fmt: skip


def take_prepared(
    registration_id: UUID, jpeg: bytes, *, sha256: str, measures: dict[str, Any], faults: list[str], by: Actor,
    source: Literal["camera", "handed_in", "electronic"],
) -> Photo:  # fmt: skip
    """As `take_photo`, of a picture that was examined before."""
    pk = uuid4()
    with transaction.atomic():
        registration = locked(registration_id)
        now = require("photo", registration, by)
        refuse_if_completed(registration)
        _refuse_if_ruled(registration, sha256)
        name = PHOTOS.keep(pk, jpeg)
        try:
            photo = Photo(
                id=pk, registration=registration, file=name, sha256=sha256, size=len(jpeg), source=source, taken_at=now,
                taken_by=by.label, measures=measures, faults=faults,
            )  # fmt: skip
            _keep(photo, by=by)
        except BaseException:
            # Undone for certain, the file with it. What breaks after this block (the request's COMMIT, above
            # all, whose outcome nobody knows) leaves the file: sealed and without a row it harms nobody,
            # while a row without its file would have lost the photo.
            default_storage.delete(name)
            raise
    return photo


@transaction.atomic
def pass_photo(registration_id: UUID, photo_id: UUID, *, reason: str, note: str, by: Actor) -> Photo:
    """Let the waiting photo pass in spite of its faults, with one of the season's reasons and words.

    A machine's no is no last word about a person: every fault of a picture that could be read can be passed.
    Raises Invalid, NotOpen; Refused when another photo has been taken since.
    """
    registration = locked(registration_id)
    now = require("photo", registration, by)
    refuse_if_completed(registration)
    photo = Photo.objects.filter(registration=registration, waiting=True).first()
    if photo is None or photo.pk != photo_id:
        raise Refused("这张照片已经换过或处理过，请看过现在的照片再决定")
    photo.registration = registration
    kept = json.dumps(_passing(reason, note, registration.season), ensure_ascii=False)
    photo.passed_sealed = keys().seal(kept.encode(), context=passing_context(photo.pk))
    photo.passed_at, photo.passed_by = now, by.label
    details = {"photo": str(photo.pk), "faults": photo.faults}  # the reason may tell of an illness: sealed, not here
    record("pass_photo", by=by, subject=registration.pk, path=registration.path, details=details)
    _use(photo, _STATES.PASSED, by=by)
    return photo


def examined_for(season: Season, picture: bytes) -> ExaminedPhoto:
    """Return what a picture is worth by the season's standard. Raises PhotoRefused where there is none to judge."""
    return examine_apart(picture, data(season, "photo"))


def _passing(reason: str, note: str, season: Season) -> dict[str, str]:
    """What is kept of the decision; Invalid where it is none."""
    errors = {}
    if reason not in {item["key"] for item in data(season, "photo")["overrides"]}:
        errors["why"] = "请选择一条放行理由"
    if not 2 <= len(note.strip()) <= LONGEST_NOTE:
        errors["seen"] = f"请写明看到的情况，2到{LONGEST_NOTE}个字，例如“左眼有敷料，医院证明已核对”"
    if errors:
        raise Invalid(errors)
    return {"reason": reason, "note": note.strip()}


def _refuse_if_ruled(registration: Registration, sha256: str) -> None:
    """Raise Refused where a decision has found that this very picture shows somebody else."""
    if Photo.objects.filter(registration=registration, sha256=sha256, returned_reason=RULED).exists():
        raise Refused(f"这张照片{RULED_TITLE}，不能再用。请考生本人到场重拍")


def _keep(photo: Photo, *, by: Actor) -> None:
    """Store a new photo: in use when it is without fault, else waiting."""
    registration = photo.registration
    details = {"photo": str(photo.pk), "faults": photo.faults}
    record("take_photo", by=by, subject=registration.pk, path=registration.path, details=details)
    Photo.objects.filter(registration=registration, waiting=True).update(waiting=False)
    if not photo.faults:
        _use(photo, _STATES.GOOD, by=by)
        return
    photo.current, photo.waiting = False, True
    insert(photo)
    mark(registration, _STATES.FAULTY)


def _use(photo: Photo, state: str, *, by: Actor) -> None:
    """Make a photo the one that is printed: what stood on the older one falls."""
    registration = photo.registration
    Photo.objects.filter(registration=registration, current=True).update(current=False)
    photo.current, photo.waiting = True, False
    photo.save()
    mark(registration, state)
    at = photo.passed_at or photo.taken_at
    void_sheets(registration, reason="照片已更换", at=at)
    complete_step(registration, "photo", by=by, at=at)


def mark(registration: Registration, state: str) -> None:
    """Keep on the locked registration what lists show of its photo."""
    registration.photo_state = state
    update(registration, "photo_state")
