"""Whose try it is, by network address."""

import pytest
from django.test import Client, RequestFactory, override_settings

from baoming.accounts.models import Account, Bucket
from baoming.web.addresses import client_address
from tests import factories as make


def seen(*, proxies: int, peer: str = "10.0.0.1", **headers: str) -> str:
    with override_settings(PROXIES=proxies):
        return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


def test_without_a_proxy_of_ones_own_the_header_is_not_believed() -> None:
    assert seen(proxies=0, peer="192.0.2.7", **{"X-Forwarded-For": "198.51.100.1"}) == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first was sent by the client
        (2, "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),  # did not come through both
        (1, "", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # one household
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_outermost_own_proxy_says_who_it_was(proxies: int, header: str, address: str) -> None:
    assert seen(proxies=proxies, **{"X-Forwarded-For": header}) == address


@pytest.mark.django_db
def test_sign_in_claim_and_phone_codes_are_counted_by_that_address(phone: Client) -> None:
    make.season()
    row = make.registration(make.site(), done=make.before("phone"))
    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
    row.save()
    sent = {"name": row.name, "number": make.number(998), "valid_to": "2031-03-18", "code": "短"}
    with override_settings(PROXIES=1):
        behind = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}
        phone.post("/claim/", sent, headers=behind)
        phone.post("/sign-in/", {"number": make.number(998), "password": "x"}, headers=behind)
        phone.force_login(row.account)
        phone.post("/phone/", {"act": "send", "phone": "19900006021"}, headers=behind)
    counted = Bucket.objects.filter(key__contains="at:").values_list("key", flat=True)
    assert set(counted) == {"claim-at:198.51.100.1", "at:198.51.100.1", "sms-at:198.51.100.1"}
