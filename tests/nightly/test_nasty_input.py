"""Whatever is sent to any route of the office, by each role, whole: `make test` lets three of four send a third."""

import pytest

from baoming.registrations.models import Registration
from tests.web.conftest import office, without_haste
from tests.web.test_nasty_input import row, send_to_office

__all__ = ["office", "row", "without_haste"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office", "without_haste")]


def test_no_route_of_the_office_breaks_whoever_sends_what(row: Registration) -> None:
    send_to_office(row, parts=1)
