"""Every page of the office portal in each of its states, axe asked about all that are made of other parts (ux.md 4)."""

import pytest
from django.test import Client

from tests.access.test_office import _outside, look_at_every_page, office

__all__ = ["_outside", "office"]  # fixtures
pytestmark = pytest.mark.django_db


def test_every_state_of_every_page_can_be_used_by_everybody(office: Client) -> None:
    look_at_every_page(by_night=True)
