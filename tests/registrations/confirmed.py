"""People on their way through confirmation, brought there by the services themselves."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.apart import examine_apart
from baoming.registrations.models import NumberSegment, Photo, Registration
from baoming.registrations.services import photos, sheets
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.reviews.services import assess_morals, complete_registration
from standins.faces import face
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import candidate, save, type_in

MORAL = "该生遵纪守法，尊敬师长，团结同学。"


def operator(row: Registration) -> Actor:
    return Actor(kind=Party.SITE, id="", path=row.path, label="周敏")


def county(row: Registration) -> Actor:
    office = Organization.objects.get(pk=row.site.parent_id)
    return make.staff(office, Role.COUNTY).actor


def city(row: Registration) -> Actor:
    return make.staff(Organization.objects.get(pk=row.site.parent.parent_id), Role.CITY).actor


@cache
def _once(picture: bytes, profile: str) -> ExaminedPhoto:
    return examine_apart(picture, json.loads(profile))


def _examined(picture: bytes, profile: Mapping[str, Any]) -> ExaminedPhoto:
    return _once(picture, json.dumps(profile))


def photographed(row: Registration) -> Photo:
    """Take the photo on somebody's way; the decoder is asked but once in a process about the face of all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photos, "examine_apart", _examined)
        return take_photo(row.pk, face(3), by=operator(row), source="camera")


def ready() -> Registration:
    """A person with photo and number, whose form is not saved yet; sign-up is open."""
    row = candidate()
    if not NumberSegment.objects.filter(site=row.site).exists():
        make.segment(row.site)
    photographed(row)
    issue_number(row.pk, by=operator(row))
    row.refresh_from_db()
    return row


def saved() -> Registration:
    """A person with photo, number and one saved version; confirmation is open."""
    row = ready()
    type_in(row)
    save(row)
    make.season("confirmation")
    return row


def change(row: Registration, postcode: str = "410017") -> None:
    """Save the form again, with another postcode."""
    type_in(row, {**FILLED, "postcode": [postcode]})
    save(row)


def printed() -> Registration:
    row = saved()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "registration_forms", lambda *_, **__: b"%PDF")  # what is on the paper nobody asks here
        print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    return row


def signed() -> Registration:
    row = printed()
    record_signature(row.pk, version=row.version, by=operator(row))
    row.refresh_from_db()
    return row


def completed() -> Registration:
    row = signed()
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    complete_registration(row.pk, by=county(row))
    row.refresh_from_db()
    return row
