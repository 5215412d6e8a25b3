"""The acts by their lines, and who asks."""

from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from tests import factories as make
from tests.audit.walking import Ask, Job
from tests.web import test_card_twice as readings
from tests.web.conftest import signed_in

ACTS: dict[str, Callable[[], Ask | Job]] = {}
READER = readings.KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
LOGIN, CODE = "deng2lu7mi", "246810"
SMS_SECRET = b"s" * 32  # of the sender that calls with receipts
Build = Callable[[], Ask | Job]


def act(portal: str, *names: str) -> Callable[[Build], Build]:
    """Say of which lines this is the act."""

    def keep(build: Build) -> Build:
        for name in names:
            assert f"{portal} {name}" not in ACTS
            ACTS[f"{portal} {name}"] = build
        return build

    return keep


def office_of(row: Registration, role: Role) -> Organization:
    """The office at which somebody of this role has this person below."""
    site = Organization.objects.select_related("parent__parent__parent").get(pk=row.site_id)
    assert site.parent
    assert site.parent.parent
    levels = {Role.COUNTY: site.parent, Role.CITY: site.parent.parent}
    return levels.get(role, site)


def of(row: Registration, role: Role = Role.OPERATOR) -> Client:
    return signed_in(Client(), make.staff(office_of(row, role), role))


def at(office: Organization, role: Role) -> Client:
    return signed_in(Client(), make.staff(office, role))


def county(role: Role = Role.COUNTY) -> Client:
    make.season()
    return at(make.county(), role)


def province(role: Role = Role.PROVINCE) -> Staff:
    return make.staff(Organization.objects.get(path="43/"), role)


def own(row: Registration, place: str = "") -> str:
    return f"/candidates/{row.pk}/{place}"


def card(row: Registration, nonce: str = "n7") -> str:
    """What the paired reader says of this person's card now."""
    return readings.reading(document_of(row), nonce=nonce)
