"""What was saved and what was printed of it."""

from dataclasses import dataclass
from typing import Any

from baoming.documents.models import Print
from baoming.documents.queries import prints_of
from baoming.registrations.form_queries import differences, form_of, versions_of
from baoming.registrations.models import FormVersion, Registration
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
        "older": [(one.number, f"第{one.number}版，{stamp(one.at)}保存") for one in saved[1:]],
        "restoring": asked_restore(registration) if before and restoring else None,
        "changes": differences(form_of(registration.season), before, newest) if newest and before else [],
    }


def prints(registration: Registration) -> dict[str, list[Printed]]:
    """Prints of the form, newest first, each with whether the living signature stands on it."""
    signed, _ = signed_print(registration) or (None, None)
    rows = [row for row in prints_of(registration.pk) if row.kind == SHEET]
    return {"prints": [Printed(row, short_hash(row.content_hash)[:8], row.pk == signed) for row in rows]}
