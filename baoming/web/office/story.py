"""One candidate's whole story on one page: facts, journey, what can be done now, and what happened (R35, R36)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from baoming.audit.models import Event
from baoming.audit.queries import story
from baoming.documents.models import Print
from baoming.documents.queries import prints_of
from baoming.payments.queries import item_names, orders_of
from baoming.registrations.form_queries import differences, form_of, versions_of
from baoming.registrations.journey import STEPS
from baoming.registrations.models import FormVersion, Registration, Signature
from baoming.registrations.queries import document_of, tasks_of
from baoming.registrations.services.sheets import SHEET
from baoming.registrations.sheets import short_hash
from baoming.registrations.tasklist import Box, Status, Task, TaskList
from baoming.reviews.queries import moral_of
from baoming.shared.moments import stamp
from baoming.web.access import OfficeRequest
from baoming.web.office.words import QUIET, VERBS

# Steps of the strip after the candidate's eight boxes, which end with the signature.
_AFTER = ("moral_assessment", "completion", "final_review")


@dataclass(frozen=True, slots=True)
class Printed:
    """One print as the page shows it."""

    row: Print
    hash: str
    signed: bool


def show(
    request: OfficeRequest,
    registration: Registration,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with the story; `errors` and `typed` are those of an act that was refused on this page."""
    tasks = tasks_of(registration, request.actor.kind, clock=request.clock)
    context = {
        "registration": registration,
        "errors": errors or {},
        "typed": typed or {},
        "document": document_of(registration),
        "tasks": tasks,
        "steps": _strip(tasks, registration),
        "prints": _prints(registration),
        "orders": orders_of(registration),
        "items": item_names(registration.season),
        "moral": moral_of(registration),
        **_past(registration),
        **_versions(registration),
    }
    return render(request, "office/candidate.html", context, status=422 if errors else 200)


def _strip(tasks: TaskList, registration: Registration) -> list[dict[str, str]]:
    """The way as a strip: the eight official boxes, then what the offices do."""
    found = {task.key: task for task in tasks.all}
    boxes = [
        {"name": box.title, "said": _when(box, tasks, registration), "state": box.status.value} for box in tasks.boxes
    ]
    return [*boxes, *(_part(found[key]) for key in _AFTER if key in found)]


def _when(box: Box, tasks: TaskList, registration: Registration) -> str:
    """When the last step of a filled box was done; of the form, which version."""
    if box.status is not Status.DONE:
        return ""
    times = [task.at for task in tasks.done if task.at and STEPS[task.key].box == box.letter]
    said = stamp(max(times)) if times else ""
    return f"第{registration.version}版，{said[:5]}" if box.letter == STEPS["form"].box else said


def _part(task: Task) -> dict[str, str]:
    said = stamp(task.at) if task.at else (task.who if task.status is Status.DOING else "")
    return {"name": task.title, "said": said, "state": task.status.value}


def _versions(registration: Registration) -> dict[str, Any]:
    """The newest version, and what it changed against the one before."""
    rows: list[FormVersion | None] = [*versions_of(registration)[:2], None, None]
    newest, before = rows[0], rows[1]
    return {
        "newest": newest,
        "before": before,
        "changes": differences(form_of(registration.season), before, newest) if newest and before else [],
    }


def _prints(registration: Registration) -> list[Printed]:
    """Prints of the form, newest first, each with whether the living signature stands on it."""
    signed = set(Signature.objects.filter(registration=registration, voided_at=None).values_list("print_id", flat=True))
    rows = [row for row in prints_of(registration.pk) if row.kind == SHEET]
    return [Printed(row, short_hash(row.content_hash)[:8], row.pk in signed) for row in rows]


def _past(registration: Registration) -> dict[str, Any]:
    """What happened, newest first, and apart from it who has looked."""
    events = story(registration.pk, limit=100)
    return {
        "timeline": [_line(event) for event in events if event.verb not in QUIET],
        "views": [_line(event) for event in events if event.verb == "see_candidate"],
    }


def _line(event: Event) -> dict[str, str]:
    """One event as the page shows it."""
    title, version = VERBS[event.verb], event.details.get("version")
    said = f"{title}，第{version}版" if version else title
    return {"time": stamp(event.at), "title": said, "sub": event.actor_label}
