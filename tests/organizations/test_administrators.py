"""三员分立: system, security and audit administrator are three persons; the database holds it when nobody asks."""

from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, transaction

from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import ACTIONS, ADMINISTRATORS, Role
from tests import factories as make
from tests.environment import CLUSTER, DATABASE

pytestmark = pytest.mark.django_db

# From the mission: accounts / policies and keys / logs; a calendar stands on everybody's first page.
ALONE = {
    Role.SYSTEM_ADMIN: {"see_calendar", "see_staff", "manage_staff"},
    Role.SECURITY_ADMIN: {"see_calendar", "see_staff", "approve_staff"},
    Role.AUDIT_ADMIN: {"see_calendar", "see_audit"},
}
SHARED = {"own_account", "see_calendar", "see_staff"}


def test_no_administrator_sees_candidates_and_no_two_may_do_the_same_act() -> None:
    allowed = {role: {action for action in ACTIONS if role.may(action)} for role in ADMINISTRATORS}
    for role, least in ALONE.items():
        assert least <= allowed[role]
    for one in ADMINISTRATORS:
        assert "see_candidates" not in allowed[one]
        for other in ADMINISTRATORS - {one}:
            assert allowed[one] & allowed[other] <= SHARED


def two_accounts_of_one_person(first: Role, second: Role) -> tuple[Staff, Staff]:
    make.season()
    province, person = Organization.objects.get(path="43/"), uuid4().hex
    one, other = make.staff(province, Role.PROVINCE), make.staff(province, Role.PROVINCE)
    Staff.objects.filter(pk=one.pk).update(person=person, role=first)
    Staff.objects.filter(pk=other.pk).update(person=person, role=second)
    return one, other


@pytest.mark.parametrize("second", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_one_person_is_never_two_administrators_not_even_by_another_account(second: Role) -> None:
    with pytest.raises(IntegrityError, match="one_administrator_a_person"), transaction.atomic():
        two_accounts_of_one_person(Role.SYSTEM_ADMIN, second)


def test_a_person_may_be_an_administrator_beside_office_work_and_two_persons_two_administrators() -> None:
    two_accounts_of_one_person(Role.SYSTEM_ADMIN, Role.PROVINCE)
    make.staff(Organization.objects.get(path="43/"), Role.SECURITY_ADMIN)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_one_person_is_two_administrators() -> None:
    make.season()
    province = Organization.objects.get(path="43/")
    both = [make.staff(province, Role.PROVINCE).pk for _ in range(2)]
    sql = "UPDATE organizations_staff SET person = 'one', role = %s WHERE id = %s"
    with psycopg.connect(CLUSTER.url("migrate", DATABASE)) as owner:
        owner.execute("DROP INDEX one_administrator_a_person")
        for role, pk in zip((Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN), both, strict=True):
            assert owner.execute(sql, (role.value, pk)).rowcount == 1
        owner.rollback()
