"""The story presets no judgement and offers no destruction first; a column that nobody has reached is not shown."""

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews.services import assess_morals
from tests import factories as make
from tests.registrations.classes import pupils
from tests.registrations.confirmed import MORAL, operator, signed
from tests.reviews.test_class_kinds import do, submitted
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def story(office: Client, row: Registration, role: Role) -> str:
    place = row.site if role is Role.OPERATOR else Organization.objects.get(code="0102", level="county")
    signed_in(office, make.staff(place, role))
    return office.get(f"/candidates/{row.pk}/").content.decode()


def chosen(page: str) -> list[str]:
    return [part.split(">")[0] for part in page.split('name="qualified"')[1:] if "checked" in part.split(">")[0]]


def test_a_moral_assessment_has_to_be_chosen_and_one_that_was_made_stands(office: Client) -> None:
    row = signed()
    page = story(office, row, Role.OPERATOR)
    assert page.count('name="qualified"') == 2
    assert chosen(page) == []
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    assert office.post(f"/candidates/{row.pk}/moral/", {"text": MORAL}).status_code == 422


def test_voiding_a_number_is_no_button_of_the_head(office: Client) -> None:
    row = signed()
    page = story(office, row, Role.COUNTY)
    head = page[page.index('class="story-head"') : page.index("现在要办什么")]
    assert "作废报名序号" not in head
    assert "作废报名序号" in page[page.index('id="decisions"') :]


def test_how_many_were_sent_is_counted_once_some_were(office: Client) -> None:
    make.season("confirmation")
    site = make.site()
    signed_in(office, make.staff(site))
    do("moral", site, pupils(site, 2, stage="signed"))
    assert "已上报" not in office.get("/classes/").content.decode()
    submitted(site, 1)
    assert "已上报</th>" in office.get("/classes/").content.decode()
