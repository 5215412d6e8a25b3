"""Searching the audit: whoever reads it leaves a trace, by the database itself (docs/decisions/0018)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection

from baoming.shared.paths import next_sibling

PAGE = 50  # the database gives no more in one answer but one, which tells that there are more


@dataclass(frozen=True, slots=True)
class Asked:
    """What events are looked for; what is empty narrows nothing. `office`: the path of who acted, or above it."""

    since: datetime
    until: datetime
    verbs: Sequence[str] = ()
    actors: Sequence[str] = ()
    office: str = ""
    subject: UUID | None = None
    before: tuple[datetime, int] | None = None  # time and id of the last event of the page before

    @property
    def names(self) -> list[str]:
        """By what was searched: this much of a search is kept."""
        narrowed = {"verb": self.verbs, "actor": self.actors, "office": self.office, "subject": self.subject}
        return ["time", *(name for name, value in narrowed.items() if value)]


class Found(NamedTuple):
    """One event; `place`: in the chain of the seals, None for one that is not sealed yet."""

    id: int
    at: datetime
    verb: str
    actor_kind: str
    actor_id: str
    actor_path: str
    actor_label: str
    subject: UUID | None
    path: str
    details: dict[str, Any]
    place: int | None


def search_events(
    asked: Asked, *, cookie: str, verb: Literal["search_audit", "export_audit"] = "search_audit"
) -> list[Found]:
    """Return the events that fit, newest first, at most one more than a page, and record that they were read.

    `cookie`: of the session that asks. The database looks up whose it is, and raises for anybody but an audit
    administrator whose account is active.
    """
    told = {"by": asked.names, **({"further": True} if asked.before else {})}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, verb, actor_kind, actor_id, actor_path, actor_label, subject, path, details::text, place "
            "FROM audit_search(%s, %s, %s::jsonb, %s::jsonb, %s)",
            [cookie, verb, json.dumps(told), json.dumps(_spelt(asked)), PAGE + 1],
        )
        return [Found._make((*row[:9], json.loads(row[9]), row[10])) for row in cursor.fetchall()]


def _spelt(asked: Asked) -> Mapping[str, object]:
    """Return the question as the database reads it."""
    at, number = asked.before or (None, "")
    return {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "verbs": list(asked.verbs),
        "actors": list(asked.actors),
        "low": asked.office,
        "high": next_sibling(asked.office) if asked.office else "",
        "subject": str(asked.subject or ""),
        "before_at": at.isoformat() if at else "",
        "before_id": str(number),
    }
