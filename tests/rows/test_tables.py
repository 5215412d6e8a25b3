"""Each guarded table, asked as each portal's role: the own rows are seen, those of another county's person are not.

The control is a mutation of each policy, dropped and widened: this very question sees the difference, every time.
"""

from uuid import UUID

import psycopg
import pytest

from baoming.registrations.models import Registration
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.rows.planted import Planted, plant
from tests.rows.test_policies import area, connected, enter

pytestmark = pytest.mark.django_db(transaction=True)
# What belongs to offices, and nothing to candidates.
OFFICES_ONLY = {
    "checks_alikepair": "who may be one person, which offices find out",
    "checks_checkbatch": "what an office exports to a register",
    "checks_checkfile": "as the exports",
    "checks_checkline": "as the exports; that they went out, candidates read from the audit",
    "checks_checkresult": "what a register said; the case that comes of it, candidates read",
    "checks_checktally": "counts",
    "checks_marks": "blind keys by which a job finds who looks alike",
    "imports_import": "files that an office hands in; candidates read what was written of them",
    "imports_importline": "as the files",
    "documents_printfile": "prints of a class",
    "organizations_staffproposal": "accounts of staff",
    "outbox_attempt": "how messages were handed to senders; candidates read what became of the message",
    "registrations_batch": "what an office does to many",
    "registrations_batchline": "as batches",
    "schedule_extensionrequest": "what offices ask and decide; candidates read what was granted",
    "registrations_scanfile": "what a site hands in",
    "registrations_scannedpage": "as the files: what is kept of it the office shows",
    "reports_progress": "counts",
    "reviews_submissionbatch": "what a city sends upward",
    "reviews_upwardline": "as the batches",
}
World = tuple[Planted, Planted]


@pytest.fixture
def two() -> World:
    """The own person, and one of another county."""
    make.season("intake")
    return plant(_numbered("0102", 1020001)), plant(_numbered("0103", 1030001))


def _numbered(county: str, number: int) -> Registration:
    row = make.registration(make.site("01", of=county))
    row.number, row.account = number, make.staff(row.site).account
    row.save(update_fields=["number", "account"])
    return row


def scope(role: str, person: Registration) -> dict[str, str]:
    if role == "office":
        return area(person.path)
    return {"account": str(person.account_id)}


def seen(role: str, table: str, two: World) -> str:
    """Return whose planted rows `role` sees in the scope of the own person: "own", "both", "other" or nobody's ("")."""
    mine, other = two
    with connected(role) as app:
        enter(app, **scope(role, mine.person))
        key = mine.columns[table]
        asked = f"SELECT {key} FROM {table} WHERE {key} = ANY(%s)".encode()
        rows = app.execute(asked, [[mine.keys[table], other.keys[table]]]).fetchall()
    names = {mine.keys[table]: "own", other.keys[table]: "other"}
    found = sorted(names[row[0]] for row in rows)
    return "both" if len(found) > 1 else "".join(found)


def expected(role: str, table: str) -> str:
    return "" if role == "candidate" and table in OFFICES_ONLY else "own"


def differences(two: World) -> list[str]:
    return [
        f"{table} by {role}: {answer or 'nothing'}"
        for table in sorted(two[0].keys)
        for role in ("office", "candidate")
        if (answer := seen(role, table, two)) != expected(role, table)
    ]


def test_every_guarded_table_shows_the_own_rows_and_nobody_elses(two: World) -> None:
    assert len(two[0].keys) > 30
    assert set(OFFICES_ONLY) <= set(two[0].keys)
    assert differences(two) == []


def test_control_each_policy_that_is_dropped_or_widened_is_missed(two: World) -> None:
    """Permission mutants of the second layer: all of them, each found by the table it guards."""
    survived, made = [], 0
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as owner:
        policies = owner.execute(
            "SELECT tablename, policyname, roles[1], qual FROM pg_policies WHERE policyname LIKE '%_scope'"
        ).fetchall()
        for table, name, role, rule in policies:
            for changed in ("true", "false"):
                made += 1
                _change(owner, table, name, changed)
                try:
                    if seen(str(role), str(table), two) == expected(str(role), str(table)):
                        survived.append(f"{table}.{name} {changed}")
                finally:
                    _change(owner, table, name, str(rule))
    assert survived == []
    assert made > 100
    assert differences(two) == []


def _change(owner: "psycopg.Connection[tuple[object, ...]]", table: object, name: object, rule: str) -> None:
    owner.execute(f"ALTER POLICY {name} ON {table} USING ({rule})".encode())


def test_planted_rows_have_keys_of_their_own(two: World) -> None:
    mine, other = two
    assert set(mine.keys) == set(other.keys)
    assert all(mine.keys[table] != other.keys[table] for table in mine.keys)
    assert isinstance(mine.keys["registrations_registration"], UUID)
