"""Reading imports, and what is known of people from them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.imports.kinds import Kind, kinds
from baoming.imports.models import Import, ImportedFact, ImportLine
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.errors import NotOpen
from baoming.shared.queries import Kept
from baoming.vault.services import keys

SAME = "内容和现有的相同，没有再写"  # said of a line that needs no writing
_LEFT = "考生已经转到本单位的范围以外，这一行没有写入，请由考生现在的单位导入"
WRITTEN = (ImportLine.Change.NEW, ImportLine.Change.CHANGED)  # what a good line that is to be written may do


def kinds_of(season: Season) -> dict[str, Kind]:
    """Return the season's kinds of imported information."""
    return kinds(data(season, "imports"))


def kinds_for(season: Season, party: Party) -> dict[str, Kind]:
    """Return the kinds that an office of this level may import."""
    return {key: kind for key, kind in kinds_of(season).items() if party in kind.by}


def kind_of(season: Season, key: str) -> Kind:
    """Return one kind. Raises NotOpen for one that the season does not have."""
    found = kinds_of(season).get(key)
    if found is None:
        raise NotOpen("本年度没有这一类信息的导入，请刷新页面重新选择")
    return found


def import_context(import_id: UUID) -> str:
    """Return the place what is sealed of a whole file is bound to."""
    return f"imports_import.sealed.{import_id}"


def line_context(import_id: UUID, number: int) -> str:
    """Return the place what is sealed of one line is bound to."""
    return f"imports_importline.sealed.{import_id}.{number}"


def fact_context(fact_id: int) -> str:
    """Return the place the sealed content of a fact is bound to."""
    return f"imports_importedfact.content_sealed.{fact_id}"


@dataclass(frozen=True, slots=True)
class FileHead:
    """What is kept of a file as a whole."""

    filename: str
    header: tuple[str, ...]
    unread: tuple[str, ...]  # titles of columns that nobody reads


def head_of(row: Import) -> FileHead:
    """Open what is kept of the file as a whole."""
    found = _opened(row.sealed, import_context(row.pk))
    return FileHead(found["filename"], tuple(found["header"]), tuple(found["unread"]))


def cells_of(line: ImportLine) -> list[str]:
    """Open the cells of a line as they stood in the file."""
    found: list[str] = _opened(line.sealed, line_context(line.source_id, line.number))["cells"]
    return found


def values_of(line: ImportLine) -> dict[str, str]:
    """Open the values of a line as they are to be kept."""
    found: dict[str, str] = _opened(line.sealed, line_context(line.source_id, line.number))["values"]
    return found


def content_of(fact: ImportedFact) -> dict[str, str]:
    """Open the values of one fact."""
    found: dict[str, str] = _opened(fact.content_sealed, fact_context(fact.pk))
    return found


def _opened(sealed: str, context: str) -> Any:
    return json.loads(keys().unseal(sealed, context=context))


def standing_facts(kind: str, people: Sequence[Registration]) -> dict[UUID, ImportedFact]:
    """Return the fact of this kind that counts, of who has one: the newest that was not taken back."""
    rows = ImportedFact.objects.filter(registration__in=[row.pk for row in people], kind=kind, withdrawal=None)
    return {row.registration_id: row for row in rows.order_by("registration", "-id").distinct("registration")}


def newest_facts(ids: Sequence[int]) -> dict[int, ImportedFact]:
    """Return those of these facts that count: neither taken back nor followed by one that was not."""
    newer = ImportedFact.objects.filter(
        registration=OuterRef("registration"), kind=OuterRef("kind"), id__gt=OuterRef("id"), withdrawal=None
    )
    rows = ImportedFact.objects.filter(pk__in=ids, withdrawal=None).exclude(Exists(newer))
    return {row.pk: row for row in rows}


