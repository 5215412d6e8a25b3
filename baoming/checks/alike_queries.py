"""Reading people who may be one: what is compared of them, pairs that wait, and who decides."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from baoming.checks.likeness import Person, marks
from baoming.checks.models import AlikePair
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import document_of
from baoming.shared.paths import next_sibling
from baoming.vault.services import keys

_COUNTY = 3  # parts of a path, down to a county: below it nobody judges
_SHARING = """
SELECT DISTINCT registration_id FROM (
    SELECT registration_id, row_number() OVER (PARTITION BY one ORDER BY registration_id) AS place
    FROM checks_marks, unnest(keys) AS one
    WHERE keys && %(asked)s::bigint[] AND one = ANY (%(asked)s::bigint[]) AND registration_id <> %(but)s
) AS found WHERE place <= %(most)s ORDER BY registration_id
"""
TABS = {AlikePair.State.OPEN: "待核对", AlikePair.State.CASED: "已转疑似重复报名", AlikePair.State.APART: "不是同一人"}


def people_of(rows: Sequence[Registration]) -> dict[UUID, Person]:
    """Return what is compared of these registrations; photos in one question."""
    photos = dict(
        Photo.objects.filter(registration__in=rows, current=True).values_list("registration", "sha256")
    )  # fmt: skip
    return {row.pk: _person(row, photos.get(row.pk, "")) for row in rows}


def _person(row: Registration, photo: str) -> Person:
    card = document_of(row)
    phone = bytes(row.phone_blind).hex() if row.phone_blind else ""
    return Person(row.name, row.name_key, card.birth, card.sex, card.number, photo, phone)


def keys_of(person: Person, season_id: int) -> list[int]:
    """Return the marks of a person as they are kept: 64 bits of a blind index each, in order."""
    ring = keys()
    blinds = (ring.blind(mark, purpose="alike", season=season_id) for mark in marks(person))
    return sorted({int.from_bytes(blind[:8], "big", signed=True) for blind in blinds})


def sharing(keys_asked: Iterable[int], *, but: UUID, most: int) -> list[UUID]:
    """Return who shares one of these keys: from an index, wherever they are; at most so many of each key.

    Of each, not of all: a key that a crowd shares must not hide the one person of a key that tells.
    """
    asked = list(keys_asked)
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, {"asked": asked, "but": but, "most": most})
        return [pk for (pk,) in cursor.fetchall()]


def owner_of(one: str, other: str) -> str:
    """Return the path of the lowest office that sees two sites and may judge: a county, a city or the province."""
    common = []
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        common.append(left)
    return "".join(f"{part}/" for part in common[:_COUNTY])


def pairs_within(season_id: int, path: str, state: str) -> QuerySet[AlikePair]:
    """Return the pairs of an area in one state: open ones longest first, decided ones newest first."""
    rows = AlikePair.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path), state=state)
    return rows.select_related("first__site", "second__site").order_by(
        "found_at" if state == AlikePair.State.OPEN else "-decided_at", "pk"
    )


def pair_counts(season_id: int, path: str) -> dict[str, int]:
    """Return state → how many pairs of the area."""
    return {state: pairs_within(season_id, path, state).order_by().count() for state in TABS}


def count_to_judge(season_id: int, path: str) -> int:
    """Return how many pairs wait for this office itself, the lowest that sees both of them."""
    return pairs_within(season_id, path, AlikePair.State.OPEN).order_by().filter(path=path).count()


def pair_of(pair_id: UUID, season_id: int, path: str) -> AlikePair | None:
    """Return one pair of the area."""
    rows = AlikePair.objects.filter(pk=pair_id, season=season_id, path__gte=path, path__lt=next_sibling(path))
    return rows.select_related("first__site", "second__site").first()


def reason_context(pair_id: UUID) -> str:
    """Return the place the sealed reason of one pair is bound to."""
    return f"checks_alikepair.reason_sealed.{pair_id}"


def reason_of(pair: AlikePair) -> str:
    """Open why they are two people; empty where nobody has said so."""
    if not pair.reason_sealed:
        return ""
    return keys().unseal(pair.reason_sealed, context=reason_context(pair.pk)).decode()


def pairs_of_person(registration: Registration, path: str) -> list[AlikePair]:
    """Return the pairs of one person that the office at `path` sees."""
    area = AlikePair.objects.filter(season=registration.season_id, path__gte=path, path__lt=next_sibling(path))
    rows = [*area.filter(first=registration), *area.filter(second=registration)]
    return sorted(rows, key=lambda pair: pair.found_at)
