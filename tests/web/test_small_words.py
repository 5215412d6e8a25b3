"""Small things that people tripped over: one act in two words, whose clock it is, long lists, resets nobody told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baoming.forms.schools import SHOWN, Schools
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import resets
from baoming.registrations.models import Registration
from baoming.registrations.queries import DEBT
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.sheets import open_correction
from baoming.registrations.services.steps import place_hold
from baoming.schedule.models import Extension
from baoming.shared.moments import moment
from baoming.web.candidate import viewers
from baoming.web.office.staff import by_city
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.attached import declared, saved
from tests.registrations.test_save_form import candidate
from tests.reviews.test_undoing import assessed
from tests.web.conftest import signed_in
from tests.web.test_viewers import lines

pytestmark = pytest.mark.django_db


def acts_on_a_photo(phone: Client) -> list[str]:
    row = candidate()
    confirmed.photographed(row)
    phone.force_login(row.account)
    return [what for what, _, _ in lines(phone) if "照片" in what]


def test_one_act_stands_under_one_word(phone: Client) -> None:
    assert acts_on_a_photo(phone) == ["采集照片"]


def test_control_without_the_table_it_stands_under_two(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "_TOLD_BY", {})
    assert sorted(acts_on_a_photo(phone)) == ["照片采集", "采集照片"]


def test_a_page_says_whose_clock_it_shows(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    foot = office.get("/rosters/").content.decode().partition('<footer class="foot">')[2]
    assert "演示时间" in foot
    assert "北京时间" not in foot


def test_a_roster_of_more_than_a_page_goes_on(office: Client) -> None:
    season, site = make.season(), make.site()
    rows = [
        RosterRow(n, f"G9900012005031{n:04d}1", f"生{n}", "高三（1）班", class_number=f"{n:03d}") for n in range(205)
    ]
    by = signed_in(office, make.staff(site)) and make.staff(site).actor
    import_roster(season, site, rows, by=by)
    first, second = (office.get(f"/rosters/?page={page}").content.decode() for page in (1, 2))
    assert "还没有到场的205人" in first
    assert ("生199<" in first, "生200<" in first) == (True, False)
    assert ("生199<" in second, "生204<" in second) == (False, True)
    assert "第201—205人，共205人" in second
    assert office.get("/rosters/?page=²").status_code == 200


@pytest.mark.parametrize(("many", "more"), [(SHOWN, False), (SHOWN + 1, True)])
def test_exactly_as_many_schools_as_are_shown_are_all_there_are(many: int, more: bool) -> None:
    rows = [{"code": f"{n:04d}", "name": f"演示第{n}中学"} for n in range(many)]
    schools = Schools.parse({"schools": rows})
    assert (len(schools.like("演示")), schools.more_like("演示")) == (SHOWN, more)


def test_a_login_password_that_was_reset_is_told_for_a_week(phone: Client) -> None:
    row = candidate()
    account = row.account
    assert account
    phone.force_login(account)
    assert "登录密码已于" not in phone.get("/tasks/").content.decode()
    account.login_recovered_at = timezone.now()
    account.save()
    assert "用短信重设。不是本人重设的，请马上带身份证到报名点办理" in phone.get("/tasks/").content.decode()
    late = timezone.now() + resets.TOLD
    assert resets.login_told(late, done=account.login_recovered_at) == ""
    assert resets.login_told(late - timedelta(minutes=1), done=account.login_recovered_at)


def test_a_save_password_that_was_reset_is_told_too(phone: Client) -> None:
    row = candidate()
    account = row.account
    assert account
    account.save_reset_at = make.A_MINUTE + row.created_at
    account.save()
    phone.force_login(account)
    assert "您的保存密码已于" in phone.get("/tasks/").content.decode()


def test_offices_stand_under_their_city(office: Client) -> None:
    make.season()
    province = Organization.objects.get(level="province")
    page = signed_in(office, make.staff(province, Role.SYSTEM_ADMIN)).get("/staff/").content.decode()
    assert page.count('<optgroup label="') == 3 * 14
    paths = dict(Organization.objects.exclude(level="site").order_by("path").values_list("path", "name"))
    groups = by_city(paths)
    assert (groups[0][0], groups[0][1][0][0]) == ("", "43/")
    assert sum(len(offices) for _, offices in groups) == len(paths)


def tasks(phone: Client, row: Registration) -> str:
    phone.force_login(row.account)
    return phone.get("/tasks/").content.decode()


def owing() -> Registration:
    row = assessed()
    place_hold(row, kind=DEBT, steps=[], reason="证件信息是手工录入的", by=confirmed.operator(row))
    return row


def test_a_card_that_has_still_to_be_read_reads_as_what_the_candidate_does(phone: Client) -> None:
    row = owing()
    now = tasks(phone, row).partition("现在要做")[2].partition("</section>")[0]
    assert '<span class="row-title">带身份证到报名点读卡</span>' in now
    assert "证件信息是手工录入的" in now
    assert "县区完成" not in now


def test_offices_read_the_same_and_the_step_on_the_way_keeps_its_name(office: Client) -> None:
    row = owing()
    told = signed_in(office, make.staff(row.site)).get(f"/candidates/{row.pk}/").content.decode()
    assert '<span class="state problem">考生带身份证到报名点读卡</span>' in told
    assert '<li class="problem">县区完成' in told


def test_a_correction_that_runs_is_told_above_the_tasks_with_its_end(phone: Client) -> None:
    row = confirmed.printed()
    assert "单独为您开放了更正" not in tasks(phone, row)
    open_correction(row.pk, hours=24, by=confirmed.operator(row))
    page = tasks(phone, row)
    closes = Extension.objects.get(subject=row.pk).closes
    assert f"单独为您开放了更正，{moment(closes)}之前可以修改报名信息" in page
    assert f"请到{row.site.name}重新打印、签字" in page
    assert page.count("可以修改报名信息") == 1


def test_while_everybody_may_change_the_form_nothing_is_called_a_correction(phone: Client) -> None:
    row = confirmed.printed()
    open_correction(row.pk, hours=72, by=confirmed.operator(row))
    make.season("sign_up")
    assert "单独为您开放了更正" not in tasks(phone, row)


def test_a_declaration_that_stands_is_changed(phone: Client) -> None:
    row = saved(2023, "declarations")
    phone.force_login(row.account)
    assert ">确认申报</button>" in phone.get("/declarations/").content.decode()
    declared(row)
    assert ">修改申报</button>" in phone.get("/declarations/").content.decode()


def test_the_menu_leads_to_classes_where_somebody_acts_on_them(office: Client) -> None:
    make.season()
    county = make.county()
    assert county.parent
    assert county.parent.parent
    for place, role in ((county, Role.COUNTY), (county.parent, Role.CITY), (county.parent.parent, Role.PROVINCE)):
        bar = signed_in(office, make.staff(place, role)).get("/").content.decode().partition("</nav>")[0]
        assert ('href="/classes/"' in bar) is (role is not Role.PROVINCE), role
