"""R1, R4: what anybody may see without signing in."""

from datetime import datetime, timedelta

import pytest
from django.test import Client, override_settings

from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import current_season
from tests import factories as make
from tests.seasons_kept import loaded

pytestmark = pytest.mark.django_db


def sign_up_ends() -> datetime:
    closes = Phase.objects.get(key="sign_up").closes
    assert closes
    return closes


def home(phone: Client) -> str:
    return phone.get("/").content.decode()


def test_the_last_48_hours_are_counted_down_and_no_earlier(phone: Client) -> None:
    make.season("sign_up")
    make.at(sign_up_ends() - timedelta(hours=47, minutes=59, seconds=30))
    assert "离截止还有" in home(phone)
    assert 'aria-label="小时 47"' in home(phone)
    make.at(sign_up_ends() - timedelta(hours=49))
    assert "离截止还有" not in home(phone)


def test_nothing_is_counted_down_after_the_end(phone: Client) -> None:
    make.season("sign_up")
    make.at(sign_up_ends() + timedelta(seconds=1))
    assert "离截止还有" not in home(phone)
    assert "已经结束" in home(phone)


def test_the_timetable_is_in_the_order_of_its_dates_and_names_another_year(phone: Client) -> None:
    make.season("sign_up")
    page = home(phone)
    places = [page.index(name) for name in ("专业统考报名", "市州终审、上报", "缴高考考试费", "打印准考证")]
    assert places == sorted(places)
    assert "2023年6月2日" in page


def test_the_sites_of_a_county_are_found_with_address_and_telephone(phone: Client) -> None:
    make.season()
    make.site("01", of="0102")
    make.site("02", of="0103")
    found = phone.get("/sites/", {"county": "0102"}).content.decode()
    assert "测试01中学报名点" in found
    assert "0731-00000102" in found
    assert "测试02中学报名点" not in found
    assert "芙蓉区" in phone.get("/sites/").content.decode()


@pytest.mark.parametrize("county", ["9999", "x" * 500, "0102'"])
def test_a_county_that_is_none_is_told(phone: Client, county: str) -> None:
    make.season()
    assert "没有这个县（市、区）" in phone.get("/sites/", {"county": county}).content.decode()


def test_a_county_without_sites_says_so(phone: Client) -> None:
    make.season()
    assert "还没有公布报名点" in phone.get("/sites/", {"county": "0105"}).content.decode()


def test_the_practice_season_is_served_under_its_own_name(phone: Client) -> None:
    loaded()
    loaded(kind="practice")
    with override_settings(DEMO_KIND="practice"):
        assert current_season()[0].kind == Season.Kind.PRACTICE
        assert "演练：这里填写的内容不作为正式报名" in phone.get("/").content.decode()
    assert current_season()[0].kind == Season.Kind.DEMO
    assert "演示：这里填写的内容不作为正式报名" in phone.get("/").content.decode()
