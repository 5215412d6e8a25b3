"""Events are sealed by one sequencer, anchored outside, and every later change is found with its place (L1)."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from agents.audit_verifier import rules
from agents.audit_verifier.reading import Database
from agents.audit_verifier.rules import Deviation
from baoming.audit import tasks
from baoming.audit.actors import SYSTEM
from baoming.audit.models import Event, Leaf, Root
from baoming.audit.services import record, sealing
from launcher.practice import _begin_anchors
from tests.environment import CLUSTER, DATABASE, ROOT

pytestmark = pytest.mark.django_db(transaction=True)

BATCHES, EACH, CHANGES = 5, 50, 1000


@pytest.fixture(autouse=True)
def anchors(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_ANCHORS = tmp_path / "audit" / "anchors"
    return tmp_path / "audit" / "anchors"


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """A superuser past every trigger, whose changes are rolled back in the end."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE)) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
        connection.rollback()


def fill(count: int = EACH) -> None:
    """Events of the days before: what is put in later has no excuse of being new."""
    with psycopg.connect(CLUSTER.url("worker", DATABASE), autocommit=True) as app:
        app.execute(
            "INSERT INTO audit_event "
            "(at, verb, actor_kind, actor_id, actor_path, actor_label, subject, path, details) "
            "SELECT now() - n * interval '7 minutes' - interval '1 hour', 'save_form', 'site', 'a' || n, '4301/', "
            "'李老师（' || n || '）', gen_random_uuid(), '430102/', "
            "jsonb_build_object('fields', n, 'version', n / 2.0) "
            "FROM generate_series(1, %s) AS n",
            [count],
        )


def look(owner: psycopg.Connection, anchors: Path) -> list[Deviation]:
    source = Database(owner)
    public = bytes.fromhex(django_settings.AUDIT_KEY.with_suffix(".pub").read_text())
    return rules.deviations(
        places=source.places(), loose=source.loose(), roots=source.roots(), anchors=anchors.read_bytes(),
        public=public, now=datetime.now(UTC),
    )  # fmt: skip


def sealed_batches() -> None:
    for _ in range(BATCHES):
        fill()
        assert sealing.seal() == EACH


EVENT_COLUMNS = {
    "id": "id + 100000", "at": "at + interval '1 microsecond'", "verb": "verb || 'x'", "actor_kind": "'city'",
    "actor_id": "actor_id || '0'", "actor_path": "actor_path || '0'", "actor_label": "'王老师'",
    "subject": "NULL", "path": "'43/'", "details": "details || '{\"version\": 99}'",
}  # fmt: skip
ROOT_COLUMNS = {
    "number": "number + 100", "at": "at + interval '1 second'", "up_to": "up_to - 1",
    "message": "set_byte(message, 30, (get_byte(message, 30) + 1) % 128)",
    "signature": "set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256)",
}  # fmt: skip
LEAF_COLUMNS = {
    "place": "place + 100000", "event": "event + 100000", "leaf": "set_byte(leaf, 3, (get_byte(leaf, 3) + 1) % 256)",
}  # fmt: skip


KINDS = ["event"] * 5 + ["delete", "insert", "swap", "double", "root", "leaf", "tail", "gone", "dropped"]


