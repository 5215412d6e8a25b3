"""Pages of both portals in each state, axe asked about all that are made of other parts and in each size (ux.md 4)."""

from pathlib import Path

import pytest
from django.test import Client

from baoming.registrations.models import Registration
from tests.access.test_office import _outside, look_at_every_page, office
from tests.journeys import test_access as candidates
from tests.journeys.test_access import people

__all__ = ["_outside", "office", "people"]  # fixtures


@pytest.mark.django_db
def test_every_state_of_every_page_can_be_used_by_everybody(office: Client) -> None:
    look_at_every_page(by_night=True)


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_candidate_can_be_used_in_each_size(people: dict[str, Registration], tmp_path: Path) -> None:
    candidates.look_at_every_page(people, tmp_path, by_night=True)
