"""A function that runs as the tables' owner takes no temporary table of its caller for one of ours."""

import json
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from baoming.organizations.services.auditing import Asked, _spelt
from tests.environment import CLUSTER, DATABASE
from tests.rows.test_policies import connected

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ("office", "candidate", "worker", "report", "app", "audit_writer", "audit_reader")
# Of our functions those that run as their owner, and those that say where names are looked up.
DOORS = """
SELECT p.oid::regprocedure::text, coalesce((SELECT split_part(c, '=', 2) FROM unnest(p.proconfig) AS c
                                            WHERE c LIKE 'search_path=%'), '')
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND (p.prosecdef OR p.proconfig::text LIKE '%search_path=%')
"""
FORGED = """
CREATE TEMPORARY TABLE accounts_session (session_key text, account_id uuid, expire_date timestamptz);
INSERT INTO accounts_session SELECT left(encode(sha256('forged'), 'hex'), 40), 'ab000000-0000-0000-0000-000000000000',
    now() + interval '1 day';
CREATE TEMPORARY TABLE accounts_account (id uuid, is_active boolean);
INSERT INTO accounts_account SELECT account_id, true FROM accounts_session;
CREATE TEMPORARY TABLE organizations_staff (account_id uuid, role text, path text, name text);
INSERT INTO organizations_staff SELECT account_id, 'audit_admin', '43/', 'nobody' FROM accounts_session;
GRANT SELECT ON accounts_session, accounts_account, organizations_staff TO PUBLIC;
"""


def open_doors(owner: psycopg.Connection) -> list[str]:
    """Return the functions that do not look among temporary tables last."""
    rows = owner.execute(DOORS).fetchall()
    assert {"audit_search", "audit_make_partitions", "person_of_order"} <= {name.split("(")[0] for name, _ in rows}
    return sorted(name for name, path in rows if path.split(", ")[-1] != "pg_temp")


def superuser() -> psycopg.Connection:
    return psycopg.connect(CLUSTER.url("postgres", DATABASE))


def searched(caller: psycopg.Connection) -> None:
    """Search the audit by a session that only the caller's temporary tables know."""
    told = json.dumps(_spelt(Asked(timezone.now() - timedelta(days=1), timezone.now())))
    caller.execute("SELECT count(*) FROM audit_search('forged', 'search_audit', '{}', %s, 50)", [told])


def test_every_function_that_runs_as_the_owner_looks_among_temporary_tables_last() -> None:
    with superuser() as owner:
        assert open_doors(owner) == []
        owner.execute("ALTER FUNCTION person_of_order(text) SET search_path = pg_catalog, public")
        assert open_doors(owner) == ["person_of_order(text)"]
        owner.execute("ALTER FUNCTION person_of_order(text) RESET search_path")
        assert open_doors(owner) == ["person_of_order(text)"]
        owner.rollback()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_makes_a_temporary_table(role: str) -> None:
    with connected(role) as app, pytest.raises(InsufficientPrivilege, match="temporary"):
        app.execute("CREATE TEMPORARY TABLE accounts_session (session_key text)")


def test_a_forged_table_of_sessions_opens_nothing_and_the_control_without_the_mend() -> None:
    with superuser() as owner:  # who may make temporary tables
        owner.execute(FORGED)
        with pytest.raises(InsufficientPrivilege, match="only an audit administrator"), owner.transaction():
            searched(owner)
        owner.execute("ALTER FUNCTION audit_search SET search_path = pg_catalog, public")
        searched(owner)  # the forged session is believed
        owner.rollback()