def random_change(dice: random.Random) -> tuple[str, int]:
    """Return a statement that changes one thing, and the place of the chain it touches."""
    n = dice.randint(1, BATCHES * EACH)
    batch = (n - 1) // EACH + 1
    event = f"(SELECT event FROM audit_leaf WHERE place = {n})"
    kind = dice.choice(KINDS)
    if kind == "event":
        name = dice.choice(list(EVENT_COLUMNS))
        return f"UPDATE audit_event SET {name} = {EVENT_COLUMNS[name]} WHERE id = {event}", n
    if kind == "root":
        name = dice.choice(list(ROOT_COLUMNS))
        return f"UPDATE audit_root SET {name} = {ROOT_COLUMNS[name]} WHERE number = {batch}", (batch - 1) * EACH + 1
    if kind == "leaf":
        name = dice.choice(list(LEAF_COLUMNS))
        return f"UPDATE audit_leaf SET {name} = {LEAF_COLUMNS[name]} WHERE place = {n}", n
    columns = "at, verb, actor_kind, actor_id, actor_path, actor_label, subject, path, details"
    other = n % (BATCHES * EACH) + 1
    return {
        "delete": (f"DELETE FROM audit_event WHERE id = {event}", n),
        "insert": (
            f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM audit_event WHERE id = {event}",
            BATCHES * EACH,
        ),
        "double": (
            f"INSERT INTO audit_event (id, {columns}) "
            f"SELECT id, {columns.replace('at,', 'at - interval $$1 hour$$,', 1)} "
            f"FROM audit_event WHERE id = {event}",
            n,
        ),
        "swap": (
            f"WITH a AS (SELECT * FROM audit_leaf WHERE place IN ({n}, {other})) "
            f"UPDATE audit_event AS e SET verb = CASE WHEN e.id = {event} THEN 'p' ELSE 'q' END, "
            "subject = (SELECT o.subject FROM audit_event AS o JOIN a ON a.event = o.id WHERE o.id <> e.id) "
            "FROM a WHERE a.event = e.id",
            min(n, other),
        ),
        "tail": (f"DELETE FROM audit_root WHERE number >= {batch}", (batch - 1) * EACH + 1),
        "gone": (f"DELETE FROM audit_leaf WHERE place = {n}", n),
        "dropped": (f"DELETE FROM audit_root WHERE number = {batch}", (batch - 1) * EACH + 1),
    }[kind]


def test_a_thousand_single_changes_by_the_owner_are_all_found_with_their_place(
    owner: psycopg.Connection, anchors: Path
) -> None:
    sealed_batches()
    assert look(owner, anchors) == []
    dice = random.Random(20231101)
    missed = []
    for _ in range(CHANGES):
        statement, place = random_change(dice)
        owner.execute("SAVEPOINT before")
        assert owner.execute(statement).rowcount > 0, statement
        found = look(owner, anchors)
        if not found or found[0].place > place or place not in {deviation.place for deviation in found}:
            missed.append((statement, place, found[:3]))
        owner.execute("ROLLBACK TO before")
    assert missed == []
    assert look(owner, anchors) == []


