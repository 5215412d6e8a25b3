"""Migrations run while others work: an index of a table that is in use is built without a lock on its writers."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.state import ProjectState

from baoming.messages.models import Message
from baoming.registrations.models import Registration
from baoming.shared.indexes import BuildIndex
from tests import factories as make
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


def test_no_migration_of_ours_writes_rows_while_it_locks_everybody_out_of_their_table() -> None:
    found = MigrationLoader(None).disk_migrations.items()
    ours = {key: one for key, one in found if type(one).__module__.startswith("baoming.")}
    bad = {f"{app}.{name}" for (app, name), one in ours.items() if int(name[:4]) > FORMER.get(app, 0) and fills(one)}
    assert bad == {"accounts.0009_only_confirmed"}  # of staff alone, some hundred


def fills(migration: Migration) -> bool:
    """Whether one transaction alters a table that it has not made, and writes rows: the lock lasts until its end."""
    made = {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}
    fields = [one for one in migration.operations if isinstance(one, FieldOperation)]
    alters = any(one.model_name_lower not in made for one in fields)
    return bool(migration.atomic) and alters and any(map(_writes, migration.operations))


def _writes(operation: Operation) -> bool:
    if isinstance(operation, RunSQL):
        return bool(re.match(r"\s*(UPDATE|INSERT|DELETE)\b", str(operation.sql)))
    return isinstance(operation, RunPython)


@pytest.mark.parametrize("write", [RunSQL("\nUPDATE outbox_message SET at = now()"), RunPython(RunPython.noop)])
def test_control_a_migration_that_alters_and_writes_is_seen(write: Operation) -> None:
    migration, alter = Migration("both", "outbox"), AddField("message", "seen", models.DateTimeField(null=True))
    migration.operations = [alter, write]
    assert fills(migration)
    migration.operations = [CreateModel("Message", []), alter, write]
    assert not fills(migration)


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


@cache
def unbound() -> dict[str, Migration]:
    """Return our migrations that are no transaction: what breaks off half done stays half done."""
    found = MigrationLoader(None).disk_migrations.items()
    return {
        f"{app}.{name}": one
        for (app, name), one in found
        if type(one).__module__.startswith("baoming.") and not one.atomic
    }


def again(operations: Sequence[Operation], app: str) -> list[str]:
    """Return the statements of these operations, as they run where they have run before."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        state = ProjectState.from_apps(apps)
        for one in operations:
            one.database_forwards(app, editor, state, state)
    return editor.collected_sql


def run(statements: Sequence[str]) -> None:
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement.encode())


def shape() -> list[str]:
    with psycopg.connect(CLUSTER.url("migrate", DATABASE)) as owner:
        indexes = owner.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
        functions = owner.execute(
            "SELECT proname, prosrc, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
        broken = owner.execute(
            "SELECT 'broken', indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
        ).fetchall()
    return sorted(map(str, (*indexes, *functions, *broken)))


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_no_transaction_can_run_again_after_any_part_of_it() -> None:
    before = shape()
    assert len(unbound()) > 4
    for name, migration in unbound().items():
        for end in range(1, len(migration.operations) + 1):
            run(again(migration.operations[:end], name.partition(".")[0]))
        for later in sorted(unbound()):  # those that follow run when it has run to its end
            if later > name and later.partition(".")[0] == name.partition(".")[0]:
                run(again(unbound()[later].operations, name.partition(".")[0]))
        assert shape() == before, name


@pytest.mark.django_db(transaction=True)
def test_control_one_that_cannot_is_seen() -> None:
    with pytest.raises(psycopg.errors.DuplicateColumn):
        run(again([RunSQL("ALTER TABLE registrations_registration ADD COLUMN too_wide smallint")], "registrations"))


@pytest.mark.django_db
def test_names_from_before_the_mark_are_measured_in_bytes() -> None:
    """24 bytes of gb18030: twelve common ideographs, six rare ones, or as many letters as there are bytes."""
    names = {
        "欧阳思远": 0,
        "阿" * 12: 0,
        "阿" * 13: 1,
        "𠮷" * 6: 0,
        "𠮷" * 7: 1,
        "阿卜杜𠮷𠮷𠮷𠮷𠮷": 1,
        "A" * 24: 0,
        "A" * 25: 1,
    }
    make.season()
    rows = {make.registration(make.site(), name=name).pk: wide for name, wide in names.items()}
    Registration.objects.update(too_wide=0)
    mark = import_module("baoming.registrations.migrations.0025_too_wide").mark
    for _ in range(2):
        mark(apps, None)
        assert dict(Registration.objects.values_list("pk", "too_wide")) == rows


@pytest.mark.django_db
def test_what_waits_is_counted_through_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "queued_messages" in Message.objects.filter(state=Message.State.QUEUED).explain()


@pytest.mark.django_db
def test_models_and_migrations_say_the_same() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)  # ends the process where not
