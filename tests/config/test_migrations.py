"""Migrations run while others work: an index of a table that is in use is built without a lock on its writers."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from baoming.messages.models import Message
from baoming.shared.indexes import BuildIndex
from tests.environment import CLUSTER, DATABASE

# The newest migration of each app from before there was an installation to be kept running.
FORMER = {
    "audit": 4, "documents": 2, "organizations": 2, "outbox": 3, "payments": 2, "registrations": 20, "reviews": 5,
}  # fmt: skip


def locking(operations: Sequence[Operation]) -> Iterator[str]:
    """Name what builds an index of a table that these operations have not made, and keeps its writers waiting."""
    made = {one.name_lower for one in operations if isinstance(one, CreateModel)}
    for one in operations:
        if isinstance(one, AddIndexConcurrently) or getattr(one, "model_name_lower", "") in made:
            continue
        if isinstance(one, AddIndex):
            yield f"{one.model_name}: {one.index.name}"
        elif isinstance(one, AddConstraint) and isinstance(one.constraint, models.UniqueConstraint):
            yield f"{one.model_name}: {one.constraint.name}"
        elif isinstance(one, AddField) and (one.field.db_index or one.field.unique):
            yield f"{one.model_name}: {one.name}"


def test_no_migration_of_ours_builds_an_index_that_keeps_writers_waiting() -> None:
    found = MigrationLoader(None).disk_migrations.items()
    ours = {key: one for key, one in found if type(one).__module__.startswith("baoming.")}
    assert len(ours) > 40
    bad = {
        f"{app}.{name}": lines
        for (app, name), one in ours.items()
        if int(name[:4]) > FORMER.get(app, 0) and (lines := list(locking(one.operations)))
    }
    assert bad == {}


INDEX = models.Index("at", name="somebody_waits")


@pytest.mark.parametrize(
    "operation",
    [
        AddIndex("message", INDEX),
        AddField("message", "season", models.ForeignKey("seasons.Season", models.PROTECT, null=True)),
        AddConstraint("message", models.UniqueConstraint("reference", name="somebody_waits")),
    ],
)
def test_control_such_an_operation_is_seen(operation: Operation) -> None:
    assert list(locking([operation])) != []
    assert list(locking([CreateModel("Message", []), operation])) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_whose_building_broke_off_is_built_anew() -> None:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        state = ProjectState.from_apps(apps)
        BuildIndex("message", INDEX).database_forwards("outbox", editor, state, state)
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute("CREATE INDEX somebody_waits ON outbox_message (state)")  # left behind, and not what is wanted
        try:
            for statement in editor.collected_sql:
                owner.execute(statement.encode())
            found = owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'somebody_waits'").fetchone()
        finally:
            owner.execute("DROP INDEX IF EXISTS somebody_waits")
    assert found is not None
    assert "(at)" in found[0]


@pytest.mark.django_db
def test_what_waits_is_counted_through_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "queued_messages" in Message.objects.filter(state=Message.State.QUEUED).explain()


@pytest.mark.django_db
def test_models_and_migrations_say_the_same() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)  # ends the process where not
