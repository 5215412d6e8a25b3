"""T5, T16: two accounts are two people only where neither was handed out by the other, nor both by a third."""

from datetime import timedelta

import pytest
from django.utils import timezone

from baoming.organizations.models import Organization, Staff
from baoming.organizations.queries import CODE_BINDS, independent
from baoming.organizations.roles import Role
from baoming.organizations.services import staff as service
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Organization:
    make.season()
    return make.site()


@pytest.fixture
def county(site: Organization) -> Staff:
    return make.staff(make.county(), Role.COUNTY)


def opened(site: Organization, by: Staff, handle: str = "wangyi1") -> Staff:
    assert service.add(service.Wanted(site, Role.OPERATOR, "王毅", handle), by=by).code
    return Staff.objects.get(account__handle=handle)


def two(first: Staff, second: Staff) -> bool:
    there, back = (independent(one.actor.id, other.actor.id) for one, other in ((first, second), (second, first)))
    assert there == back
    return there


def waited(one: Staff) -> None:
    Staff.objects.filter(pk=one.pk).update(code_at=timezone.now() - CODE_BINDS)


def test_an_account_and_its_opener_are_one_hand_for_two_weeks(site: Organization, county: Staff) -> None:
    one = opened(site, county)
    assert not two(one, county)
    assert two(one, make.staff(site))
    assert two(one, make.staff(make.county(), Role.COUNTY))
    Staff.objects.filter(pk=one.pk).update(code_at=timezone.now() - CODE_BINDS + timedelta(minutes=1))
    assert not two(one, county)
    waited(one)
    assert two(one, county)


def test_two_accounts_that_one_has_opened_are_one_hand(site: Organization, county: Staff) -> None:
    one, other = opened(site, county), opened(site, county, "liqiang2")
    assert not two(one, other)
    waited(one)
    assert two(one, other)


def test_a_new_code_counts_as_an_account_that_is_opened(site: Organization, county: Staff) -> None:
    one = make.staff(site)
    assert two(one, county)
    service.change(one.pk, "disable", by=county)
    service.change(one.pk, "enable", by=county)
    assert two(one, county)
    service.change(one.pk, "code", by=county)
    assert not two(one, county)


def test_the_code_of_a_guarded_account_counts_for_who_approves_it(site: Organization) -> None:
    province = Organization.objects.get(path="43/")
    system, security = (make.staff(province, role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN))
    wanted = service.Wanted(make.county(), Role.COUNTY, "谭欣", "tanxin")
    assert service.add(wanted, by=system).waits
    proposal = service._pending().get()
    assert service.decide(proposal.pk, approve=True, by=security).code
    one = Staff.objects.get(account__handle="tanxin")
    assert not two(one, security)
    assert two(one, system)


def test_two_accounts_of_one_person_are_never_two(site: Organization) -> None:
    one, other = make.staff(site), make.staff(make.county(), Role.COUNTY)
    assert two(one, other)
    Staff.objects.filter(pk=other.pk).update(person=one.person)
    assert not two(one, other)
    assert not two(one, one)
