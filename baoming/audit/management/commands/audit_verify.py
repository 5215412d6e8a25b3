"""`manage.py audit_verify`: the stand-alone verifier's rules on this installation's database, anchors and key."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from agents.audit_verifier.__main__ import verify
from agents.audit_verifier.reading import Database


class Command(BaseCommand):
    help = "Prove that the audit is as it was sealed, or print every place that is not; ends with 1 then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, default=settings.AUDIT_ANCHORS, help="best a copy kept elsewhere")
        parser.add_argument("--public", type=Path, default=settings.AUDIT_KEY.with_suffix(".pub"))

    def handle(self, *args: object, anchors: Path, public: Path, **options: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            ended = verify(Database(connection.connection), anchors=anchors, public=public)
        sys.exit(ended)
