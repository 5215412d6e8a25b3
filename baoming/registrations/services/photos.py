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
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.queries import data
from baoming.vault.services import keys


@transaction.atomic
def take_photo(registration_id: UUID, picture: bytes, *, by: Actor, source: Literal["camera", "handed_in"]) -> Photo:
    """Make `picture` the photo of this registration; what was signed with the older one falls.

    The JPEG lies sealed in file storage. Raises PhotoRefused with a named reason, NotOpen.
    """
    registration = locked(registration_id)
    now = require("photo", registration, by)
    prepared = prepare(picture, PhotoProfile(**data(registration.season, "photo")))
    pk = uuid4()
    sealed = keys().seal(prepared.jpeg, context=f"registrations_photo.file.{pk}")
    name = default_storage.save(f"photos/{pk.hex[:2]}/{pk.hex}", ContentFile(sealed.encode("ascii")))
    Photo.objects.filter(registration=registration, current=True).update(current=False)
    photo = Photo.objects.create(
        id=pk,
        registration=registration,
        file=name,
        sha256=prepared.sha256,
        size=len(prepared.jpeg),
        source=source,
        taken_at=now,
        taken_by=by.label,
    )
    void_sheets(registration, reason="照片已更换", at=now)
    complete_step(registration, "photo", by=by, at=now)
    record("take_photo", by=by, subject=registration.pk, path=registration.path, details={"photo": str(pk)})
    return photo
