"""What was saved and what was printed of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from baoming.documents.models import Print
from baoming.documents.queries import prints_of
from baoming.registrations.device_words import KINDS, device_words
from baoming.registrations.form_queries import differences, form_of, versions_of
from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services.disputes import open_dispute
from baoming.registrations.services.restores import asked_restore
from baoming.registrations.services.sheet_checks import signed_print
from baoming.registrations.services.sheets import SHEET
from baoming.registrations.sheet_codes import short_hash
from baoming.shared.moments import stamp


@dataclass(frozen=True, slots=True)
class Printed:
    """One print as the page shows it."""

    row: Print
    hash: str
    signed: bool


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


def prints(registration: Registration) -> dict[str, list[Printed]]:
    """Prints of the form, newest first, each with whether the living signature stands on it."""
    signed, _ = signed_print(registration) or (None, None)
    rows = [row for row in prints_of(registration.pk) if row.kind == SHEET]
    return {"prints": [Printed(row, short_hash(row.content_hash)[:8], row.pk == signed) for row in rows]}
