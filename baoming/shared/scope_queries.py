"""What a transaction of a portal may see: set here, ended with the transaction, kept by PostgreSQL (see `row_rules`).

The question that finds a session enters the scope of its person by the way, from the very row it finds: no statement
more, and no value that passes through our hands. Outside a transaction nothing is set, and nothing is seen.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Cast, Left, Length

_NOTHING = "SELECT set_config('app.' || name, '', true) FROM unnest(ARRAY['low', 'high', 'account', 'people']) AS name"
_STEP_OUT = """
SELECT current_setting('role'), set_config('role', 'candidate', true), set_config('app.people', %s, true)
"""


def entering_area(path: str) -> dict[str, Func]:
    """Return annotations by which a query enters the area of the office whose path it finds in the field `path`."""
    high = Func(Left(path, Length(path) - 1), Value("0"), template="(%(expressions)s)", arg_joiner=" || ")  # or NULL
    return {"low": _setting("low", F(path)), "high": _setting("high", high), "own": _setting("account", Value(""))}


def entering_account(account: str) -> dict[str, Func]:
    """Return annotations by which a query enters the account whose id it finds in the field `account`."""
    empty = {name: _setting(name, Value("")) for name in ("low", "high")}
    return {**empty, "own": _setting("account", Cast(account, TextField()))}


def _setting(name: str, value: Any) -> Func:
    given = [Value(f"app.{name}"), value, Value(True)]
    return Func(*given, function="set_config", output_field=TextField())


def enter_people(registration_ids: Collection[UUID]) -> None:
    """Let this transaction of the candidates' portal see these registrations, wherever they are.

    For who has proved to know one: a code from a slip, a signed paper, an order that the cashier's signature names.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.people', %s, true)", [_listed(registration_ids)])


@contextmanager
def at_people(registration_ids: Collection[UUID]) -> Iterator[None]:
    """See these registrations and nothing else for one block, as the candidates' portal does: an office's door.

    For what an office does with people of another area by right: it has read a whole ID number, or is asked to take
    somebody in. Nests in nothing of its kind.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STEP_OUT, [_listed(registration_ids)])
        role = cursor.fetchone()[0]
    yield
    with connection.cursor() as cursor:  # not after an error: then the transaction is rolled back, and this with it
        cursor.execute("SELECT set_config('role', %s, true), set_config('app.people', '', true)", [role])


def leave() -> None:
    """Let this transaction see nothing any more: the session turned out to be nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTHING)


def _listed(ids: Collection[UUID]) -> str:
    return ",".join(map(str, ids))
