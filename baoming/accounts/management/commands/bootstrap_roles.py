"""Make the database and its roles. Runs before the first migration, as superuser, without models."""

import os

import psycopg
from django.core.management.base import BaseCommand, CommandParser
from psycopg import sql

# migrate owns the tables. app holds what portals and jobs may do: it alters none, and only adds to what is append-only.
# office and candidate, the two portals, are apps that see the rows of each transaction's scope (shared/row_rules.py);
# worker, jobs and commands, is an app that sees all. report reads all but what people sign in with. audit_writer seals
# what is recorded (the sequencer takes it on for one transaction); audit_reader verifies it.
_ROLES = ("migrate", "app", "office", "candidate", "worker", "report", "audit_writer", "audit_reader")
_SEQUENCER = "worker"
_GRANTS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO migrate;
GRANT USAGE ON SCHEMA public TO app, report, audit_writer, audit_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE migrate IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE migrate IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE migrate IN SCHEMA public GRANT SELECT ON TABLES TO report;
GRANT app TO office, candidate, worker;
GRANT office, candidate TO worker;
-- A candidate's every question is by a key: one plan serves all of them, and is made once a connection.
ALTER ROLE candidate SET plan_cache_mode = force_generic_plan;
"""
# Nobody needs a temporary table; a function that runs as the tables' owner could take one for a table of ours.
_NO_TEMPORARY = "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC"


class Command(BaseCommand):
    help = "Make database and roles; safe to repeat. Needs BAOMING_ADMIN_DATABASE_URL (a superuser's)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", default="baoming")

    def handle(self, *args: object, database: str, **options: object) -> None:
        admin = os.environ["BAOMING_ADMIN_DATABASE_URL"]
        with psycopg.connect(admin, autocommit=True) as connection:
            _make_roles(connection)
            _lend(connection, "audit_writer", to=_SEQUENCER)
            _lend(connection, "candidate", to="office")  # through a door: scope_queries.at_people
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                statement = "CREATE DATABASE {} OWNER migrate TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
                connection.execute(sql.SQL(statement).format(sql.Identifier(database)))
        with psycopg.connect(admin, dbname=database, autocommit=True) as connection:
            connection.execute(_GRANTS)
            connection.execute(sql.SQL(_NO_TEMPORARY).format(sql.Identifier(database)))


def _make_roles(connection: psycopg.Connection) -> None:
    for role in _ROLES:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role)))


def _lend(connection: psycopg.Connection, role: str, *, to: str) -> None:
    """Let `to` take on `role` by SET ROLE; from PostgreSQL 16 on it has nothing of it before it does.

    Before 16 that cannot be said. It costs plans then, not safety: a scope that is not set shows nothing.
    """
    apart = " WITH INHERIT FALSE, SET TRUE" if connection.info.server_version >= 160000 else ""
    statement = sql.SQL("GRANT {} TO {}" + apart)
    connection.execute(statement.format(sql.Identifier(role), sql.Identifier(to)))
