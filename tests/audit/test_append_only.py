"""The audit table can be added to, never changed (R36)."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from baoming.audit.actors import SYSTEM
from baoming.audit.models import Event
from baoming.audit.services import record
from tests.environment import CLUSTER, DATABASE

pytestmark = pytest.mark.django_db

CHANGES = ["UPDATE {} SET path = path", "DELETE FROM {}", "TRUNCATE {}"]
SEALED = ["UPDATE {} SET signature = signature", "DELETE FROM {}", "TRUNCATE {}"]
ADDED = "INSERT INTO audit_event (verb, actor_kind, actor_id, actor_path, actor_label, path, details) " \
        "VALUES ('test', 'system', '', '', '', '43/', '{}')"  # fmt: skip


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_event'::regclass")
        return [row[0] for row in cursor]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_cannot_change_an_event(statement: str) -> None:
    record("test", by=SYSTEM, subject=None, path="43/")
    for table in ("audit_event", *partitions()):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(table))
    assert Event.objects.count() == 1


@pytest.mark.parametrize("statement", SEALED)
def test_the_application_cannot_change_or_add_a_seal(statement: str) -> None:
    for said in (statement.format("audit_root"), "INSERT INTO audit_leaf VALUES (1, 1, '')"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(said)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("guarded", [True, False])
def test_not_even_the_owner_changes_an_event_while_the_triggers_stand(statement: str, *, guarded: bool) -> None:
    """The control takes the triggers away: then it is done."""
    with psycopg.connect(CLUSTER.url("migrate", DATABASE)) as owner:
        [[name]] = owner.execute(f"{ADDED} RETURNING tableoid::regclass::text").fetchall()
        for table in ("audit_event", *partitions()):
            if not guarded:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table in ("audit_event", name):
            if guarded:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"), owner.transaction():
                    owner.execute(statement.format(table))
            else:
                owner.execute(statement.format(table))
        owner.rollback()


def test_an_event_lies_in_the_partition_of_its_month_and_a_year_is_made_ahead() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{ADDED} RETURNING tableoid::regclass::text, to_char(at AT TIME ZONE 'UTC', 'YYYYMM')")
        [(name, month)] = cursor.fetchall()
        cursor.execute("SELECT audit_make_partitions(12)")
        assert cursor.fetchone() == (0,)
    assert name == f"audit_event_{month}"
    assert len(partitions()) == 14  # this month, twelve ahead, and what no month takes


def test_a_partition_made_later_is_guarded_as_the_first_ones() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(14)")
        assert cursor.fetchone() == (2,)
        for name in partitions():
            cursor.execute(
                "SELECT has_table_privilege('app', %s, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'), "
                "(SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'never%%')",
                [name, name],
            )
            assert cursor.fetchone() == (False, 2), name


def test_an_event_of_a_month_without_a_partition_is_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (at, verb, actor_kind, actor_id, actor_path, actor_label, path, details) "
            "VALUES ('2000-01-01', 'test', 'system', '', '', '', '43/', '{}') RETURNING tableoid::regclass::text"
        )
        assert cursor.fetchone() == ("audit_event_rest",)


def test_a_story_is_read_by_the_index_of_its_subject() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT at FROM audit_event WHERE subject = gen_random_uuid() ORDER BY id DESC LIMIT 100"
        )
        plan = " ".join(row[0] for row in cursor)
    assert "Seq Scan" not in plan
    assert "Sort  " not in plan
