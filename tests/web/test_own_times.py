"""R1: every page that shows times shows those that hold for the reader: of their area, with what was granted to it.

The control leaves out what was granted, and the pages tell the season's times again.
"""

from datetime import datetime

import pytest
from django.test import Client

from baoming.messages.models import Announcement
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.services import extensions
from baoming.schedule import queries
from baoming.schedule.extending import Scope, Wanted
from baoming.schedule.services import extend_for_area
from baoming.seasons.models import Season
from baoming.shared.moments import BEIJING
from tests import factories as make
from tests.registrations.test_save_form import at_the_form, candidate
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
DURING = datetime(2022, 11, 8, 10, tzinfo=BEIJING)
LATER = datetime(2022, 11, 11, 17, tzinfo=BEIJING)
AFTER = datetime(2022, 11, 12, 10, tzinfo=BEIJING)


@pytest.fixture
def person() -> Registration:
    return candidate()


def granted(phase: str, path: str, opens: datetime, closes: datetime = LATER) -> None:
    season = Season.objects.get(kind="demo")
    extend_for_area(season.pk, phase, path=path, opens=opens, closes=closes, reason="停电", by=make.PROVINCE)


def line(page: str, phase: str) -> str:
    """Return the row of the timetable."""
    return page.split(phase, 1)[1].split("</tr>", 1)[0]


def of_site(office: Client, person: Registration, role: Role = Role.OPERATOR) -> str:
    return signed_in(office, make.staff(person.site, role)).get("/").content.decode()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TEACHER])
@pytest.mark.parametrize("left_out", [False, True])
def test_staff_read_the_end_that_holds_for_their_site(
    office: Client, person: Registration, role: Role, left_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.at(DURING)
    granted("sign_up", person.path, DURING)
    if left_out:  # the control
        monkeypatch.setattr(queries, "_extensions", lambda *_: [])
    told = line(of_site(office, person, role), "缴报名费、填报信息")
    assert ("11月11日17:00" in told, "11月9日17:00" in told) == (not left_out, left_out)
    there = make.site("02", of="0103")
    assert "11月9日17:00" in line(signed_in(office, make.staff(there)).get("/").content.decode(), "缴报名费")


def test_a_phase_that_a_city_opened_early_is_told_from_its_own_beginning(office: Client, person: Registration) -> None:
    begun = datetime(2022, 11, 2, 8, tzinfo=BEIJING)
    make.at(DURING)
    granted("confirmation", "43/01/", begun, datetime(2022, 11, 20, 17, tzinfo=BEIJING))
    told = line(of_site(office, person), "核对报名登记表并签字")
    assert "11月2日8:00" in told
    assert "正在办理" in told


def test_what_is_open_there_already_is_no_warning_to_who_decides(office: Client, person: Registration) -> None:
    make.at(DURING)
    county = make.staff(make.county(), Role.COUNTY)
    wanted = Wanted(Scope.SITE, person.path, "sign_up", None, LATER, "停电")
    extensions.ask_extension(person.season, wanted, by=county.actor)
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    warning = "延长期内：核对报名登记表并签字2022年11月10日"
    assert warning in office.get("/extensions/").content.decode()
    granted("confirmation", "43/01/", DURING)
    assert warning not in office.get("/extensions/").content.decode()


def test_the_form_tells_when_it_ended_for_this_person(phone: Client, person: Registration) -> None:
    make.at(DURING)
    granted("sign_up", person.path, DURING)
    make.at(AFTER)
    phone.force_login(person.account)
    page = phone.get("/form/exam").content.decode()
    assert "已于2022年11月11日（周五）17:00结束" in page
    assert "11月9日" not in page


def test_the_timetable_of_a_county_that_was_chosen_holds_there(phone: Client, person: Registration) -> None:
    make.at(AFTER)
    granted("sign_up", "43/01/02/", DURING, datetime(2022, 11, 13, 17, tzinfo=BEIJING))
    assert "正在进行：缴报名费" not in phone.get("/").content.decode()
    phone.get("/sites/", {"county": "0103"})
    assert "正在进行：缴报名费" not in phone.get("/").content.decode()
    phone.get("/sites/", {"county": "0102"})
    page = phone.get("/").content.decode()
    assert "正在进行：缴报名费" in page
    assert "11月13日17:00止" in page
    assert "激活码到时有效" not in phone.get("/claim/").content.decode()


def test_more_time_for_a_site_is_read_by_its_people_and_under_its_county(phone: Client, person: Registration) -> None:
    make.at(DURING)
    county, second = (make.staff(make.county(), Role.COUNTY) for _ in range(2))
    wanted = Wanted(Scope.SITE, person.path, "sign_up", None, LATER, "停电")
    asked = extensions.ask_extension(person.season, wanted, by=county.actor)
    extensions.grant(asked.pk, by=second.actor)
    title = f"缴报名费、填报信息延长（{person.site.name}）"
    assert Announcement.objects.get().title == title
    assert title not in phone.get("/announcements/").content.decode()
    phone.get("/sites/", {"county": "0103"})
    assert title not in phone.get("/announcements/").content.decode()
    phone.get("/sites/", {"county": "0102"})
    assert title in phone.get("/announcements/").content.decode()
    phone.force_login(person.account)
    for place in ("/", "/announcements/"):
        assert title in phone.get(place).content.decode(), place
    elsewhere = at_the_form(make.site("07"))
    phone.force_login(elsewhere.account)
    assert title not in phone.get("/announcements/").content.decode()  # the control: of the next site
