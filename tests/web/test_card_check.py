"""R10: at the site the own card, read there and then, stands for the face check; nobody passes who has not come."""

import pytest
from django.test import Client

from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import card_checks
from tests import factories as make
from tests.web.test_card_twice import _paired, reading  # noqa: F401  (the paired reader, a fixture)
from tests.web.test_confirmation import of_site, page

pytestmark = pytest.mark.django_db


def at_the_check(office: Client, how: str = "card") -> tuple[Registration, str]:
    make.season("sign_up")
    row = make.registration(make.site(opened=True), done=make.before("person_check"))
    Registration.objects.update(reading=how)
    of_site(office, row)
    assert "凭证件当面核对" in page(office, row)
    return row, f"/candidates/{row.pk}/person-check/"


def test_the_card_read_at_the_site_stands_for_the_face_check(office: Client) -> None:
    row, own = at_the_check(office)
    for sent, said in (
        ({"person_seen": "yes"}, "读卡"),
        ({"card": reading(make.document(number=make.number(77)), nonce="c1")}, "和这份报名的不同"),
    ):
        refused = office.post(own, sent)
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert not PersonCheck.objects.exists()
    card = reading(document_of(row), nonce="c2")
    assert office.post(own, {"card": card}).status_code == 302
    assert PersonCheck.objects.get().method == "card"


def test_a_card_that_no_reader_reads_is_seen(office: Client) -> None:
    _, own = at_the_check(office, "typed")
    refused = office.post(own)
    assert refused.status_code == 422
    assert "请先当面核对本人和证件" in refused.content.decode()
    assert office.post(own, {"person_seen": "yes"}).status_code == 302


def test_who_has_not_come_cannot_have_been_seen(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _, own = at_the_check(office, "typed")
    monkeypatch.setattr(card_checks, "is_absent", lambda _: True)
    refused = office.post(own, {"person_seen": "yes"})
    assert refused.status_code == 422
    assert "请先在受理台补读身份证" in refused.content.decode()
    monkeypatch.undo()
    assert office.post(own, {"person_seen": "yes"}).status_code == 302
