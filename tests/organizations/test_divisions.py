"""Hunan's cities and counties as the product ships them."""

from tests.forms.samples import DIVISIONS


def test_hunan_has_14_cities_and_their_counties() -> None:
    assert DIVISIONS.province == "湖南省"
    assert len(DIVISIONS.cities) == len(DIVISIONS.counties) == 14
    assert sum(map(len, DIVISIONS.counties.values())) >= 122


def test_every_county_stands_under_its_city() -> None:
    for city, counties in DIVISIONS.counties.items():
        assert all(county[:4] == city[:4] for county in counties)


def test_a_county_is_found_in_its_own_city_only() -> None:
    assert DIVISIONS.county_name("430100", "430102") == "芙蓉区"
    assert DIVISIONS.county_name("430200", "430102") is None
    assert DIVISIONS.county_name("none", "430102") is None
