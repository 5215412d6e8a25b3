"""Prints `docs/security/authorisation.md` from the tables of this folder: `python -m tests.matrix.page`."""

from pathlib import Path

from baoming.organizations.roles import ROLE_NAMES, Role
from tests.matrix.tables import ABOVE_A_COUNTY, Line, office_lines, table

PAGE = Path(__file__).parents[2] / "docs" / "security" / "authorisation.md"
_HEAD = """# Who may come to which page

Printed by `make docs` from the tables in `tests/matrix`, which are written from the plan's table of roles and never
from the code. `tests/matrix` asks every route of both portals as each role, for people of the own county and of
another one, and compares; a route or an act without a line fails the build. `make nightly` asks all routes × methods ×
roles × relations, with both layers of authorisation and with each alone.

- **area**: the own office and those below it; nothing else is found (404). **own site**, **own class**: that only.
- **yes**: there is no row to choose; a list shows the own area only. A list with **area** is of one county.
- Empty: not found, whatever it is about. A stranger is led to sign in, but on pages for everybody.
- Reached means shown, done, or refused by a rule with a sentence (409, 422): phases, locks and steps are judged then.
- A method that is not named is answered with 405 to everybody. A person of another season is found by nobody.
- `classes_act/moral` is the route `classes_act` asked for the act `moral`.
"""
_LAYERS = """
## What keeps the offices apart

Two layers: the application's own narrowing (`within`, `web/office/scope.py`), and row-level security in the database
(`shared/row_rules.py`). Row-level security alone guards no cell of the table: all it refuses, the application refuses
too. What the application guards alone:

"""


def page() -> str:
    """Return the page as it must stand in the tree."""
    return f"{_HEAD}{_office()}{_candidate()}{_LAYERS}{_apart()}"


def _office() -> str:
    rows = [
        [f"`{line.key}`", " ".join(line.methods), *(_word(line, role) for role in Role), line.why]
        for line in office_lines()
    ]
    head = ["route", "methods", *(ROLE_NAMES[role] for role in Role), "clause"]
    return f"\n## Office portal 招考信息管理系统\n\n{_table([head, *rows])}"


def _word(line: Line, role: Role) -> str:
    if line.open:
        return "yes"
    if role not in line.roles:
        return ""
    if line.about == "list" or (line.about == "county" and role not in ABOVE_A_COUNTY):
        return "yes"
    if role is Role.TEACHER:
        return {"class": "own class", "site": "own site"}[line.about]
    return "own site" if role is Role.OPERATOR else "area"


def _candidate() -> str:
    words = {"open": ("yes", "yes"), "own": ("sign in", "own registration"), "cashier": ("refused", "refused")}
    rows = [[f"`{row['route']}`", row["methods"], *words[row["who"]], row["why"]] for row in table("candidate.tsv")]
    head = ["route", "methods", "stranger", "candidate", "clause"]
    return f"\n## Candidate portal 考生综合信息平台\n\n{_table([head, *rows])}"


def _apart() -> str:
    rows = [[row["about"], row["why"]] for row in table("layers.tsv") if row["layers"] == "application"]
    return _table([["what", "why"], *rows])


def _table(rows: list[list[str]]) -> str:
    head, *rest = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, ["---"] * len(head), *rest])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
