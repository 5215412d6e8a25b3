"""Doing an act twice: first with an event that the database refuses, then as it is, and what is not as it must be."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, connection, transaction
from django.test import Client

from baoming.audit import services
from baoming.audit.models import Event
from baoming.web.office import audit as audit_page
from tests import traces

_WHOLE = "SELECT md5(coalesce(string_agg(one::text, '|' ORDER BY one::text), '')) FROM {} AS one"
_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'django%%'
"""
_NO_VERB = "x" * 41  # longer than the column: the database refuses the row
WORDS = "这一步没有办成"  # what the page of a defect says


@dataclass(frozen=True)
class Line:
    """One line of routes.tsv or views.tsv."""

    portal: str
    act: str
    verbs: list[str]
    writes: frozenset[str]
    why: str

    @property
    def route(self) -> str:
        return (
            self.act.partition("/")[0] if self.portal != "worker" and not self.act.startswith("notices/") else self.act
        )

    def __str__(self) -> str:
        return f"{self.portal} {self.act}"


@dataclass
class Ask:
    """One request; `answers`: the statuses of its success. A file is sent anew each time."""

    client: Client
    place: str
    body: Mapping[str, Any] = field(default_factory=dict)
    get: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    answers: tuple[int, ...] = (200, 302)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""

    def __call__(self) -> Any:
        self.client.raise_request_exception = False
        if self.get:
            return self.client.get(self.place, self.body, headers=self.headers)
        if self.raw:
            return self.client.generic("POST", self.place, self.raw, headers=self.headers)
        files = {name.partition(".")[0]: SimpleUploadedFile(name, content) for name, content in self.files.items()}
        return self.client.post(self.place, {**self.body, **files}, headers=self.headers)


Job = Callable[[], Any]  # what a worker does


def table(name: str) -> list[Line]:
    """Return the lines of a table of this folder."""
    text = (Path(__file__).parent / name).read_text("utf-8")
    head, *rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    return [
        Line(
            one.get("portal", "office"), one["act"], one["verbs"].replace("-", "").split(),
            frozenset(one.get("writes", "-").replace("-", "").split()), one["why"],
        )
        for one in found
    ]  # fmt: skip


def state() -> dict[str, str]:
    """Return a digest of every table there is: sessions, jobs and events too."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return {name: cursor.execute(_WHOLE.format(name)).fetchone()[0] for (name,) in cursor.fetchall()}


@contextmanager
def refused() -> Iterator[None]:
    """Let the database refuse every event, those that it writes itself too."""
    told, found = services._event, audit_page.search_events
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "_event", lambda verb, **rest: told(_NO_VERB, **rest))
        patch.setattr(audit_page, "search_events", lambda asked, **rest: found(asked, **{**rest, "verb": _NO_VERB}))
        yield


@contextmanager
def lost() -> Iterator[None]:
    """For controls: let an event that cannot be written be no reason to stop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "insert", lambda *_, **__: None)
        yield


def faults(line: Line, act: Ask | Job) -> list[str]:
    """Return what is not as it must be: without the event, and with it."""
    found = without_event(line, act) if line.verbs else []
    return found + with_event(line, act)


def without_event(line: Line, act: Ask | Job) -> list[str]:
    """Ask with an event that is refused: the answer says so, and nothing in any table is another."""
    before, found = state(), list[str]()
    with refused():
        if isinstance(act, Ask):
            cookies = SimpleCookie(act.client.cookies)
            answer = act()
            act.client.cookies = cookies
            if answer.status_code != 500 or WORDS not in answer.content.decode():
                found.append(f"{line}: answered {answer.status_code} without its event")
        else:
            return _job_without_event(line, act, before)
    if stayed := _changed(before):
        found.append(f"{line}: {sorted(stayed)} stayed without its event")
    return found


def with_event(line: Line, act: Ask | Job) -> list[str]:
    """Ask as it is: all its events and no others, and nothing is written that has none."""
    before, found = state(), list[str]()
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with traces.watched() as seen:
        answer = act()
    if isinstance(act, Ask) and answer.status_code not in act.answers:
        found.append(f"{line}: answered {answer.status_code}, {words_of(answer)}")
    events = list(Event.objects.filter(id__gt=last).order_by("id"))
    if (verbs := [one.verb for one in events]) != line.verbs:
        found.append(f"{line}: left {verbs}, not {line.verbs}")
    if untraced := seen.untraced - line.writes:
        found.append(f"{line}: wrote {sorted(untraced)} without an event")
    if line.verbs and state() == before:
        found.append(f"{line}: did nothing")
    return found + [f"{line}: {fault} is a value" for one in events for fault in traces.personal(one.verb, one.details)]


def words_of(answer: Any) -> str:
    """Return what the page says, to be read when a test fails."""
    body = re.sub(r"<(head|script|svg|nav)\b.*?</\1>", "", answer.content.decode(errors="replace"), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())[:400]


def _job_without_event(line: Line, job: Job, before: dict[str, str]) -> list[str]:
    """A job ends with an error, or, where its line says which tables tell of it, with nothing done beside them."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                job()
        except DataError:
            stayed = _changed(before)
        else:
            stayed = _changed(before) - line.writes or (set() if line.writes else {"nothing: it was done"})
        transaction.set_rollback(True)
    return [f"{line}: {sorted(stayed)} stayed without its event"] if stayed else []


def _changed(before: dict[str, str]) -> set[str]:
    return {name for name, rows in state().items() if rows != before[name]}
