"""People on their way through confirmation, brought there by the services themselves."""

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import NumberSegment, Registration
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


def ready() -> Registration:
    """A person with photo and number, whose form is not saved yet; sign-up is open."""
    row = candidate()
    if not NumberSegment.objects.filter(site=row.site).exists():
        make.segment(row.site)
    take_photo(row.pk, face(3), by=operator(row), source="camera")
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