def test_without_the_check_of_the_chain_a_changed_event_is_not_found(
    owner: psycopg.Connection, anchors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the recomputed leaf that finds it, nothing else notices."""
    sealed_batches()
    owner.execute("UPDATE audit_event SET actor_label = 'nobody' WHERE id = (SELECT event FROM audit_leaf LIMIT 1)")
    assert [deviation.place for deviation in look(owner, anchors)] == [1]
    monkeypatch.setattr(rules, "_one", lambda place, former: ())
    assert look(owner, anchors) == []


def test_a_tail_cut_whole_is_seen_by_the_anchors_alone(owner: psycopg.Connection, anchors: Path) -> None:
    sealed_batches()
    last = (BATCHES - 1) * EACH
    owner.execute("DELETE FROM audit_event WHERE id IN (SELECT event FROM audit_leaf WHERE place > %s)", [last])
    owner.execute("DELETE FROM audit_leaf WHERE place > %s", [last])
    owner.execute("DELETE FROM audit_root WHERE number = %s", [BATCHES])
    assert [(one.place, "tail was cut" in one.said) for one in look(owner, anchors)] == [(last + 1, True)]
    anchors.write_bytes(b"".join(anchors.read_bytes().splitlines(keepends=True)[:-1]))
    assert look(owner, anchors) == []  # the control: without the anchor it would have gone unseen


def test_a_chain_made_anew_by_another_key_is_found(owner: psycopg.Connection, anchors: Path) -> None:
    sealed_batches()
    other = sealing.SigningKey.generate()
    for number, message in owner.execute("SELECT number, message FROM audit_root").fetchall():
        owner.execute("UPDATE audit_root SET signature = %s WHERE number = %s", [other.sign(message), number])
    assert {one.place for one in look(owner, anchors)} == {1 + EACH * n for n in range(BATCHES)}


@pytest.mark.parametrize("step", ["_sign", "_anchor"])
def test_killed_between_two_steps_the_next_run_completes_the_chain(
    owner: psycopg.Connection, anchors: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sealed_batches()
    fill()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, step, killed)
        with pytest.raises(KeyboardInterrupt):
            sealing.seal()
    with anchors.open("ab") as file:
        file.write(b'["baoming-root-1",6,')  # half a line
    sealing.seal()
    assert Leaf.objects.count() == (BATCHES + 1) * EACH
    assert look(owner, anchors) == []
    assert len(anchors.read_bytes().splitlines()) == Root.objects.count() == BATCHES + 1


def test_sequencers_at_once_make_one_chain(owner: psycopg.Connection, anchors: Path) -> None:
    sealing.seal()
    fill(200)

    def run() -> None:
        try:
            for _ in range(5):
                sealing.seal()
                record("test", by=SYSTEM, subject=None, path="43/")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealing.seal()
    assert Leaf.objects.count() == Event.objects.count() == 220
    assert look(owner, anchors) == []


def test_an_event_committed_late_gets_a_place_too(owner: psycopg.Connection, anchors: Path) -> None:
    with psycopg.connect(CLUSTER.url("worker", DATABASE)) as slow:
        slow.execute("INSERT INTO audit_event (verb, actor_kind, actor_id, actor_path, actor_label, path, details) "
                     "VALUES ('slow', 'system', '', '', '', '43/', '{}')")  # fmt: skip
        fill(3)
        assert sealing.seal() == 3
        slow.commit()
    assert sealing.seal() == 1
    assert look(owner, anchors) == []


@pytest.mark.parametrize("everything", [True, False])
def test_the_night_seals_what_was_committed_very_late(owner: psycopg.Connection, everything: bool) -> None:
    fill(3)
    sealing.seal()
    owner.execute("UPDATE audit_root SET at = now() - interval '1 hour'")
    owner.execute("DELETE FROM audit_leaf WHERE place = 1")
    owner.commit()
    assert sealing._seal(everything=everything) == int(everything)


def test_a_lost_anchor_file_is_not_made_anew(anchors: Path) -> None:
    fill(3)
    sealing.seal()
    anchors.unlink()
    with pytest.raises(sealing.AnchorsLost, match="gone"):
        sealing.seal()
    assert not anchors.exists()


def test_the_verifier_is_a_program_of_its_own(owner: psycopg.Connection, anchors: Path, tmp_path: Path) -> None:
    """By role audit_reader, and without a database from what it saved; it knows nothing of Baoming."""
    sealed_batches()
    public = str(django_settings.AUDIT_KEY.with_suffix(".pub"))

    def run(*options: str) -> tuple[int, str]:
        command = [sys.executable, "-X", "importtime", "-m", "agents.audit_verifier", "--anchors", str(anchors)]
        done = subprocess.run([*command, "--public", public, *options], cwd=ROOT, capture_output=True, text=True)
        assert " baoming" not in done.stderr
        return done.returncode, done.stdout

    saved = tmp_path / "saved"
    code, said = run("--database", CLUSTER.url("audit_reader", DATABASE), "--save", str(saved))
    assert (code, said[:35]) == (0, "Everything is as it was sealed: 5 r"), said
    assert run("--export", str(saved)) == (code, said)
    lines = [json.loads(line) for line in saved.read_text().splitlines()]
    lines[120][4][6] = "someone else"
    saved.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, said = run("--export", str(saved))
    assert code == 1
    assert said.endswith("the first at place 121.\n")


def test_the_worker_is_given_a_sealing_for_every_five_seconds_of_its_minute(anchors: Path) -> None:
    """Twice in one minute, as after a kill: a place that waits is not taken again."""
    for _ in range(2):
        tasks.minute(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(scheduled_at) - min(scheduled_at) < interval '56 seconds' "
            "FROM procrastinate_jobs WHERE task_name = 'audit.seal' AND status = 'todo'"
        )
        assert cursor.fetchone() == (12, True)
    record("test", by=SYSTEM, subject=None, path="43/")
    tasks.seal()
    tasks.night(timestamp=0)
    assert Leaf.objects.count() == Root.objects.count() == 1
    assert len(anchors.read_bytes().splitlines()) == 1


def test_anchors_of_a_database_set_back_to_its_start_begin_anew(owner: psycopg.Connection, anchors: Path) -> None:
    """As `make practice-reset` does; the control leaves the anchors of what is gone, and nothing is anchored."""
    fill(3)
    sealing.seal()
    start = anchors.read_bytes()
    anchors.write_bytes(start.replace(b'"baoming-root-1",1,', b'"baoming-root-1",2,'))  # of a root that is gone
    fill(3)
    with pytest.raises(sealing.AnchorsLost, match="not the database's"):
        sealing.seal()
    _begin_anchors(anchors)
    assert sealing.seal() == 0
    assert anchors.read_bytes().splitlines(keepends=True)[0] == start
    assert look(owner, anchors) == []
