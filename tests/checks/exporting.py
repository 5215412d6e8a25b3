"""Exports and answers brought where a test wants them, by the services themselves."""

from dataclasses import replace
from uuid import uuid4

from baoming.audit.actors import Actor
from baoming.checks.models import CheckBatch, CheckLine, CheckResult
from baoming.checks.services.exports import approve_export, ask_export, make_part
from baoming.checks.services.results import note_result
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from tests.reviews.files import office


def city(row: Registration) -> Actor:
    return office(row, "city")


def second(first: Actor) -> Actor:
    """Another person of the same office."""
    return replace(first, id=f"other-{first.id}"[:40], label="何平")


def ask(by: Actor, kind: str = "roll", **changes: object) -> CheckBatch:
    values: dict[str, object] = {
        "area": by.path, "again": False, "encoding": "utf-8-sig", "reason": "按招生工作安排核查学籍", "key": uuid4(),
    }  # fmt: skip
    return ask_export(Season.objects.get(kind="demo"), kind, by=by, **values | changes)  # type: ignore[arg-type]


def run(batch: CheckBatch) -> CheckBatch:
    while make_part(batch.pk):
        pass
    batch.refresh_from_db()
    return batch


def exported(by: Actor, kind: str = "roll", **changes: object) -> CheckBatch:
    """Asked for by one, approved by another, made."""
    batch = ask(by, kind, **changes)
    approve_export(batch.pk, by=second(by))
    return run(batch)


def line_of(batch: CheckBatch, row: Registration) -> CheckLine:
    return CheckLine.objects.get(batch=batch, registration=row)


def answer(row: Registration, code: str, *, kind: str = "roll", remark: str = "", **changes: object) -> CheckResult:
    """Export this person's city and take the register's answer."""
    by = city(row)
    line = line_of(exported(by, kind, again=True, **changes), row)
    return note_result(line.pk, code, remark=remark, by=by)
