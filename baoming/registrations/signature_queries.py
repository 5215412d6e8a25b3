"""Who of a site has signed, who is waited for, and whose signed paper has become void: per class (R20)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from baoming.documents.models import Print
from baoming.registrations.class_lists import list_order
from baoming.registrations.journey import BITS
from baoming.registrations.models import Registration, Signature

Tab = Literal["again", "waiting", "unprinted", "signed"]
TABS: Final[dict[Tab, str]] = {"again": "待重签", "waiting": "待签", "unprinted": "待打印", "signed": "已签"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One person who has saved a form. `lost`: when and why the paper that was signed became void."""

    person: Registration
    tab: Tab
    was: int = 0  # the version that was signed last
    at: datetime | None = None  # when that was recorded
    lost_at: datetime | None = None
    why: str = ""

    @property
    def printed(self) -> bool:
        """Whether a print of what counts now is there to be signed."""
        return 0 < self.person.printed_version == self.person.version


def signature_lines(season_id: int, path: str) -> list[SignatureLine]:
    """Return everybody of the site with this path who has saved a form, in the order of the lists: three questions.

    Whoever withdrew is left out. A signature that was taken back as a mistake voids no paper: the person is waited
    for, on the paper that is there.
    """
    people = Registration.objects.filter(season=season_id, path=path, version__gt=0, stopped_at=None)
    rows = list(people.only(
        "id", "number", "name", "name_key", "class_name", "student_no", "version", "printed_version", "signed_version",
        "fallen", "path",
    ))  # fmt: skip
    known = _signatures(rows)
    void = _void(known.values())
    lines = [_line(row, known.get(row.pk), void) for row in rows]
    return sorted(lines, key=lambda one: list_order(one.person.class_name, one.person.student_no, one.person.name_key))


def _signatures(rows: Sequence[Registration]) -> dict[UUID, Signature]:
    """The newest signature of each who has one, standing or fallen."""
    bit = BITS["signature"]
    ids = [row.pk for row in rows if row.signed_version or row.fallen & bit]
    found = Signature.objects.filter(registration__in=ids).select_related("version").order_by("pk")
    return {one.registration_id: one for one in found}


def _void(signatures: Iterable[Signature]) -> dict[UUID, Print]:
    ids = [one.print_id for one in signatures if one.voided_at]
    return Print.objects.filter(voided_at__isnull=False).in_bulk(ids)


def _line(row: Registration, signature: Signature | None, void: dict[UUID, Print]) -> SignatureLine:
    if signature is None:
        return SignatureLine(person=row, tab="waiting" if _is_printed(row) else "unprinted")
    was = signature.version.number
    if signature.voided_at is None:
        return SignatureLine(person=row, tab="signed", was=was, at=signature.at)
    paper = void.get(signature.print_id)
    if paper is None:
        return SignatureLine(person=row, tab="waiting" if _is_printed(row) else "unprinted", was=was, at=signature.at)
    return SignatureLine(
        person=row, tab="again", was=was, at=signature.at, lost_at=paper.voided_at, why=paper.void_reason
    )


def _is_printed(row: Registration) -> bool:
    return 0 < row.printed_version == row.version
