"""The lists of offices: how many stand under each tab, one page of them, and who is found (R35)."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from baoming.registrations.class_lists import natural
from baoming.registrations.document_numbers import canonical_any, kind_of
from baoming.registrations.models import HoldRow, Registration
from baoming.registrations.name_queries import bare, spoken, written, written_as
from baoming.registrations.queries import DEBT, document_context
from baoming.registrations.worklists import Counts, Tab
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept
from baoming.shared.text import clean_name, halfwidth, mask_document, without_dot
from baoming.vault.services import keys

PRINTING: Final = {"none": "未打印", "valid": "有效", "void": "已作废"}
_PRINTING = {
    "none": Q(version__gt=0, printed_version=0),
    "valid": Q(printed_version__gt=0, printed_version=F("version")),
    "void": Q(printed_version__gt=0, printed_version__lt=F("version")),
}
_ACROSS = {  # in the order of `Counts`
    "approvals": Q(approval_since__isnull=False) & ~Q(stage="stopped"),
    "problems": Q(problem=True),
    "owing": Q(debts__gt=0) & ~Q(stage="stopped"),
}
_TABS_ACROSS = {"approval": "approvals", "problem": "problems", "debts": "owing"}
# As the paper lists go: who has no student number stands last, 2 before 10.
_IN_CLASS = (Case(When(student_no="", then=1), default=0), Length("student_no"), "student_no", "name_key", "pk")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `path`: of the office, or of one below it."""

    season: int
    path: str
    class_name: str = ""
    printing: str = ""  # key of PRINTING
    problems: bool = False


class Line(NamedTuple):
    """What a list shows of one person, read in one question."""

    id: UUID
    number: int | None
    name: str
    sex: str
    document_sealed: str
    site_id: UUID
    class_name: str
    student_no: str
    reading: str
    read_at: datetime
    done: int
    fallen: int
    held: int
    debts: int
    debt_since: datetime | None
    version: int
    saved_at: datetime | None
    printed_version: int
    signed_version: int
    photo_state: str
    stopped_at: datetime | None
    decider: str
    approval_since: datetime | None


def counts(filters: Filters) -> Counts:
    """Return how many stand at each stage: one scan of one index where nothing but the area is chosen."""
    across = {name: Count("stage", filter=condition) for name, condition in _ACROSS.items()}
    rows = _narrowed(filters).values("stage").annotate(people=Count("*"), **across).order_by()
    found = list(rows.values_list("stage", "people", *across))
    sums = [sum(row[place] for row in found) for place in range(2, 2 + len(across))]
    return Counts({row[0]: row[1] for row in found}, *sums)


def page(filters: Filters, tab: Tab, *, first: int, size: int) -> list[Line]:
    """Return `size` people under one tab from place `first` on: a class by student number, else by site and number."""
    rows = _narrowed(filters).filter(_under(tab))
    order = _IN_CLASS if filters.class_name else ("path", "number", "name_key", "pk")
    return _lines(rows.order_by(*order)[first : first + size])


def half_done(season_id: int, path: str) -> list[Registration]:
    """Return the first twenty who have a file and no number yet, by name."""
    return _half_done(season_id, path, next_sibling(path))


@Kept
def _half_done(season_id: int, low: str, high: str) -> QuerySet[Registration]:
    rows = Registration.objects.filter(season=season_id, stage="intake", path__gte=low, path__lt=high)
    return rows.order_by("path", "name_key", "pk")[:20]


def classes(season_id: int, path: str) -> list[str]:
    """Return the names of the classes at a site, 2 before 10."""
    rows = Registration.objects.filter(season=season_id, path=path).exclude(class_name="")
    return sorted(rows.order_by().values_list("class_name", flat=True).distinct(), key=natural)


def holds_of(lines: Iterable[Line]) -> dict[UUID, list[str]]:
    """Return the reasons of open holds that are no debts, by registration; asks only where there are any."""
    held = [line.id for line in lines if line.held]
    found: dict[UUID, list[str]] = {}
    if held:
        rows = HoldRow.objects.filter(registration__in=held, cleared_at=None).exclude(kind=DEBT).order_by("id")
        for pk, reason in rows.values_list("registration_id", "reason"):
            found.setdefault(pk, []).append(reason)
    return found


