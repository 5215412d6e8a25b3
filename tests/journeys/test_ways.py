"""The five special ways (R23 to R27), each from its first step to the ticket, with the refusals on the way.

They are gone one after the other in one installation, as at a real site; each way is a module of its own.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from launcher.stack import Stack
from tests.journeys import way_absent, way_expired_card, way_migrant, way_no_card, way_other_document

pytestmark = pytest.mark.journey
WAYS = {
    "a household elsewhere, which the county judges": way_migrant.story,
    "a residence card, on which the city decides": way_other_document.story,
    "no card yet, and what to do first": way_no_card.story,
    "an expired card, and the new one is owed": way_expired_card.story,
    "somebody who cannot come, and the card is owed": way_absent.story,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_special_way_leads_to_the_ticket(
    way: Callable[[Page, Page, Stack], None], desktop: Page, handset: Page, stack: Stack
) -> None:
    way(desktop, handset, stack)
