"""Every route of the candidate portal, by a stranger and by somebody who is signed in, against the table (Z1)."""

from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.matrix.tables import METHODS, table
from tests.matrix.world import CASE_KIND, Target, make_world, nameless
from tests.web.routes import routes

pytestmark = pytest.mark.django_db
LINES = table("candidate.tsv")
SENT = {"request_act": {"act": "withdraw"}}  # lest it find no act for want of a field


def ids(target: Target) -> dict[str, object]:
    return {
        "code": "X", "announcement_id": target.announcement.pk, "key": "contact", "no": 1, "kind": CASE_KIND,
        "case_id": target.case.pk,
    }  # fmt: skip


def said(client: Client, target: Target, route: str, method: str) -> str:
    cookies = client.cookies.copy()
    with transaction.atomic():
        sent = SENT.get(route, {}) if method == "POST" else {}
        place = address(target, route)
        answer = client.post(place, sent) if sent else client.generic(method, place)
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.status_code == 302 and answer.headers["Location"] == "/sign-in/":
        return "sign in"
    return "reached" if answer.status_code in {200, 302, 303, 409, 422} else str(answer.status_code)


def address(target: Target, route: str) -> str:
    if route not in (known := routes("candidate")):
        return f"/{route}"
    return reverse(f"candidate:{route}", kwargs={name: ids(target)[name] for name in known[route].pattern.converters})


def expected(line: dict[str, str], method: str, *, known: bool) -> str:
    if method not in line["methods"].split():
        return "405"
    if line["who"] == "cashier":
        return "400"
    return "reached" if known or line["who"] == "open" else "sign in"


def test_every_route_stands_in_the_table() -> None:
    assert {line["route"] for line in LINES} == {*routes("candidate"), *nameless("candidate")}


def test_what_routes_answer_is_what_the_table_says(phone: Client, nobody_outside: None) -> None:
    target = make_world().targets["own"]
    me = Client()
    assert target.person.account is not None
    me.force_login(target.person.account)
    wrong = [
        f"{method} {line['route']} by {'the candidate' if known else 'a stranger'}: {answer}"
        for line, method, (known, client) in product(LINES, sorted(METHODS), ((False, phone), (True, me)))
        if (answer := said(client, target, line["route"], method)) != expected(line, method, known=known)
    ]
    assert "\n".join(wrong) == ""
