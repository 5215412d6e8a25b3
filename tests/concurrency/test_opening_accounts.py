"""Accounts are opened and proposed while offices and staff are being loaded: nobody waits for the load's end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Model

from baoming.organizations import services
from baoming.organizations.models import Organization, Staff, StaffProposal
from baoming.organizations.roles import Role
from baoming.organizations.services.staff import Wanted, add
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def opened_meanwhile() -> int:
    """While a load that is not committed has renewed a site and an administrator, open two accounts; count them."""
    make.season()
    site, top = make.site(), Organization.objects.get(path="43/")
    by = make.staff(top, Role.SYSTEM_ADMIN)
    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        make.site(opened=False)
        again = {"handle": by.account.handle, "name": "谭磊", "role": Role.SYSTEM_ADMIN, "password": "mima-2023"}
        services.add_staff(top, **again)  # type: ignore[arg-type]
        other.submit(_open, site, by).result()
    return Staff.objects.filter(account__handle="tanxin").count() + StaffProposal.objects.count()


def _open(site: Organization, by: Staff) -> None:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            add(Wanted(site, Role.OPERATOR, "谭欣", "tanxin"), by=by)
            add(Wanted(Organization.objects.get(path="43/01/"), Role.CITY, "谭欣", "tanxin2"), by=by)
    finally:
        connection.close()


def test_nobody_waits_for_a_load() -> None:
    assert opened_meanwhile() == 2


def test_control_with_rows_locked_for_update_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def locking(model: type[Model], key: dict[str, object], values: dict[str, object]) -> Model:
        return model._default_manager.update_or_create(**key, defaults=values)[0]

    monkeypatch.setattr(services, "renewed", locking)
    with pytest.raises(OperationalError, match="lock timeout"):
        opened_meanwhile()
