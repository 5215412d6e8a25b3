"""Whatever is sent to any route of either portal, by each role of the office, whole: `make test` sends parts of it."""

import pytest
from django.test import Client

from baoming.registrations.models import Registration
from tests.web.conftest import office, phone, without_haste
from tests.web.test_nasty_input import row, send_to_candidate, send_to_office

__all__ = ["office", "phone", "row", "without_haste"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_haste")]


def test_no_route_of_the_office_breaks_whoever_sends_what(office: Client, row: Registration) -> None:
    send_to_office(row, parts=1)


def test_no_route_of_the_candidate_breaks(phone: Client, row: Registration) -> None:
    send_to_candidate(phone, row, parts=1)
