"""The people of the matrix: one target in each relation to an office, and staff of every role."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from baoming.audit.actors import Actor, Party
from baoming.documents.models import PrintFile
from baoming.messages.models import Announcement
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.photos import take_photo
from baoming.seasons.models import Season
from baoming.web.management.commands.load_season import load
from standins.faces import face
from tests import factories as make
from tests.registrations import confirmed

LETTERS = {
    "T": Role.TEACHER, "O": Role.OPERATOR, "C": Role.COUNTY, "Y": Role.CITY, "P": Role.PROVINCE,
    "SYS": Role.SYSTEM_ADMIN, "SEC": Role.SECURITY_ADMIN, "AUD": Role.AUDIT_ADMIN,
}  # fmt: skip
ABOVE_ALL = (Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
# What each office does with a class: another kind of act is not found.
KINDS = {Role.OPERATOR: "signature", Role.COUNTY: "completion", Role.CITY: "review"}
METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
RELATIONS = ("own", "same site", "same county", "same city", "other city", "other season")
# How near a target must be for a role to reach it.
_REACH = {
    Role.TEACHER: ("own", "same site"),
    Role.OPERATOR: ("own", "same site"),
    Role.COUNTY: ("own", "same site", "same county"),
    Role.CITY: ("own", "same site", "same county", "same city"),
    **dict.fromkeys(ABOVE_ALL, ("own", "same site", "same county", "same city", "other city")),
}


@dataclass(frozen=True)
class Line:
    """One route of the table."""

    route: str
    methods: tuple[str, ...]
    refused: frozenset[str]  # methods that the route does not take on any line
    roles: frozenset[Role]
    about: str
    open: bool


@dataclass(frozen=True)
class Target:
    """What stands in one relation: a person, their site, and what that site and its county have made."""

    person: Registration
    file: PrintFile
    batch: Batch
    announcement: Announcement

    @property
    def ids(self) -> dict[str, object]:
        return {
            "registration_id": self.person.pk,
            "site_id": self.person.site_id,
            "file_id": self.file.pk,
            "batch_id": self.batch.pk,
            "announcement_id": self.announcement.pk,
        }


@dataclass(frozen=True)
class World:
    staff: dict[Role, Staff]
    targets: dict[str, Target]


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
            refused=METHODS - taken[row["route"]],
            route=row["route"],
            methods=tuple(row["methods"].split()),
            roles=frozenset() if row["roles"] == "open" else frozenset(LETTERS[one] for one in row["roles"].split()),
            about=row["about"],
            open=row["roles"] == "open",
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
    if line.about == "asked":
        return "404"
    if line.about == "site" and relation == "other season":
        relation = "same site"  # a site stands in every season
    return "reached" if line.about == "list" or relation in _REACH[role] else "404"


def make_world() -> World:
    """Make staff around one person who has saved, and somebody in every other relation to them."""
    mine = confirmed.saved()
    county = mine.site.parent
    assert county is not None
    assert county.parent is not None
    offices = {
        Role.TEACHER: mine.site,
        Role.OPERATOR: mine.site,
        Role.COUNTY: county,
        Role.CITY: county.parent,
    }
    offices |= dict.fromkeys(ABOVE_ALL, Organization.objects.get(level="province"))
    make.season("intake")
    former = make.registration(mine.site)
    people = {
        "own": mine,
        "same site": make.registration(mine.site),
        "same county": make.registration(make.site("02")),
        "same city": make.registration(make.site("01", of="0103")),
        "other city": make.registration(make.site("01", of="0203")),
        "other season": former,
    }
    for person in people.values():
        if person != mine:
            take_photo(person.pk, face(3), by=confirmed.operator(person), source="camera")
    make.season("confirmation")
    _to_another_season(former)
    return World(
        staff={role: make.staff(office, role) for role, office in offices.items()},
        targets={relation: _target(person) for relation, person in people.items()},
    )


def _to_another_season(row: Registration) -> None:
    """Let somebody be of another season."""
    row.season = Season.objects.filter(kind="practice").first() or load("43", 2023, "practice")
    row.save(update_fields=["season"])


def _target(row: Registration) -> Target:
    made = {"season": row.season, "at": row.created_at}
    file = PrintFile.objects.create(path=row.path, kind="registration_form", title="高三（1）班", **made)
    by = Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    batch = start_batch(row.season, "signature", [row.pk], key=uuid4(), about="", options={}, by=by)
    announcement = Announcement.objects.create(
        season=row.season, path=row.path[:9], office="县招办", title="须知", text="带户口簿", opens=row.created_at,
        by_label="王秀兰",
    )  # fmt: skip
    return Target(row, file, batch, announcement)
