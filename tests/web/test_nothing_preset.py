"""No page presets a judgement or an answer, nor offers destruction first; what nobody has reached has no column."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from django.test import Client, override_settings

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import form_queries
from baoming.registrations.form_queries import Typed, form_of
from baoming.registrations.models import Registration
from baoming.reviews.services import assess_morals
from tests import factories as make
from tests.forms.samples import FILLED
from tests.matrix.asking import LINES, address
from tests.matrix.world import make_world
from tests.registrations.classes import pupils
from tests.registrations.confirmed import MORAL, operator, signed
from tests.registrations.test_save_form import candidate
from tests.reviews.test_class_kinds import do, submitted
from tests.seasons_kept import loaded
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


def preset(page: str) -> set[str]:
    """Return the questions of a page that have several answers, one of them ticked."""
    answers = defaultdict[str, list[bool]](list)
    for button in re.findall(r'<input[^>]*type="radio"[^>]*>', page):
        answers[re.findall(r'name="([^"]+)"', button)[0]].append(" checked" in button)
    return {name for name, ticked in answers.items() if len(ticked) > 1 and any(ticked)}


def asked(page: str) -> set[str]:
    return set(re.findall(r'<input[^>]*type="radio"[^>]*name="([^"]+)"', page))


def office_pages() -> Iterator[tuple[str, str]]:
    """Every page of every role, about somebody who has saved a form and of whom nobody has judged anything."""
    world = make_world()
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        for line, role in product(LINES, Role):
            if role in line.roles and "GET" in line.methods:
                answer = signed_in(Client(), world.staff[role]).get(address(line, world.targets["own"]))
                yield f"{line.key} by {role}", "" if answer.streaming else answer.content.decode(errors="replace")


def candidate_pages(year: int) -> Iterator[tuple[str, str]]:
    """Every page of somebody who has typed nothing yet."""
    loaded(year)
    row = candidate()
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        for page in form_of(row.season).pages:
            client = Client()
            client.force_login(row.account)
            yield page.key, client.get(f"/form/{page.key}").content.decode()
        yield "review-form", Client().get("/review-form/").content.decode()


@pytest.mark.slow
def test_no_office_page_presets_an_answer() -> None:
    pages = dict(office_pages())
    found = {name: preset(page) for name, page in pages.items() if preset(page)}
    assert found == {"desk_check by operator": {"sex"}}  # what was typed is corrected there, and shown as it was typed
    assert set().union(*map(asked, pages.values())) >= {"qualified"}


@pytest.mark.parametrize("year", [2023, 2025])
def test_no_page_of_the_form_presets_an_answer(year: int) -> None:
    pages = dict(candidate_pages(year))
    assert {name: preset(page) for name, page in pages.items() if preset(page)} == {}
    assert len(set().union(*map(asked, pages.values()))) > 5


def test_control_a_form_that_answers_for_the_candidate_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_queries, "typed_of", lambda *_: Typed(raw=FILLED))
    with pytest.raises(AssertionError, match="first_subject"):
        test_no_page_of_the_form_presets_an_answer(2023)
