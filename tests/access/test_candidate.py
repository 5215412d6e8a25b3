"""What the candidate portal answers to those who have filled in nothing, too much, or something that is wrong."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from baoming.config.settings import content_policy
from tests.access import pages
from tests.access.pages import Shown
from tests.access.window import window
from tests.audit.test_walk import _outside
from tests.forms.samples import FORM
from tests.journeys.access import PHONES, faults
from tests.registrations.test_save_form import candidate, now, type_in

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


def test_every_refusal_can_be_used_by_everybody() -> None:
    """In usual letters on a usual phone and in large ones on a narrow one; the pages themselves: tests/journeys."""
    policy = {"DIRECTIVES": content_policy("candidate")}
    with override_settings(
        PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate", CONTENT_SECURITY_POLICY=policy
    ):
        shown = [*pages.without_twins(pages.of_acts("candidate")), *of_the_form()]
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
