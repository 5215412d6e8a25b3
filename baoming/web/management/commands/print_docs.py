"""Print the documentation pages that are printed from code: `manage.py print_docs`."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from baoming.audit.actors import PARTY_NAMES
from baoming.registrations.journey import JOURNEY, Step, Trait, undone_by

_HEAD = """# The journey of one registration

Printed by `make docs` from `baoming/registrations/journey.py`; do not edit. A step may start when its needs are
done, its phase is open and no hold names it. "Returned, it takes with it" lists what must be done again.

| step | 中文 | actors | phase | needs | returned, it takes with it | lasting | applies |
|---|---|---|---|---|---|---|---|
"""


class Command(BaseCommand):
    help = "Write docs/journey.md."

    def handle(self, *args: object, **options: object) -> None:
        (Path(settings.BASE_DIR) / "docs" / "journey.md").write_text(journey_page(), "utf-8")


def journey_page() -> str:
    """Return docs/journey.md."""
    return _HEAD + "\n".join(map(_row, JOURNEY)) + "\n"


def _row(step: Step) -> str:
    cells = (
        step.key,
        step.zh,
        "、".join(PARTY_NAMES[actor] for actor in step.actors),
        ", ".join(step.phases),
        ", ".join(step.needs),
        ", ".join(undone_by(step.key)[1:]),
        f"once {step.lasting_once} is done" if step.lasting_once else ("yes" if step.lasting else ""),
        "everyone" if step.applies is Trait.ALL else step.applies,
    )
    return f"| {' | '.join(cells)} |"
