"""What was saved and what was printed of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from baoming.documents.models import Print
from baoming.documents.queries import prints_of
from baoming.forms.definition import Difference
from baoming.registrations.attached_queries import declarations_of, declaring_of, has_declarations
from baoming.registrations.device_words import KINDS, device_words
from baoming.registrations.form_queries import differences, form_of, newest_version, versions_of
from baoming.registrations.journey import BITS
from baoming.registrations.models import FormVersion, Registration, Signature
from baoming.registrations.scan_queries import kept_pages
from baoming.registrations.services.disputes import open_dispute
from baoming.registrations.services.restores import asked_restore
from baoming.registrations.services.sheet_checks import newest_signature, signed_print
from baoming.registrations.services.sheets import SHEET
from baoming.registrations.sheet_codes import short_hash
from baoming.shared.moments import stamp


@dataclass(frozen=True, slots=True)
class Printed:
    """One print as the page shows it."""

    row: Print
    hash: str
    signed: bool
    on_another: bool  # its version has been signed, on another paper
    pages: Sequence[str]  # addresses of the signed pages that came back


@dataclass(frozen=True, slots=True)
class SignedAgainstNow:
    """The version that was signed last beside the one that counts now."""

    signature: Signature
    changes: Sequence[Difference]


def versions(registration: Registration, *, restoring: bool) -> dict[str, Any]:
    """The newest version, what it changed against the one before, and the request to restore one if there is any."""
    saved = versions_of(registration)
    rows: list[FormVersion | None] = [*saved[:2], None, None]
    newest, before = rows[0], rows[1]
    return {
        "newest": newest,
        "before": before,
        "older": [(str(one.number), f"恢复第{one.number}版，{stamp(one.at)}保存") for one in saved[1:]],
        "restoring": asked_restore(registration) if before and restoring else None,
        **_disputed(registration, saved),
        "changes": differences(form_of(registration.season), before, newest) if newest and before else [],
    }


def _disputed(registration: Registration, saved: Sequence[FormVersion]) -> dict[str, Any]:
    """The dispute that is open, and the saves it is about with their devices: asked only of a frozen form."""
    dispute = open_dispute(registration) if registration.disputed_at else None
    if dispute is None:
        return {"dispute": None}
    rows = {row.number: row for row in saved}
    labels = {one.key: one.label for one in form_of(registration.season).fields}
    doubted = [
        (
            rows[number],
            device_words(rows[number].kind, device=rows[number].device, before=rows[number - 1].device)
            if number > 1
            else KINDS.get(rows[number].kind, ""),
            "、".join(labels[key] for key in rows[number].changed if key in labels) if number > 1 else "第一次保存",
        )
        for number in range(dispute.last, dispute.first - 1, -1)
    ]
    return {"dispute": dispute, "doubted": doubted}


def prints(registration: Registration) -> dict[str, Any]:
    """Prints of the form, newest first: whether their version is signed, and the signed pages that came back."""
    signed, _ = signed_print(registration) or (None, None)
    rows = [row for row in prints_of(registration.pk) if row.kind == SHEET]
    pages = _pages(registration) if rows else {}
    return {
        "prints": [_printed(registration, row, signed, pages.get(row.pk, [])) for row in rows],
        "signed_then": _signed_then(registration, rows),
    }


def _printed(registration: Registration, row: Print, signed: UUID | None, pages: Sequence[str]) -> Printed:
    counts = row.voided_at is None and registration.signed_version == row.version
    on_another = counts and row.pk != signed
    return Printed(row, short_hash(row.content_hash)[:8], row.pk == signed, on_another, pages)


def _pages(registration: Registration) -> dict[UUID, list[str]]:
    """The addresses of the kept pages, by the print they show; looking at one is an event."""
    address, found = reverse("office:signed_page", args=[registration.pk]), dict[UUID, list[str]]()
    for page in kept_pages(registration):
        if page.print_id is not None:
            found.setdefault(page.print_id, []).append(f"{address}?page={page.pk}")
    return found


def _signed_then(registration: Registration, rows: Sequence[Print]) -> SignedAgainstNow | None:
    """The signature that fell, and what has changed since; None where none did, or the sheet is signed anew."""
    if not registration.fallen & BITS["signature"]:
        return None
    signature, newest = newest_signature(registration), newest_version(registration)
    if signature is None or newest is None:
        return None
    changes = differences(form_of(registration.season), signature.version, newest)
    return SignedAgainstNow(signature, [*changes, *_declared_since(registration, signature, rows)])


def declared(registration: Registration) -> dict[str, Any]:
    """What was declared of bonus points and special plans, newest first; nothing in a season without."""
    if not has_declarations(registration.season):
        return {"declaring": None}
    return {"declaring": declaring_of(registration.season), "declared": declarations_of(registration)}


def _declared_since(registration: Registration, signature: Signature, rows: Sequence[Print]) -> list[Difference]:
    """What the signed paper says of bonus points and special plans beside what is declared now, where they differ."""
    paper = next((row for row in rows if row.pk == signature.print_id), None)
    if paper is None or not has_declarations(registration.season):
        return []
    found = declarations_of(registration)
    then, now = next((one for one in found if one.at <= paper.at), None), next(iter(found), None)
    if (then.kinds if then else []) == (now.kinds if now else []):
        return []
    labels = declaring_of(registration.season).labels
    old, new = (labels(one.kinds) if one else "没有申报" for one in (then, now))
    return [Difference("declarations", "加分、专项", old, new)]
