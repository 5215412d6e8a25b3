"""Row-level security in SQL: which rows a portal sees. Made by each package's migration `…_rows` (mechanism 5).

Each portal connects as a role of its own. Role `office` sees an area, role `candidate` one person. The scope of a
transaction stands in settings that end with it (`scope_queries`): `app.low` and `app.high`, the range of an office's
paths; `app.account`, a candidate's; `app.people`, registrations that a door has opened. What is not set is empty and
shows nothing. Each setting is read in a subquery, once a statement and not once a row. The rule of an area is a plain
range and nothing else: beside an OR, lists would lose their indexes (docs/decisions/0015).
"""

_LOW, _HIGH = (f"(SELECT current_setting('app.{name}', true))" for name in ("low", "high"))
_ACCOUNT = "(SELECT nullif(current_setting('app.account', true), '')::uuid)"
_PEOPLE = "(SELECT string_to_array(current_setting('app.people', true), ','))::uuid[]"

_NAMES = "pg_catalog, public, pg_temp"  # where a function that runs as the tables' owner finds names
OWN = f"account_id = {_ACCOUNT} OR id = ANY ({_PEOPLE})"  # the rule of role candidate for registrations


def in_area(path: str = "path") -> str:
    """The row's path is at the office or below it."""
    return f"({path} >= {_LOW} AND {path} < {_HIGH})"


def of_seen(table: str, column: str, other: str) -> str:
    """The row of `other` that `column` points to is seen: rows that belong to a row go where it goes."""
    return f"EXISTS (SELECT FROM {other} AS whole WHERE whole.id = {table}.{column})"


def of_person(table: str, column: str = "registration_id") -> str:
    """The row is of a registration that is seen; no path of its own, since people move to other sites."""
    return of_seen(table, column, "registrations_registration")


def at_site(table: str) -> str:
    """The row is of a site in the office's area."""
    site = f"SELECT FROM organizations_organization AS site WHERE site.id = {table}.site_id"
    return f"EXISTS ({site} AND {in_area('site.path')})"


def protect(table: str, *, office: str = "", candidate: str = "", both: str = "", adding: str = "") -> str:
    """Return the statements by which each portal sees what its rule says, and adds only such rows or those of `adding`.

    Role `worker` sees all: jobs and commands act for the system. Role `report` reads all. A portal without a rule sees
    nothing.
    """
    check = f" WITH CHECK ({adding})" if adding else ""
    rules = {"office": office or both, "candidate": candidate or both}
    scopes = "".join(
        f"CREATE POLICY {role}_scope ON {table} TO {role} USING ({rule}){check};\n"
        for role, rule in rules.items()
        if rule
    )
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
{scopes}CREATE POLICY everything ON {table} TO worker USING (true);
CREATE POLICY reading ON {table} FOR SELECT TO report USING (true);
"""


def unprotect(table: str) -> str:
    """Return the statements that undo `protect`."""
    names = ("office_scope", "candidate_scope", "everything", "reading")
    drops = "".join(f"DROP POLICY IF EXISTS {name} ON {table};\n" for name in names)
    return f"{drops}ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"


def door(name: str, arguments: str, answer: str, question: str) -> str:
    """Return the statement that makes a function which looks past the scope, and says no more than `question` asks.

    It runs as the tables' owner, whom no policy binds. Portals and jobs may call it, nobody else. Names are looked
    up among the caller's temporary tables last: unsaid, they come first, and a caller's table passes for ours.
    """
    return f"""
CREATE FUNCTION {name}({arguments}) RETURNS {answer} LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = {_NAMES} AS $$ {question} $$;
REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name}({arguments}) TO app;
"""


def reopened(name: str, arguments: str, answer: str, question: str) -> str:
    """Return the statement that lets a door made before ask another question; who may call it stays."""
    return f"""
CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {answer} LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = {_NAMES} AS $$ {question} $$;
"""


def temporary_last(function: str) -> str:
    """Return the statement that has a function made before look among temporary tables last, as `door` says."""
    return f"ALTER FUNCTION {function} SET search_path = {_NAMES};"
