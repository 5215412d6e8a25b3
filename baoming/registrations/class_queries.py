"""Reading classes: those of a site with their counts, and the pupils of one in the order of the school's list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from baoming.registrations.class_lists import list_order
from baoming.registrations.journey import BITS
from baoming.registrations.models import Draft, Registration, RosterEntry

# What the list of classes counts: on columns of the registration alone.
COUNTS: dict[str, Q] = {
    "arrived": Q(),
    "numbered": Q(number__isnull=False),
    "saved": Q(version__gt=0),
    "signed": Q(signed_version__gt=0),
    "assessed": Q(bit_moral_assessment__gt=0),
    "completed": Q(bit_completion__gt=0),
    "reviewed": Q(bit_final_review__gt=0),
}
Rows = dict[Any, Mapping[str, Any]]  # by the column that they are grouped by
_BITS = ("moral_assessment", "completion", "final_review")


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One class: how many the school listed, and how many of them stand where."""

    name: str
    teacher: str
    listed: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))

    @property
    def pupils(self) -> int:
        """Those on the list, and those who came without being on it."""
        return max(self.listed, self.counts["arrived"])


@dataclass(frozen=True, slots=True)
class Member:
    """One pupil of a class; `row` is None until the card has been read. `drafted`: something typed is not saved."""

    student_no: str
    name: str
    row: Registration | None = None
    drafted: bool = False


def class_counts(season_id: int, site_id: UUID, *, teacher: str = "") -> list[ClassCount]:
    """Return the classes of a site, only those of one class teacher if named: two questions."""
    listed = RosterEntry.objects.filter(season=season_id, site=site_id).values("class_name")
    rows = listed.annotate(
        listed=Count("pk"), first=Max("teacher"), theirs=Count("pk", filter=Q(teacher=teacher))
    ).order_by()
    known: Rows = {row["class_name"]: dict(row) for row in rows if not teacher or row["theirs"]}
    arrived = _counted(season_id, "class_name", Q(site=site_id))
    names = set(known) if teacher else {*known, *arrived}
    found = [_class(name, known.get(name, {}), arrived.get(name, {})) for name in names]
    return sorted(found, key=lambda one: list_order(one.name, "", ""))


def site_counts(season_id: int, sites: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the same counts for whole sites."""
    rows = _counted(season_id, "site", Q(site__in=sites))
    return {site: {key: rows.get(site, {}).get(key, 0) for key in COUNTS} for site in sites}


def members(season_id: int, site_id: UUID, class_name: str) -> list[Member]:
    """Return the pupils of a class in the order of their numbers, also those not yet at the desk: two questions."""
    here = {"season": season_id, "site": site_id, "class_name": class_name}
    came = Registration.objects.filter(**here).select_related("account")
    drafted = came.annotate(drafted=Exists(Draft.objects.filter(registration=OuterRef("pk"))))
    found = [(row.name_key, Member(row.student_no, row.name, row, bool(vars(row)["drafted"]))) for row in drafted]
    absent = RosterEntry.objects.filter(**here, registration=None)
    found += [(entry.name_key, Member(entry.student_no, entry.name)) for entry in absent]
    return [one for _, one in sorted(found, key=lambda line: list_order("", line[1].student_no, line[0]))]


def with_done(rows: QuerySet[Registration], *, needs: Sequence[str], without: str) -> QuerySet[Registration]:
    """Return those who have done all steps of `needs`, and not the step `without`."""
    mask = sum(BITS[key] for key in needs)
    marked = rows.annotate(have=F("done").bitand(mask), after=F("done").bitand(BITS[without]))
    return marked.filter(have=mask, after=0)


def _counted(season_id: int, group: str, where: Q) -> Rows:
    bits = {f"bit_{key}": F("done").bitand(BITS[key]) for key in _BITS}
    rows = Registration.objects.filter(where, season=season_id).annotate(**bits).order_by().values(group)
    counted = rows.annotate(**{key: Count("pk", filter=condition) for key, condition in COUNTS.items()})
    return {row[group]: row for row in counted}


def _class(name: str, listed: Mapping[str, Any], arrived: Mapping[str, Any]) -> ClassCount:
    counts = {key: arrived.get(key, 0) for key in COUNTS}
    return ClassCount(name, listed.get("first", ""), listed.get("listed", 0), counts)
