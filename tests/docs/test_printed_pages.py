"""Pages that are printed from code are the ones in the tree."""

from pathlib import Path

from baoming.web.management.commands.print_docs import journey_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_journey_page_is_current() -> None:
    assert (DOCS / "journey.md").read_text("utf-8") == journey_page(), "run `make docs`"
