"""R27: the page of who cannot come: what is offered when, and that no odd request breaks it."""

from uuid import uuid4

import pytest
from django.test import Client

from baoming.messages.models import Message
from baoming.registrations.absent_queries import handed_in, newest_hand_in
from baoming.registrations.models import Activation
from baoming.registrations.queries import document_of
from baoming.registrations.services import hand_ins
from baoming.registrations.services.intake import reread_card
from baoming.registrations.services.slips import print_slip
from baoming.shared.errors import NotOpen, Refused
from baoming.web.office import desk
from tests import factories as make
from tests.registrations import absent
from tests.registrations.test_hand_ins import over
from tests.reviews import files
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def test_after_intake_what_came_in_its_last_minutes_can_still_be_given_back(office: Client) -> None:
    row = absent.away()
    came = absent.handed(row)
    over(row)
    with pytest.raises(NotOpen, match="请县（市、区）为这名考生延长时间"):
        hand_ins.accept_hand_in(row.pk, came.pk, by=files.site(row))
    signed_in(office, make.staff(row.site))
    shown = office.get(f"/desk/{row.pk}/absent/").content.decode()
    assert "请县（市、区）为这名考生延长时间" in shown
    assert "采用这张照片" not in shown
    sent = absent.sent("return", row, retake="glare")
    assert office.post(f"/desk/{row.pk}/absent/", sent).status_code == 302
    came.refresh_from_db()
    assert came.state == "returned"
    assert newest_hand_in(row) == came
    assert not Message.objects.filter(template="hand_in_returned").exists()
    shown = office.get(f"/desk/{row.pk}/absent/").content.decode()
    assert "没有发短信和新码" in shown
    assert handed_in(row.season_id, row.path) == []


@pytest.mark.parametrize("which", ["unknown", "open", "open with a picture"])
def test_what_is_no_photo_that_came_is_refused_and_breaks_nothing(office: Client, which: str) -> None:
    row = absent.away()
    made = absent.uploaded(row) if which.endswith("picture") else absent.issued(row)
    named = uuid4() if which == "unknown" else made.pk
    signed_in(office, make.staff(row.site))
    for act in ("accept", "return"):
        sent = {"act": act, "hand_in": str(named), "retake": "glare"}
        answer = office.post(f"/desk/{row.pk}/absent/", sent)
        assert answer.status_code == 422
        assert "已经处理过" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "open"


def test_the_ordinary_slip_of_who_cannot_come_is_refused_and_not_offered(office: Client) -> None:
    row = absent.numbered(absent.away())
    with pytest.raises(Refused, match="请到“因故不能到场”页交给监护人，或者用短信发激活码"):
        print_slip(row.pk, by=files.site(row))
    signed_in(office, make.staff(row.site))
    shown = office.get(f"/desk/{row.pk}/").content.decode()
    assert f"/desk/{row.pk}/slip/" not in shown
    assert "因故不能到场：交通知单" in shown
    refused = office.post(f"/desk/{row.pk}/slip/")
    assert refused.status_code == 409
    assert "交给监护人" in refused.content.decode()
    assert not Activation.objects.exists()
    reread_card(row.pk, document_of(row), reader="R01", nonce="n1", by=files.site(row))
    assert f"/desk/{row.pk}/slip/" in office.get(f"/desk/{row.pk}/").content.decode()
    assert office.post(f"/desk/{row.pk}/slip/").status_code == 200


def test_a_photo_that_was_handed_in_stands_on_the_candidates_page_with_where_it_came_from(office: Client) -> None:
    row = absent.numbered(absent.away())
    signed_in(office, make.staff(row.site))
    shown = office.get(f"/candidates/{row.pk}/")
    assert shown.status_code == 200
    assert "网上交来" in shown.content.decode()


def test_of_who_cannot_come_nobody_has_to_say_that_they_came(office: Client) -> None:
    row = absent.away()
    shown = signed_in(office, make.staff(row.site)).get(f"/desk/{row.pk}/").content.decode()
    assert "本人没有到场，凭证件、学籍照片和送来的材料核对是本人" in shown
    assert "到场的是证件上的本人" not in shown.replace("到场的不是证件上的本人", "")


def test_control_where_they_are_taken_for_somebody_who_came_it_is_asked(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "is_absent", lambda _: False)
    with pytest.raises(AssertionError):
        test_of_who_cannot_come_nobody_has_to_say_that_they_came(office)


def test_a_photo_that_came_is_told_on_the_first_page_of_its_site_alone(office: Client) -> None:
    row = absent.away()
    assert "交来了照片" not in signed_in(office, make.staff(row.site)).get("/").content.decode()
    absent.handed(row)
    assert "1名不能到场的考生交来了照片，等您审核" in office.get("/").content.decode()
    other = signed_in(Client(), make.staff(make.site("02")))
    assert "交来了照片" not in other.get("/").content.decode()
