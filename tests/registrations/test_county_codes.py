"""R4: a county may own more than one code; the province adds it, and takes it back while it is unused."""

from typing import Any

import pytest

from baoming.audit.actors import Actor
from baoming.organizations.models import Organization
from baoming.registrations.models import CountyCode
from baoming.registrations.segment_queries import county_codes
from baoming.registrations.services.county_codes import add_code, drop_code
from baoming.registrations.services.segments import (
    add_segment,
    return_numbers,
)
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.segments import CITY, COUNTY, act, here, there

__all__ = ["here", "there"]  # fixtures
pytestmark = pytest.mark.django_db


def test_the_province_adds_a_code_and_the_county_uses_it(here: Organization) -> None:
    season, county = Season.objects.get(), make.county()
    with pytest.raises(Invalid, match="01020001到01029999之间"):
        add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    add_code(season, county, code="0199", by=make.PROVINCE)
    add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    assert county_codes(season.pk, county) == ["0102", "0199"]
    with pytest.raises(Invalid, match="01990001到01999999之间"):  # across two codes
        add_segment(season, here, county=county, first=1029990, last=1990005, by=COUNTY)
    neighbour = make.site("01", of="0103")
    with pytest.raises(Invalid, match="01030001到01039999之间"):
        add_segment(season, neighbour, county=make.county("0103"), first=1990101, last=1990200, by=COUNTY)


@pytest.mark.parametrize(
    ("code", "said"),
    [("0103", "雨花区|天心区|代码"), ("99", "4位数字"), ("01x9", "4位数字"), ("", "4位数字"), ("0000", "4位数字"),
     ("０１９９", "4位数字")],
)  # fmt: skip
def test_codes_that_cannot_be_added(here: Organization, code: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        add_code(Season.objects.get(), make.county(), code=code, by=make.PROVINCE)


def test_a_code_belongs_to_one_county(here: Organization) -> None:
    season = Season.objects.get()
    add_code(season, make.county(), code="0199", by=make.PROVINCE)
    for county in (make.county(), make.county("0103")):
        with pytest.raises(Invalid, match=r"已经是.*增加的代码"):
            add_code(season, county, code="0199", by=make.PROVINCE)
    assert CountyCode.objects.count() == 1


def test_a_code_is_taken_back_while_no_site_has_numbers_of_it(here: Organization) -> None:
    season, county = Season.objects.get(), make.county()
    add_code(season, county, code="0199", by=make.PROVINCE)
    row = add_segment(season, here, county=county, first=1990001, last=1990100, by=COUNTY)
    with pytest.raises(Refused, match="已经划给报名点"):
        drop_code(season, county, code="0199", by=make.PROVINCE)
    act(return_numbers, here, row.pk, count=100)
    drop_code(season, county, code="0199", by=make.PROVINCE)
    with pytest.raises(Refused, match="没有增加过"):  # twice
        drop_code(season, county, code="0199", by=make.PROVINCE)


@pytest.mark.parametrize("service", [add_code, drop_code])
@pytest.mark.parametrize("who", [COUNTY, CITY])
def test_only_the_province_adds_codes(here: Organization, service: Any, who: Actor) -> None:
    with pytest.raises(NotOpen, match="省教育考试院"):
        service(Season.objects.get(), make.county(), code="0199", by=who)
