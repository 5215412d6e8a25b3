"""Pages that are printed from code are the ones in the tree; a decision has a number of its own."""

from pathlib import Path

from baoming.web.management.commands.print_docs import Command as Printer
from baoming.web.management.commands.print_docs import journey_page, limits_page
from baoming.web.management.data_standard_page import data_standard_page
from tests.matrix.page import PAGE, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_journey_page_is_current() -> None:
    assert (DOCS / "journey.md").read_text("utf-8") == journey_page(), "run `make docs`"


def test_the_page_of_limits_is_current() -> None:
    assert (DOCS / "security" / "limits.md").read_text("utf-8") == limits_page(), "run `make docs`"


def test_the_page_of_the_data_standard_is_current() -> None:
    assert (DOCS / "data-standard.md").read_text("utf-8") == data_standard_page(), "run `make docs`"


def test_the_page_of_authorisation_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


def test_every_decision_has_a_number_of_its_own_and_none_is_left_out() -> None:
    numbers = sorted(int(page.name[:4]) for page in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_pages_are_printed_without_an_installation() -> None:
    """Whoever changes the code has no keys, hosts or services to set."""
    assert Printer.requires_system_checks == []
