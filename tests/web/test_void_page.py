"""R4: the county voids a number on a page that says beforehand what falls and that nothing brings it back."""

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration, VoidedNumber
from tests import factories as make
from tests.registrations.confirmed import completed, signed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def sign_in(client: Client, row: Registration) -> str:
    """The county's office of this person; returns the page's address."""
    signed_in(client, make.staff(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY))
    return f"/candidates/{row.pk}/void/"


def test_it_says_what_falls_before_the_act_and_acts_once(office: Client) -> None:
    row = signed()
    page = sign_in(office, row)
    said = office.get(page).content.decode()
    assert "作废后不能恢复" in said
    assert "签字作废" in said
    assert f'href="{page}"' in office.get(f"/candidates/{row.pk}/").content.decode()
    done = office.post(page, {"reason": "读错证件", "sure": "yes"})
    assert (done.status_code, done["Location"]) == (302, f"/candidates/{row.pk}/")
    assert VoidedNumber.objects.get().reason == "读错证件"
    story = office.get(f"/candidates/{row.pk}/").content.decode()
    assert "作废报名序号 0102 0001" in story
    assert "没有报名序号，不用作废" in office.get(page).content.decode()
    assert office.post(page, {"reason": "再来", "sure": "yes"}).status_code == 409


@pytest.mark.parametrize("sent", [{"reason": "读错证件"}, {"reason": "", "sure": "yes"}])
def test_what_is_missing_stands_at_its_field_and_what_was_typed_stays(office: Client, sent: dict[str, str]) -> None:
    row = signed()
    answer = office.post(sign_in(office, row), sent)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert ("checked" in said) == ("sure" in sent)
    assert (f'value="{sent["reason"]}"' in said) or not sent["reason"]
    assert not VoidedNumber.objects.exists()


def test_after_completion_the_page_leads_to_reopening(office: Client) -> None:
    row = completed()
    page = sign_in(office, row)
    assert "请先在考生页上重新打开" in office.get(page).content.decode()
    answer = office.post(page, {"reason": "读错证件", "sure": "yes"})
    assert answer.status_code == 409
    assert "请先重新打开" in answer.content.decode()
