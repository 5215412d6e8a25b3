"""The tables of who may ask what: read, and what they expect of an answer. Nothing here knows the application."""

from dataclasses import dataclass
from pathlib import Path

from baoming.organizations.roles import Role

LETTERS = {
    "T": Role.TEACHER, "O": Role.OPERATOR, "C": Role.COUNTY, "Y": Role.CITY, "P": Role.PROVINCE,
    "SYS": Role.SYSTEM_ADMIN, "SEC": Role.SECURITY_ADMIN, "AUD": Role.AUDIT_ADMIN,
}  # fmt: skip
ABOVE_ALL = (Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
ABOVE_A_COUNTY = (Role.CITY, *ABOVE_ALL)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
LISTS = ("list", "county")
RELATIONS = ("own", "same site", "same county", "same city", "other city", "other season")
# How near a target must be for a role to reach it.
_REACH = {
    Role.TEACHER: ("own", "same site"),
    Role.OPERATOR: ("own", "same site"),
    Role.COUNTY: ("own", "same site", "same county"),
    Role.CITY: ("own", "same site", "same county", "same city"),
    **dict.fromkeys(ABOVE_ALL, ("own", "same site", "same county", "same city", "other city")),
}
_ANYWHEN = {"site", "account", "proposal", "county"}  # what stands in every season


@dataclass(frozen=True)
class Line:
    """One route of the table, or one act of a route that takes acts."""

    key: str
    methods: tuple[str, ...]
    refused: frozenset[str]  # methods that the route does not take on any line
    roles: frozenset[Role]
    about: str
    open: bool
    why: str

    @property
    def route(self) -> str:
        return self.key.partition("/")[0]

    @property
    def act(self) -> str:
        return self.key.partition("/")[2]


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table, by the names in its head."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [dict(zip(head, row, strict=True)) for row in rows]


def office_lines() -> list[Line]:
    rows = table("office.tsv")
    taken: dict[str, set[str]] = {}
    for row in rows:
        taken.setdefault(row["route"], set()).update(row["methods"].split())
    return [
        Line(
            key=row["route"],
            refused=METHODS - taken[row["route"]],
            methods=tuple(row["methods"].split()),
            roles=frozenset() if row["roles"] == "open" else frozenset(LETTERS[one] for one in row["roles"].split()),
            about=row["about"],
            open=row["roles"] == "open",
            why=row["why"],
        )
        for row in rows
    ]


def expected(line: Line, method: str, role: Role | None, relation: str) -> str:
    """Return what the table says: `405`, `sign in`, `404` or `reached` (shown, done, or refused with a sentence)."""
    if method in line.refused:
        return "405"
    if line.open:
        return "reached"
    if role is None:
        return "sign in"
    if role not in line.roles:
        return "404"
    if line.about in _ANYWHEN and relation == "other season":
        relation = "same site"
    if line.about == "county" and role not in ABOVE_A_COUNTY:  # has one alone, and chooses none
        return "reached"
    if line.about == "class" and role is Role.TEACHER and relation != "own":
        return "404"
    return "reached" if line.about == "list" or relation in _REACH[role] else "404"
