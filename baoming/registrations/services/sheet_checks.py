"""Whether a printed 报名登记表 still counts: what anybody is told who holds the paper and reads its code (R20)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from baoming.documents.models import Print
from baoming.documents.queries import prints_with_prefix, subjects_with_prefix
from baoming.registrations.models import Registration, Signature
from baoming.registrations.services.sheets import SHEET
from baoming.registrations.sheet_codes import SheetCode, read_code, short_hash
from baoming.shared.queries import kept_one
from baoming.shared.scope_queries import enter_people
from baoming.shared.text import mask_name
from baoming.vault.services import keys


class Paper(StrEnum):
    """What a paper is."""

    UNREADABLE = "unreadable"  # no whole code of ours
    FORGED = "forged"  # a code that this installation did not sign
    VOID = "void"
    VALID = "valid"
    SIGNED = "signed"
    SIGNED_ON_ANOTHER = "signed_on_another"  # counts, and the same version has been signed on another paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What may be told of the print: nothing that does not stand on the paper, and the name half hidden."""

    number: int
    name: str  # 欧*远
    version: int
    exam: str
    printed_at: datetime
    voided_at: datetime | None = None
    why: str = ""
    signed_at: datetime | None = None  # this version: on this paper, or on another one
    printed_again: datetime | None = None  # the same version, later, on a paper that counts as well


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer: `found` is None for a paper that is not ours."""

    paper: Paper
    found: Found | None = None


def check_sheet(text: str) -> Checked:
    """Return whether the paper with this code counts. Without a genuine signature nothing is looked up."""
    code = read_code(text)
    if code is None:
        return Checked(Paper.UNREADABLE)
    if not keys().verify(code.signed.encode(), signature=code.signature):
        return Checked(Paper.FORGED)
    printed = print_of(code)
    if printed is None:  # signed by us, yet in no log: another database with these keys
        return Checked(Paper.FORGED)
    registration = Registration.objects.select_related("season").get(pk=printed.subject)
    found = _found(registration, printed, code)
    if found.voided_at is not None:
        return Checked(Paper.VOID, found)
    if found.signed_at is None:
        return Checked(Paper.VALID, found)
    here = signed_print(registration)
    return Checked(Paper.SIGNED if here and here[0] == printed.pk else Paper.SIGNED_ON_ANOTHER, found)


def signed_prints(registration_ids: list[UUID]) -> dict[UUID, datetime]:
    """Return the prints that a living signature stands on, and when it was recorded."""
    rows = Signature.objects.filter(registration__in=registration_ids, voided_at=None)
    return dict(rows.values_list("print_id", "at"))


def signed_print(registration: Registration) -> tuple[UUID, datetime] | None:
    """Return the person's print that a living signature stands on, and when it was recorded; None for none."""
    return _signed(registration) if registration.signed_version else None


@kept_one
def _signed(registration: Registration) -> "QuerySet[Signature, tuple[UUID, datetime]]":
    return Signature.objects.filter(registration=registration, voided_at=None).values_list("print_id", "at")


def newest_signature(registration: Registration) -> Signature | None:
    """Return the person's newest signature with its version, whether it stands or has fallen."""
    return Signature.objects.filter(registration=registration).select_related("version").order_by("-pk").first()


def print_of(code: SheetCode) -> Print | None:
    """Find the print that a code names; whoever holds the paper sees its person from here on."""
    for subject in subjects_with_prefix(code.print.lower()):
        enter_people([subject])
        for row in prints_with_prefix(code.print.lower()):
            if row.kind == SHEET and row.version == code.version and short_hash(row.content_hash) == code.hash:
                return row
    return None


def _found(registration: Registration, printed: Print, code: SheetCode) -> Found:
    season = registration.season
    again = Print.objects.filter(
        subject=registration.pk, kind=SHEET, version=printed.version, voided_at=None, at__gt=printed.at
    )
    counts, signed = printed.voided_at is None, signed_print(registration)
    return Found(
        number=code.number,
        name=mask_name(registration.name),
        version=printed.version,
        exam=f"{season.name}考试" + ("" if season.is_real else f"（{season.get_kind_display()}）"),
        printed_at=printed.at,
        voided_at=printed.voided_at,
        why=printed.void_reason,
        signed_at=signed[1] if counts and signed and registration.signed_version == printed.version else None,
        printed_again=again.order_by("-at").values_list("at", flat=True).first() if counts else None,
    )
