"""Lists of cases say of a grant that counts no more what the case itself says (R15, R22)."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews.cases import LAPSED, RESUMED, Act
from baoming.reviews.models import Case
from baoming.reviews.services import undo_withdrawal
from baoming.web.office.story import cases as story
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import files
from tests.reviews.asking import asked, do
from tests.reviews.test_referrals_later import reread
from tests.web.conftest import signed_in
from tests.web.test_confirmation import of_county

pytestmark = pytest.mark.django_db
GRANTED = "已同意"


def resumed() -> Registration:
    row = confirmed.saved()
    do(asked(row, "admitted", by=files.site(row)), Act.GRANT, files.county(row))
    undo_withdrawal(row.pk, reason="录取名单有误", by=files.county(row))
    return row


def moved() -> Registration:
    row = files.county_passed()
    reread(row, "湘岭市青麓县麻石街道2号")
    return row


@pytest.mark.parametrize(("made", "said"), [(resumed, RESUMED), (moved, LAPSED)])
def test_a_grant_that_counts_no_more_is_none_in_the_lists(
    office: Client, made: Callable[[], Registration], said: str
) -> None:
    row = made()
    of_county(office, row)
    for shown in (office.get("/cases/", {"tab": "closed"}), office.get(f"/candidates/{row.pk}/")):
        assert said in shown.content.decode()
        assert f">{GRANTED}<" not in shown.content.decode()


def test_control_where_the_candidates_page_asks_the_case_alone_it_is_granted(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "fallen_of", lambda *_: "")
    with pytest.raises(AssertionError):
        test_a_grant_that_counts_no_more_is_none_in_the_lists(office, resumed, RESUMED)


def test_the_next_county_counts_none_of_it(office: Client) -> None:
    row = resumed()
    assert re.search(r"已办结\D+1", of_county(office, row).get("/cases/").content.decode())
    neighbour = signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY))
    assert re.search(r"已办结\D+0", neighbour.get("/cases/").content.decode())


def test_on_the_phone_too_the_list_and_the_case_say_it(phone: Client) -> None:
    row = resumed()
    row.refresh_from_db()
    assert row.account
    phone.force_login(row.account)
    assert RESUMED in phone.get("/requests/").content.decode()
    one = phone.get(f"/requests/{Case.objects.get().pk}/").content.decode()
    assert RESUMED in one
    assert "重新审核" not in one
