"""What a request writes, whether it leaves an event, and what an event may hold (L2, R36).

`EXEMPT` says for each table that is written without an event why it may be.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

EXEMPT = {
    "accounts_session": "who is signed in, and when the last request came",
    "accounts_bucket": "counts of tries, kept under digests",
    "accounts_device": "which browser an account knows",
    "accounts_phonecode": "a code that was sent; what it is used for is an event",
    "accounts_request": "the answer kept for a repeated request, beside the event of the act",
    "outbox_message": "what a person is told, beside the event of the act",
    "procrastinate_jobs": "work to do; what it does is an event",
    "procrastinate_periodic_defers": "as jobs",
    "registrations_draft": "what is typed and not saved yet: the page says that it is no save (R14)",
    "registrations_personcheck": "a check that the candidate began; its outcome is a step and an event",
    "registrations_watch": "ids under the digest of a device: what the burst detector remembers",
    "registrations_batchline": "the lines of a batch, whose start is an event and each act of it too",
}
# What the details of an event may hold, by key: names of fields, numbers of versions, counts, codes of reasons, ids.
NUMBERS = frozenset({
    "version", "slip", "number", "count", "expected", "percent", "season", "bytes", "rows", "people", "extends",
    "extended", "former", "size", "further", "of", "approved", "restores", "fen", "due",
    "added", "problems", "wrong", "shared", "lines",
})  # fmt: skip
CODES = frozenset({
    "by", "changed", "code", "device", "entry", "faults", "first", "from", "hours", "kind", "last", "office", "order",
    "outcome", "phase", "photo", "proof", "reader", "reading", "reason", "restored", "role", "sheet", "source", "to",
    "transaction", "undoes", "undone", "way", "why",
})  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9_.:+\-/]{0,40}")
_TO_AN_OFFICE = {"split_segment", "reassign_segment"}  # `to` is the name of a site there, which is nobody's
_WHOLE_NUMBER = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]|1[3-9][0-9]{9}")  # a person's own, and a phone's


_WRITES = re.compile(r'\b(?:INSERT INTO|DELETE FROM|UPDATE(?! (?:OF|SKIP|NOWAIT|SET)\b))\s+"?(\w+)"?')
_EVENTS = ("audit_event", "audit_search(")


class Traces:
    """What one request has written."""

    def __init__(self) -> None:
        self.written, self.traced = set[str](), False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        told = sql if isinstance(sql, str) else sql.decode() if isinstance(sql, bytes) else str(sql)
        self.written |= {name for name in _WRITES.findall(told) if name != "audit_event"}
        self.traced = self.traced or ("INSERT INTO" in told and _EVENTS[0] in told) or _EVENTS[1] in told
        return execute(sql, params, many, context)

    @property
    def untraced(self) -> set[str]:
        """The tables that were written and may not be without an event, where there is none."""
        return set() if self.traced else self.written - set(EXEMPT)


def personal(verb: str, details: dict[str, Any]) -> list[str]:
    """Return what in an event's details is none of the kinds that may stand there."""
    return [
        f"{verb}.{key}"
        for key, value in details.items()
        for one in (value if isinstance(value, list) else [value])
        if not _allowed(verb, key, one)
    ]


def spoken(verb: str, text: str) -> list[str]:
    """As `personal`, of details as the database spells them."""
    return [f"{one} is a value" for one in personal(verb, json.loads(text))]


def _allowed(verb: str, key: str, value: object) -> bool:
    if isinstance(value, bool | int) or value is None:
        return key in NUMBERS | CODES
    if verb in _TO_AN_OFFICE and key == "to":
        return isinstance(value, str) and value.endswith(("报名点", "学校", "中学"))
    plain = isinstance(value, str) and _CODE.fullmatch(value) and not _WHOLE_NUMBER.fullmatch(value)
    return key in NUMBERS | CODES and bool(plain)


@contextmanager
def watched() -> Iterator[Traces]:
    """Watch what is written through Django's connection."""
    traces = Traces()
    with connection.execute_wrapper(traces):
        yield traces
