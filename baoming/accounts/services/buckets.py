"""Taking a try from a bucket: one statement, one row. Only a try that is let through costs one.

A refused try changes nothing: whoever hammers a shut bucket does not keep it shut, and the
minutes that the sentence names are true.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

from django.db import connection

from baoming.accounts.throttling import Limit
from baoming.shared.errors import TooMany

_REFILLED = """least(%(burst)s, bucket.tokens
    + extract(epoch FROM clock_timestamp() - bucket.at)::float8 * %(burst)s / %(seconds)s)"""
_WHOLE = 1 - 1e-9  # floats: a try that has come back to the second is a whole one
# Refill and take in one statement, so that two tries at once never take the same token. No row comes
# back when none is left.
_TAKE = f"""
INSERT INTO accounts_bucket AS bucket (key, tokens, at) VALUES (%(key)s, %(burst)s - 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET tokens = greatest(0, {_REFILLED} - 1), at = clock_timestamp()
WHERE {_REFILLED} >= %(whole)s
RETURNING tokens
"""  # noqa: S608  (our own words only)
_LOOK = f"SELECT {_REFILLED} FROM accounts_bucket AS bucket WHERE key = %(key)s"  # noqa: S608
_PUT_BACK = f"""
UPDATE accounts_bucket AS bucket SET tokens = least(%(burst)s, {_REFILLED} + 1), at = clock_timestamp()
WHERE key = %(key)s
"""  # noqa: S608

_heard: ContextVar[list[int] | None] = ContextVar("heard", default=None)


@contextmanager
def refusals() -> Iterator[list[int]]:
    """Hear of each try that is refused meanwhile: in how many seconds the next one is there.

    Whoever suppresses a refusal hears it instead of those outside.
    """
    heard: list[int] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def take(key: str, limit: Limit) -> bool:
    """Take one try of `key`; return whether it was the last. Raises TooMany, saying when the next one is there."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, _values(key, limit))
        taken = cursor.fetchone()
    if taken is None:
        _refuse(key, limit)
    return bool(taken[0] < _WHOLE)


def look(key: str, limit: Limit) -> None:
    """Raise TooMany as `take` would; takes nothing and locks nothing."""
    if _tokens(key, limit) < _WHOLE:
        _refuse(key, limit)


def put_back(key: str, limit: Limit) -> None:
    """Return the one try that was taken: others' wrong ones in the same bucket stay counted."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BACK, _values(key, limit))


def give_back(key: str, limit: Limit) -> None:
    """Fill the bucket again after a success of the one person whose it is."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_bucket SET tokens = %s WHERE key = %s", [float(limit.burst), key])


def _refuse(key: str, limit: Limit) -> NoReturn:
    seconds = limit.wait(_tokens(key, limit))
    if (heard := _heard.get()) is not None:
        heard.append(seconds)
    minutes = -(-seconds // 60)
    raise TooMany(f"试的次数太多了，请约{minutes}分钟后再试。您的信息没有受影响")


def _tokens(key: str, limit: Limit) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, _values(key, limit))
        found = cursor.fetchone()
    return float(found[0]) if found else float(limit.burst)


def _values(key: str, limit: Limit) -> dict[str, str | float]:
    return {"key": key, "burst": float(limit.burst), "seconds": limit.seconds, "whole": _WHOLE}
