"""People found by their names: as written or a part of it, as read, by initials (ux.md, rule 26).

A county or a site asks among its own people, an index range of some thousand. Above it the names come first, each by
its own index, through the database's own function: what it asks see migration 0021. Behind row-level security LIKE
uses no index at all, since it could leak; order does. So the beginning of a key is a range.
"""

from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Replace

from baoming.registrations.models import RosterEntry
from baoming.shared import names
from baoming.shared.paths import next_sibling
from baoming.shared.text import without_dot

BLANKS: Final = "· \u3000\xa0"  # what stands in a name and is not typed by who looks for it
_LAST = chr(0x10FFFF)  # behind every text that goes on, in the order of code points


def bare(field: str = "name") -> Func:
    """Return the name without dot and blanks, as a column."""
    return Func(F(field), Value(BLANKS), Value(""), function="translate", output_field=CharField())


def written_as(part: str) -> Q:
    """Return whose name, as `own` without its dot, has `part` in it; of one character, at its beginning."""
    return Q(own__contains=part) if len(part) > 1 else Q(own__startswith=part)


def spoken(season_id: int, path: str, letters: str, *, limit: int) -> Q:
    """Return who is read so: `letters` begin the initials (zs), or the pinyin without spaces (zhangs)."""
    if _is_narrow(path):
        return _begins("name_initials", letters) | _begins("name_letters", letters)
    return Q(pk__in=_named(season_id, path, letters=letters, initials=letters, limit=limit))


def written(season_id: int, path: str, name: str, *, limit: int) -> Q:
    """Return whose name has `name` in it, dot and blanks aside; where nobody is at hand, who is read alike."""
    part, letters = without_dot(name), names.pinyin_key(name).replace(" ", "")
    if _is_narrow(path):
        return written_as(part) | _begins("name_letters", letters)
    so = _named(season_id, path, part=part, letters=letters if len(part) == 1 else None, limit=limit)
    return Q(pk__in=so or _named(season_id, path, letters=letters, limit=limit))


def expected_named(season_id: int, path: str, wanted: str, *, limit: int) -> list[RosterEntry]:
    """Return pupils of a site's roster who have not come yet, by name, pinyin or initials."""
    part, letters = without_dot(wanted), wanted.replace(" ", "").lower()
    is_spoken = letters.isascii() and letters.isalpha()
    if not (is_spoken or (part and not part.isascii())):
        return []
    read = Q(letters__startswith=letters) | Q(initials__startswith=letters)
    rows = RosterEntry.objects.filter(season=season_id, path=path, registration=None).annotate(
        own=bare(), letters=Replace("name_key", Value(" "), Value("")), initials=_initials()
    )
    found = rows.filter(read if is_spoken else written_as(part)).order_by("class_name", "student_no", "name_key", "pk")
    return list(found[:limit])


def _is_narrow(path: str) -> bool:
    """Whether this is a county or less."""
    return path.count("/") >= 3


def _named(
    season_id: int, path: str, *, letters: str | None = None, initials: str | None = None, part: str | None = None,
    limit: int,
) -> list[UUID]:  # fmt: skip
    """Return the first of those below `path` and within the transaction's area who are named so."""
    asked: list[str | int | None] = [season_id, path, next_sibling(path), letters, initials, part, limit]
    with connection.cursor() as cursor:
        cursor.execute("SELECT registrations_named(%s, %s, %s, %s, %s, %s, %s)", asked)
        return [row[0] for row in cursor.fetchall()]


def _initials() -> Func:
    given = [F("name_key"), Value(r"(\S)\S*\s*"), Value(r"\1"), Value("g")]
    return Func(*given, function="regexp_replace", output_field=CharField())


def _begins(field: str, text: str) -> Q:
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
