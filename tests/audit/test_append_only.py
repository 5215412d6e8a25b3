"""The audit table can be added to, never changed (R36)."""

import pytest
from django.db import ProgrammingError, connection, transaction

from baoming.audit.actors import SYSTEM
from baoming.audit.models import Event
from baoming.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"],
)
def test_the_application_cannot_change_an_event(statement: str) -> None:
    record("test", by=SYSTEM, subject=None, path="43/")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.count() == 1


def test_the_same_statements_work_where_nothing_forbids_them() -> None:
    """The control: it is the grant that refuses, not a spelling mistake in the statement."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_copy AS SELECT * FROM audit_event")
        cursor.execute("UPDATE audit_copy SET verb = 'x'")
        cursor.execute("DELETE FROM audit_copy")
