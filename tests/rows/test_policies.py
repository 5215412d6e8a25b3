"""Row-level security itself, asked as a portal's role in plain SQL: what a scope shows, and nothing without one.

What whole requests see with one layer only stands in tests/web/test_scope.py.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from django.utils import timezone

from baoming.organizations.models import Organization
from baoming.payments.models import Notice, Order
from baoming.registrations.models import RosterEntry
from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
App = psycopg.Connection[tuple[object, ...]]

# Tables without a policy, and why each may be read by whoever gets into a portal.
OPEN = {
    "accounts_account": "read before anybody is known: signing in",
    "accounts_session": "as accounts: found by the digest of a cookie, listed for its own account",
    "accounts_device": "as accounts",
    "accounts_invitation": "digests of the codes by which staff set their password",
    "accounts_secondfactor": "read before anybody is signed in, by offices alone; the secrets lie sealed",
    "accounts_recoverycode": "as authenticators: digests of 80 random bits",
    "accounts_pin": "as authenticators: hashes of six digits, good at a browser that is signed in and locked",
    "accounts_bucket": "counts of tries, kept under digests",
    "accounts_request": "ids of what was saved, under random keys",
    "audit_leaf": "digests of events",
    "audit_root": "digests of digests, signed",
    "audit_verification": "when the chain was verified, and how it ended",
    "auth_group": "empty: rights stand in the role table",
    "auth_group_permissions": "empty",
    "auth_permission": "names of models",
    "checks_markedupto": "how far a job has read a log: two numbers",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "organizations_organization": "the public list of offices",
    "organizations_siteseason": "which site is open, for the public list",
    "organizations_staff": "read with the session, before a scope can be known",
    "outbox_announcement": "public",
    "outbox_shift": "which sender sends since when, and counts of its messages",
    "procrastinate_events": "jobs hold ids only",
    "procrastinate_jobs": "jobs hold ids only",
    "procrastinate_periodic_defers": "times of periodic jobs",
    "procrastinate_workers": "heartbeats",
    "registrations_alarm": "the digest of a device or an address, and when",
    "registrations_watch": "ids under the digest of a device or an address: all who save there write it",
    "registrations_countycode": "which county has which codes: the number tells it",
    "registrations_formversion_groups": "pairs of ids",
    "reports_count": "when a season was counted last",
    "schedule_phase": "public",
    "seasons_season": "public",
    "seasons_seasondata": "public",
}


@contextmanager
def connected(role: str = "office") -> Iterator[App]:
    with psycopg.connect(CLUSTER.url(role, DATABASE)) as connection:
        yield connection


def enter(app: App, **settings: str) -> None:
    for name, value in settings.items():
        app.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", value])


def seen(app: App, table: str = "registrations_registration") -> int:
    found = app.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert found is not None
    return int(str(found[0]))


def area(path: str) -> dict[str, str]:
    return {"low": path, "high": next_sibling(path)}


def tables(condition: str) -> set[str]:
    with connected() as app:
        rows = app.execute(f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
                           f"AND relnamespace = 'public'::regnamespace AND {condition}".encode())  # fmt: skip
        return {str(row[0]) for row in rows}


def test_every_table_has_a_policy_or_a_reason() -> None:
    assert tables("NOT relrowsecurity AND NOT relispartition") == set(OPEN)


def test_without_a_scope_nothing_is_seen() -> None:
    row = confirmed.signed()
    guarded = tables("relrowsecurity")
    assert len(guarded) > 25
    with connected() as app:
        assert {table for table in guarded if seen(app, table)} == set()
        enter(app, **area(row.path))
        assert {"registrations_registration", "registrations_photo", "registrations_formversion"} <= {
            table for table in guarded if seen(app, table)
        }


def test_what_portals_share_sees_nothing_by_itself() -> None:
    row = confirmed.saved()
    with connected("app") as app:
        enter(app, **area(row.path), account=str(row.account_id), people=str(row.pk))
        assert seen(app) == 0


def test_an_office_cannot_take_a_candidates_scope_nor_the_other_way_round() -> None:
    row = confirmed.saved()
    with connected("office") as office, connected("candidate") as candidate:
        enter(office, account=str(row.account_id), people=str(row.pk))
        enter(candidate, **area(row.path))
        assert (seen(office), seen(candidate)) == (0, 0)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            candidate.execute("SET ROLE office")


ON_STAFFS = (
    "SELECT count(*) FROM {}",
    "DELETE FROM {}",
    "UPDATE {} SET account_id = account_id",
    "INSERT INTO {} SELECT * FROM {}",
)


def allowed(role: str, table: str) -> list[str]:
    """Return which of the four statements the role may make, rolled back."""
    made = []
    for statement in ON_STAFFS:
        with connected(role) as app:
            try:
                app.execute(statement.replace("{}", table).encode())
                made.append(statement.split()[0])
            except psycopg.errors.InsufficientPrivilege:
                pass
            app.rollback()
    return made


STAFFS = ("accounts_secondfactor", "accounts_recoverycode", "accounts_pin")


@pytest.mark.parametrize("table", STAFFS)
def test_the_candidate_portal_has_nothing_to_do_with_the_second_factors_of_staff(table: str) -> None:
    assert {role: allowed(role, table) for role in ("candidate", "app", "report")} == {
        "candidate": [], "app": [], "report": [],
    }  # fmt: skip
    assert [len(allowed(role, table)) for role in ("office", "worker")] == [4, 4]


def test_control_with_what_portals_share_the_candidates_would() -> None:
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as owner:
        owner.execute("GRANT SELECT, DELETE ON accounts_secondfactor TO app")
        try:
            assert allowed("candidate", "accounts_secondfactor") == ["SELECT", "DELETE"]
        finally:
            owner.execute("REVOKE ALL ON accounts_secondfactor FROM app")


def test_an_offices_door_shows_one_person_and_shuts_again() -> None:
    row = confirmed.saved()
    with connected("office") as office:
        enter(office, **area("43/99/"))
        office.execute("SELECT set_config('role', 'candidate', true)")
        enter(office, people=str(row.pk))
        assert seen(office) == 1
        office.commit()
        assert seen(office) == 0


def test_a_scope_ends_with_its_transaction() -> None:
    row = confirmed.saved()
    with connected() as app:
        enter(app, **area(row.path))
        assert seen(app) == 1
        app.commit()
        assert seen(app) == 0


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_an_office_sees_its_area_and_nothing_beside_it(levels: int) -> None:
    row = confirmed.saved()
    parts = row.path.split("/")[:levels]
    neighbour = f"{'/'.join([*parts[:-1], '99'])}/"
    with connected() as app:
        enter(app, **area(f"{'/'.join(parts)}/"))
        assert seen(app) == 1
        enter(app, **area(neighbour))
        assert seen(app) == 0


def test_a_candidate_sees_the_own_registration_and_what_belongs_to_it() -> None:
    make.season()
    make.registration(make.site("09"))
    mine = confirmed.saved()
    assert mine.account_id is not None
    with connected("candidate") as app:
        enter(app, account=str(mine.account_id))
        assert app.execute("SELECT id FROM registrations_registration").fetchall() == [(mine.pk,)]
        for table in ("photo", "steplog", "formversion", "formgroup"):
            owners = app.execute(f"SELECT DISTINCT registration_id FROM registrations_{table}".encode()).fetchall()
            assert owners == [(mine.pk,)], table


def test_nobody_writes_beyond_the_scope() -> None:
    row = confirmed.saved()
    with connected() as app:
        enter(app, **area("43/99/"))
        assert app.execute("UPDATE registrations_registration SET name = '别人'").rowcount == 0
        assert app.execute("DELETE FROM registrations_draft").rowcount == 0
        enter(app, **area(row.path))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE registrations_registration SET path = '43/99/99/99/'")


def test_a_whole_number_tells_one_id_and_shows_no_row() -> None:
    row = confirmed.saved()
    with connected() as app:
        asked = "SELECT registration_of_number(%s, %s)"
        assert app.execute(asked, [row.season_id, bytes(row.number_blind)]).fetchone() == (row.pk,)
        assert app.execute(asked, [row.season_id, b"\0" * 32]).fetchone() == (None,)
        assert seen(app) == 0


def test_a_notice_sees_the_one_order_it_names() -> None:
    row = confirmed.saved()
    first, second = (
        Order.objects.create(
            number=f"N{place}", registration=row, path=row.path, item=item, amount=10, created_at=timezone.now()
        )
        for place, item in enumerate(("registration_fee", "exam_fee"))
    )
    Notice.objects.create(event="e", order=first, transaction="t", amount=10)
    with connected("candidate") as app:
        assert app.execute("SELECT person_of_order(%s)", [second.number]).fetchone() == (row.pk,)
        assert seen(app, "payments_order") == seen(app, "payments_notice") == 0
        enter(app, people=str(row.pk))
        assert seen(app, "payments_order") == 2


def test_the_doors_are_shut_to_those_who_only_read() -> None:
    row = confirmed.saved()
    with connected("report") as report:
        assert seen(report) == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            report.execute("SELECT registration_of_number(%s, %s)", [row.season_id, bytes(row.number_blind)])
        report.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            report.execute("SELECT password FROM accounts_account")


def test_who_reports_reads_nothing_that_people_sign_in_with() -> None:
    readable = "has_table_privilege('report', quote_ident(tablename), 'SELECT')"
    with connected() as app:
        asked = f"SELECT tablename FROM pg_tables WHERE tablename LIKE 'accounts%' AND {readable}"
        rows = app.execute(asked.encode()).fetchall()
    assert rows == []


def test_ten_thousand_turns_of_offices_on_two_connections_leak_nobody() -> None:
    """A pooler in transaction mode hands one connection to everybody in turn."""
    make.season()
    sites = [make.site("09", of=code) for code in ("0102", "0103", "0104", "0105")]
    own = {site.path: make.registration(site).pk for site in sites}
    dice = random.Random(4)
    with connected() as one, connected() as other:
        for _ in range(10_000):
            app, path = dice.choice((one, other)), dice.choice([*own, ""])
            assert turn(app, path) == ({own[path]} if path else set())


def turn(app: App, path: str) -> set[UUID]:
    """Ask who is there in one transaction, as an office or, with no path, as nobody."""
    if path:
        app.execute("SELECT set_config('app.low', %s, true), set_config('app.high', %s, true)", [*area(path).values()])
    rows = app.execute("SELECT id FROM registrations_registration").fetchall()
    app.commit()
    return {UUID(str(row[0])) for row in rows}


def test_control_settings_that_outlive_the_transaction_leak() -> None:
    row = confirmed.saved()
    with connected() as app:
        app.execute(
            "SELECT set_config('app.low', %s, false), set_config('app.high', %s, false)", [*area(row.path).values()]
        )
        app.commit()
        assert turn(app, "") == {row.pk}


def test_the_policy_alone_is_an_index_condition() -> None:
    """The question narrows nothing itself; what narrows it is the policy, and an index serves that."""
    season = make.season()
    rosters(season, make.site())
    with connected() as app:
        enter(app, **area("43/01/02/"))
        asked = f"EXPLAIN SELECT name FROM registrations_rosterentry WHERE season_id = {season.pk} "
        asked += "AND registration_id IS NULL"
        plan = "\n".join(str(line[0]) for line in app.execute(asked.encode()).fetchall())
    assert "path)::text >= " in plan.partition("Index Cond: ")[2].splitlines()[0], plan


def rosters(season: Season, site: Organization) -> None:
    """Let a hundred places of the province have thirty pupils each."""
    RosterEntry.objects.bulk_create(
        RosterEntry(
            season=season, site=site, path=f"43/{place // 10:02}/{place % 10:02}/01/", name="甲", name_key="jia",
            roll_blind=bytes([place, pupil]) * 16, roll_sealed="", class_name="高三（1）班", student_no=f"{pupil:02}",
        )
        for place in range(100)
        for pupil in range(30)
    )  # fmt: skip
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute("ANALYZE registrations_rosterentry")
