"""Taking a photo into the file (R7)."""

from typing import Literal
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.registrations.models import Photo
from baoming.registrations.photos import PhotoProfile, prepare
from baoming.registrations.services.sheets import void_sheets
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.vault.services import keys


def take_photo(registration_id: UUID, picture: bytes, *, by: Actor, source: Literal["camera", "handed_in"]) -> Photo:
    """Make `picture` the photo of this registration; what was signed with the older one falls.

    The JPEG lies sealed in file storage. Raises PhotoRefused with a named reason, NotOpen. Refused once
    the county has completed: another photo would undo its completion and the city's review unseen, so
    the county reopens first.
    """
    # Decoding and recompressing take long and decide nothing about the person: done before the lock.
    season = Season.objects.get(registration=registration_id)
    prepared = prepare(picture, PhotoProfile(**data(season, "photo")["file"]))
    pk = uuid4()
    sealed = keys().seal(prepared.jpeg, context=f"registrations_photo.file.{pk}")
    with transaction.atomic():
        registration = locked(registration_id)
        now = require("photo", registration, by)
        refuse_if_completed(registration)
        name = default_storage.save(f"photos/{pk.hex[:2]}/{pk.hex}", ContentFile(sealed.encode("ascii")))
        try:
            photo = Photo(
                id=pk,
                registration=registration,
                file=name,
                sha256=prepared.sha256,
                size=len(prepared.jpeg),
                source=source,
                taken_at=now,
                taken_by=by.label,
            )
            _make_current(photo, by=by)
        except BaseException:
            # Undone for certain, the file with it. What breaks after this block (the request's COMMIT, above
            # all, whose outcome nobody knows) leaves the file: sealed and without a row it harms nobody,
            # while a row without its file would have lost the photo.
            default_storage.delete(name)
            raise
    return photo


def _make_current(photo: Photo, *, by: Actor) -> None:
    registration, now = photo.registration, photo.taken_at
    Photo.objects.filter(registration=registration, current=True).update(current=False)
    photo.save(force_insert=True)
    void_sheets(registration, reason="照片已更换", at=now)
    complete_step(registration, "photo", by=by, at=now)
    record("take_photo", by=by, subject=registration.pk, path=registration.path, details={"photo": str(photo.pk)})
