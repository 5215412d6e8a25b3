"""The five special ways (R23 to R27), each from its first step to the ticket, with the refusals on the way.

They are gone one after the other in one installation, as at a real site; each way is a module of its own.
"""

import pytest
from playwright.sync_api import Page

from launcher.stack import Stack
from tests.journeys import way_absent, way_expired_card, way_migrant, way_no_card, way_other_document

pytestmark = pytest.mark.journey


def test_who_has_a_household_elsewhere_is_judged_by_the_county_and_comes_to_the_ticket(
    desktop: Page, handset: Page, stack: Stack
) -> None:
    way_migrant.story(desktop, handset, stack)


def test_who_has_a_residence_card_is_registered_once_the_city_agrees(
    desktop: Page, handset: Page, stack: Stack
) -> None:
    way_other_document.story(desktop, handset, stack)


def test_who_has_no_card_yet_is_told_what_to_do_first_and_comes_back_with_it(
    desktop: Page, handset: Page, stack: Stack
) -> None:
    way_no_card.story(desktop, handset, stack)


def test_who_has_an_expired_card_is_registered_and_owes_the_new_one_until_it_is_read(
    desktop: Page, handset: Page, stack: Stack
) -> None:
    way_expired_card.story(desktop, handset, stack)


def test_who_cannot_come_is_registered_and_owes_the_card_until_it_is_read(
    desktop: Page, handset: Page, stack: Stack
) -> None:
    way_absent.story(desktop, handset, stack)