def masked_numbers(lines: Iterable[Line]) -> list[str]:
    """Return the masked document numbers of people on one page, opened one after the other (0.02 ms each)."""
    unseal = keys().unseal
    return [
        mask_document(json.loads(unseal(line.document_sealed, context=document_context(line.id)))["number"])
        for line in lines
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found. `alike`: nobody is written so, these are read alike. `more`: there are others."""

    lines: Sequence[Line]
    alike: bool = False
    more: bool = False


def find(filters: Filters, wanted: str, *, limit: int) -> Found:
    """Return who is found by number, document, last four, name or pinyin, at most `limit` of them."""
    exact, condition = _matches(filters, wanted, limit=limit)
    if condition is None:
        return Found([])
    first = Case(When(exact, then=Value(0)), default=Value(1), output_field=IntegerField()) if exact else Value(0)
    rows = _narrowed(filters).annotate(own=bare(), first=first).filter(condition)
    ordered = rows.order_by("first", "path", "number", "name_key", "pk")[: limit + 1]
    found = list(ordered.values_list("first", *Line._fields))
    lines = [Line(*row) for rank, *row in found if rank == found[0][0]]  # of one kind only: as written, or as read
    return Found(lines[:limit], alike=bool(found) and found[0][0] == 1, more=len(lines) > limit)


def is_document(wanted: str) -> bool:
    """Whether this is a whole number of an identity document; eight digits may be a registration number as well."""
    return kind_of(halfwidth(wanted).upper()) is not None


def _matches(filters: Filters, wanted: str, *, limit: int) -> tuple[Q | None, Q | None]:
    """Return what is written as wanted, and the condition that also takes in what is read alike."""
    season_id, text = filters.season, halfwidth(wanted).upper()
    if not text:
        return None, None
    kinds: tuple[tuple[bool, Callable[[], Q]], ...] = (
        (_digits(text) and len(text) == 8, lambda: Q(number=int(text)) | _document(season_id, text)),
        (is_document(wanted), lambda: _document(season_id, text)),
        (len(text) == 4 and text[:3].isdigit() and text.isascii(), lambda: _last_four(season_id, text)),
        (text.isascii() and text.isalpha(), lambda: spoken(season_id, filters.path, text.lower(), limit=limit + 1)),
    )
    for fits, condition in kinds:
        if fits:
            return None, condition()
    name = without_dot(wanted)
    if not name or name.isascii():
        return None, None
    return written_as(name), written(season_id, filters.path, clean_name(wanted), limit=limit + 1)


def _document(season_id: int, text: str) -> Q:
    """Whose document has this number, or states it."""
    blind = keys().blind(known_number(text), purpose="id", season=season_id)
    return Q(number_blind=blind) | Q(lifelong_blind=blind)


def known_number(text: str) -> str:
    """Return a number of a document as it is kept."""
    try:
        return canonical_any(text)
    except ValueError:  # mistyped: nobody's, and looked for as well
        return text


def _last_four(season_id: int, text: str) -> Q:
    return Q(last_four_blind=keys().blind(text, purpose="last4", season=season_id))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _narrowed(filters: Filters) -> QuerySet[Registration]:
    rows: QuerySet[Registration] = Registration.objects.filter(season=filters.season).within(filters.path)
    if filters.class_name:
        rows = rows.filter(class_name=filters.class_name)
    if filters.printing:
        rows = rows.filter(_PRINTING[filters.printing])
    return rows.filter(problem=True) if filters.problems else rows


def _under(tab: Tab) -> Q:
    if tab.key in _TABS_ACROSS:
        return _ACROSS[_TABS_ACROSS[tab.key]]
    return Q() if tab.key == "all" else Q(stage__in=tab.stages)


def _lines(rows: QuerySet[Registration]) -> list[Line]:
    found: Iterable[tuple[Any, ...]] = rows.values_list(*Line._fields)
    return [Line._make(row) for row in found]
