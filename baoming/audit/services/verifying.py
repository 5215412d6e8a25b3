"""Verifying: the stand-alone verifier's rules on this installation, and a line about how it ended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from agents.audit_verifier.reading import Database
from agents.audit_verifier.rules import Deviation, Place, deviations
from baoming.audit.actors import Actor
from baoming.audit.models import Verification
from baoming.audit.services import record
from baoming.shared.jobs import defer_once


class Outcome(NamedTuple):
    """What one look at the whole chain has found."""

    found: list[Deviation]
    places: int
    roots: int


def look(*, anchors: Path, public: Path) -> Outcome:
    """Prove every event, leaf, root and anchor in one snapshot. Changes nothing; no transaction may be open."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        source, counted = Database(connection.connection), _Counted()
        roots = source.roots()
        found = deviations(
            places=counted.along(source.places()), loose=source.loose(), roots=roots,
            anchors=anchors.read_bytes() if anchors.exists() else b"",
            public=bytes.fromhex(public.read_text("ascii")), now=datetime.now(UTC),
        )  # fmt: skip
        return Outcome(found, counted.places, len(roots))


def verify() -> Outcome:
    """Look at everything, and keep how it ended for the audit administrator's page. Safe to repeat."""
    outcome = look(anchors=Path(settings.AUDIT_ANCHORS), public=settings.AUDIT_KEY.with_suffix(".pub"))
    note(outcome)
    return outcome


def note(outcome: Outcome) -> None:
    """Keep how a verification ended."""
    first = outcome.found[0].place if outcome.found else None
    Verification.objects.create(places=outcome.places, roots=outcome.roots, deviations=len(outcome.found), first=first)


@transaction.atomic
def ask_verification(*, by: Actor) -> None:
    """Have the worker verify everything, once however often it is asked for meanwhile."""
    record("verify_audit", by=by, subject=None, path=by.path)
    defer_once("audit.verify", "asked")


class _Counted:
    """Counts what is walked along."""

    places = 0

    def along(self, places: Iterator[Place]) -> Iterator[Place]:
        for place in places:
            self.places += 1
            yield place
