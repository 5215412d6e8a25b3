"""`manage.py audit_verify`: the stand-alone verifier's rules on this installation's database, anchors and key."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from baoming.audit.services import verifying


class Command(BaseCommand):
    help = "Prove that the audit is as it was sealed, or print every place that is not; ends with 1 then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, default=settings.AUDIT_ANCHORS, help="best a copy kept elsewhere")
        parser.add_argument("--public", type=Path, default=settings.AUDIT_KEY.with_suffix(".pub"))

    def handle(self, *args: object, anchors: Path, public: Path, **options: object) -> None:
        outcome = verifying.look(anchors=anchors, public=public)
        verifying.note(outcome)
        for deviation in outcome.found:
            self.stdout.write(f"place {deviation.place}: {deviation.said}")
        if outcome.found:
            self.stdout.write(f"{len(outcome.found)} deviations, the first at place {outcome.found[0].place}.")
            sys.exit(1)
        self.stdout.write(f"Everything is as it was sealed: {outcome.roots} roots over {outcome.places} events.")
