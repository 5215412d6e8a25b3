"""A county with two sites and their numbers, for the tests of what it does with them (R4)."""

from typing import Any

import pytest

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.segments import (
    add_segment,
)
from baoming.seasons.models import Season
from tests import factories as make

COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")
CITY = Actor(kind=Party.CITY, id="", path="43/01/", label="李强")


def given(site: Organization, first: int, last: int) -> NumberSegment:
    """Give a site numbers of 0102, by serial."""
    return add_segment(
        Season.objects.get(), site, county=make.county(), first=1020000 + first, last=1020000 + last, by=COUNTY
    )


def issue(site: Organization, count: int = 1) -> list[int]:
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    return [issue_number(make.registration(site, done=make.before("number")).pk, by=by) for _ in range(count)]


def of(site: Organization) -> list[tuple[int, int]]:
    """A site's segments by serial."""
    return [
        (row.first - 1020000, row.last - 1020000) for row in NumberSegment.objects.filter(site=site).order_by("first")
    ]


def act(service: Any, site: Organization, *where: Any, **how: Any) -> Any:
    return service(Season.objects.get(), site, *where, county=make.county(), by=COUNTY, **how)


@pytest.fixture
def here() -> Organization:
    make.season()
    return make.site("01")


@pytest.fixture
def there(here: Organization) -> Organization:
    return make.site("02")


def last_event() -> tuple[str, dict[str, object]]:
    event = Event.objects.latest("id")
    return event.verb, event.details