@dataclass(frozen=True, slots=True)
class Known:
    """One fact of a person for a page: title of the kind, (title, words) of its values, and where it came from."""

    title: str
    values: list[tuple[str, str]]
    at: datetime
    by_label: str
    line: int
    counts: bool
    office: str  # of what level
    withdrawn: str = ""  # why it was taken back


def known_of(registration: Registration, *, history: bool = False, shown: bool = False) -> list[Known]:
    """Return what is known of a person from imports, by kind, newest first; all of the season's kinds.

    `history`: also what was replaced or taken back. `shown`: only what the candidate is shown.
    """
    rows = _facts(registration)
    if not rows:
        return []
    season_kinds, found, seen = kinds_of(registration.season), list[Known](), set[str]()
    for row in rows:
        kind, withdrawal = season_kinds.get(row.kind), getattr(row, "withdrawal", None)
        counts = withdrawal is None and row.kind not in seen
        if counts:
            seen.add(row.kind)
        if kind is None or (shown and not kind.shown) or not (counts or history):
            continue
        found.append(Known(
            kind.title, kind.told(content_of(row)), row.at, row.by_label, row.line, counts,
            PARTY_NAMES[Party(row.by_kind)], withdrawal.reason if withdrawal else "",
        ))  # fmt: skip
    return found


@Kept
def _facts(registration: Registration) -> QuerySet[ImportedFact]:
    rows = ImportedFact.objects.filter(registration=registration).select_related("withdrawal")
    return rows.order_by("kind", "-id")


def before(row: Import) -> Import | None:
    """Return the import by which the same file of the same kind was applied by this office already, and stands."""
    same = Import.objects.filter(season=row.season_id, path=row.path, kind=row.kind, digest=row.digest)
    applied = same.filter(batch__isnull=False, batch__undone_by=None).exclude(pk=row.pk)
    return applied.select_related("batch").order_by("-at").first()


def not_taken(row: Import) -> QuerySet[ImportLine]:
    """Return the lines that were not taken, in the order of the file, each with what to do about it as `told`.

    Those that were bad when the file was checked; and when it was applied, those of who had left the area since, and
    those that something came between.
    """
    bad = Q(change=ImportLine.Change.BAD)
    if row.batch_id is None:
        return row.lines.filter(bad).annotate(told=F("sentence")).order_by("number")
    people = Batch.objects.filter(pk=row.batch_id).values(one=Func("ids", function="unnest", output_field=UUIDField()))
    left = Q(change__in=WRITTEN) & ~Q(registration__in=people)
    skipped = skipped_in(row).filter(registration=OuterRef("registration"))
    said = Case(
        When(bad, then=F("sentence")), When(left, then=Value(_LEFT)), default=Subquery(skipped.values("sentence")[:1])
    )  # fmt: skip
    return row.lines.filter(bad | left | Q(Exists(skipped))).annotate(told=said).order_by("number")


def bad_of(row: Import) -> list[tuple[ImportLine, str]]:
    """Return the lines that were not taken with their sealed cells, and what to do about each."""
    return [(line, line.told) for line in not_taken(row)]  # type: ignore[attr-defined]


def sentences_of(row: Import, most: int) -> list[tuple[int, str]]:
    """Return number and sentence of the first lines that were not taken; what stood in them stays where it is."""
    return [(line.number, line.told) for line in not_taken(row).defer("sealed")[:most]]  # type: ignore[attr-defined]


def skipped_in(row: Import) -> QuerySet[BatchLine]:
    """Return what was not written when it was applied, but for what said the same as was known."""
    return BatchLine.objects.filter(batch=row.batch_id).exclude(sentence__in=["", SAME])


def lines_of_people(import_id: UUID, people: Sequence[Registration]) -> Mapping[UUID, ImportLine]:
    """Return the good line of each of these people."""
    rows = ImportLine.objects.filter(source=import_id, registration__in=[row.pk for row in people])
    return {row.registration_id: row for row in rows.exclude(change=ImportLine.Change.BAD) if row.registration_id}
