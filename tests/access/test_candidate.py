"""What the candidate portal answers to those who have filled in nothing, too much, or something that is wrong."""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.test import Client, override_settings

from baoming.config.settings import content_policy
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from tests.access import pages
from tests.access.pages import Shown
from tests.access.window import window
from tests.audit.acts import cases
from tests.audit.test_walk import _outside
from tests.forms.samples import FORM
from tests.journeys.access import PHONES, faults
from tests.registrations.test_save_form import candidate, me, now, type_in
from tests.reviews import asking
from tests.reviews.files import office

__all__ = ["_outside"]  # a fixture
pytestmark = [pytest.mark.journey, pytest.mark.django_db]


def of_the_form() -> Iterator[Shown]:
    """Each page of the form, left empty and filled with what is far too long."""
    row = candidate()
    type_in(row)
    client = Client()
    assert row.account
    client.force_login(row.account)
    for page in FORM.pages:
        asked = {"asked": [field.key for field in page.fields]}
        names = [name for field in page.fields for name in field.inputs]
        for state, typed in ((pages.EMPTY, {}), ("too much filled in", dict.fromkeys(names, pages.TOO_MUCH))):
            answer = client.post(f"/form/{page.key}", {**asked, **typed, "revision": now(row)})
            yield from pages.seen("candidate", "form_page", f"{page.key}, {state}", answer)


def undone(build: Callable[[], Iterator[Shown]]) -> list[Shown]:
    """Pages of people who are gone again: each that follows begins with the same site."""
    with transaction.atomic():
        found = list(build())
        transaction.set_rollback(True)
    return found


def of_requests() -> Iterator[Shown]:
    """A request in each of its states, as its candidate sees it, and what each act answers to nothing filled in."""
    row, given_back = cases.given_back()
    client = cases.inside(row)
    accommodation = asking.asked(row, "accommodation")
    stages = {
        "waits": lambda: None,
        "handed on": lambda: asking.do(accommodation, Act.FORWARD, office(row, "site")),
        "decided": lambda: cases.refuse_assessed(accommodation, row),
        "received": lambda: asking.do(accommodation, Act.RECEIVE, me(row)),
        "objected": lambda: asking.do(accommodation, Act.OBJECT, me(row), note="评估时没有带助视器"),
    }
    yield from pages.seen("candidate", "requests", "one given back", client.get("/requests/"))
    yield from _of_request(client, given_back, "given back")
    for stage, come_there in stages.items():
        come_there()
        yield from _of_request(client, accommodation, stage)
    asking.redraft(row)
    for kind in ("correction", "fee_exemption", "accommodation"):
        place = f"/requests/new/{kind}/"
        yield from pages.seen("candidate", "request_new", kind, client.get(place))
        yield from pages.seen("candidate", "request_new", f"{kind}, {pages.EMPTY}", client.post(place))


def _of_request(client: Client, case: Case, stage: str) -> Iterator[Shown]:
    case.refresh_from_db()
    yield from pages.seen("candidate", "request", stage, client.get(f"/requests/{case.pk}/"))
    for act in (Act.SUPPLY, Act.WITHDRAW, Act.OBJECT):
        answer = client.post(f"/requests/{case.pk}/act/", {"act": act, "seen": str(case.newest)})
        yield from pages.seen("candidate", "request_act", f"{act}, {stage}, {pages.EMPTY}", answer)


def test_every_refusal_can_be_used_by_everybody() -> None:
    """In usual letters on a usual phone and in large ones on a narrow one; the pages themselves: tests/journeys."""
    policy = {"DIRECTIVES": content_policy("candidate")}
    with override_settings(
        PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate", CONTENT_SECURITY_POLICY=policy
    ):
        shown = [*pages.without_twins([*pages.of_acts("candidate"), *undone(of_requests)]), *of_the_form()]
    assert sum(one.refuses for one in shown) > 20
    found = dict[str, list[str]]()
    with window(PHONES[0]) as phone:
        for one in shown:
            page = phone.show(one)
            wrong = ["the summary of errors has no focus"] if one.refuses and not phone.summary_has_focus() else []
            wrong += faults(page, [PHONES[0], PHONES[-1]])
            if wrong:
                found[one.name] = wrong
    assert found == {}
    assert phone.broken == []
