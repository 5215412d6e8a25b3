"""Print the documentation pages that are printed from code: `manage.py print_docs`."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from baoming.accounts.local_buckets import MOST
from baoming.accounts.throttling import Limit
from baoming.audit.actors import PARTY_NAMES
from baoming.registrations.journey import JOURNEY, Step, Trait, undone_by
from baoming.web.limits import GUARDS, WORK, Guard
from baoming.web.management.data_standard_page import data_standard_page

_HEAD = """# The journey of one registration

Printed by `make docs` from `baoming/registrations/journey.py`; do not edit. A step may start when its needs are
done, its phase is open and no hold names it. "Returned, it takes with it" lists what must be done again.

| step | 中文 | actors | phase | needs | returned, it takes with it | lasting | applies |
|---|---|---|---|---|---|---|---|
"""


_LIMITS = """# Limits

Printed by `make docs` from `baoming/web/limits.py`; do not edit. Every route that anybody may open, and every one
that writes, declares its limits there, and `tests/web/test_limits.py` asks the URL tables whether one is missing. A
page that only people who are signed in can open, and that changes nothing, has none.

All are token buckets: so many at once, coming back evenly over the seconds named, decided in one step whatever
happened before; nothing is counted over rows. A try that is refused costs nothing: whoever hammers a shut bucket
does not keep it shut. The answer is 429 with a sentence and `Retry-After`, both true.

## Work

In the memory of each portal process, no statement of the database: of the account where somebody is signed in, of the
session where a desk is locked, of the browser where this portal's own cookie says that it has signed in before, else of
the network address (`web/addresses.py`). So a pupil who sends as fast as they can stops browsers at the same address
that have never signed in, for seconds, and nobody else; what they send without any form of ours does not even that.
Exact in one process; N processes let N times as many through, and a
restart fills all. At most {most:,} buckets are kept, the one used longest ago goes first: who comes from more
addresses than that within the seconds named is no more bounded by this table than by any of addresses, and is the
business of the proxy in front.

{work}

## Tries

A row each in PostgreSQL, taken from by one statement, exact whatever number of processes, and kept when the request
is refused. **Without the database** nobody is let in uncounted: the statement fails, and with it the request, by
503, `Retry-After: 5` and a page that says that nothing is lost. A code sent by SMS is
good for ten minutes and five tries, a locked desk for five tries of the PIN: each counted in its own row.
Twenty wrong PINs of an account in a day, whichever locks they were given at (one comes back every 72 minutes), and its
desks are opened by the login password alone.

{tries}

A code that is sent beside another act (after a forgotten login password by a job, after a burst of changes) takes
the tries of SMS too; where there is none left it is not sent, and a stranger is not told.

## Hashing for people outside

{doors}. Before these stands the door (`web/door.py`): so many at once in a process, everybody else is answered 503
with `Retry-After: 5` before anything is looked up.

## Routes

{routes}
"""


class Command(BaseCommand):
    help = "Write docs/journey.md, docs/data-standard.md and docs/security/limits.md."
    requires_system_checks: list[str] = []  # it reads code and data files, and serves nobody

    def handle(self, *args: object, **options: object) -> None:
        docs = Path(settings.BASE_DIR) / "docs"
        (docs / "journey.md").write_text(journey_page(), "utf-8")
        (docs / "data-standard.md").write_text(data_standard_page(), "utf-8")
        (docs / "security" / "limits.md").write_text(limits_page(), "utf-8")


def journey_page() -> str:
    """Return docs/journey.md."""
    return _HEAD + "\n".join(map(_row, JOURNEY)) + "\n"


def _row(step: Step) -> str:
    cells = (
        step.key,
        step.zh,
        "、".join(PARTY_NAMES[actor] for actor in step.actors),
        ", ".join(step.phases),
        ", ".join(step.needs),
        ", ".join(undone_by(step.key)[1:]),
        f"once {step.lasting_once} is done" if step.lasting_once else ("yes" if step.lasting else ""),
        "everyone" if step.applies is Trait.ALL else step.applies,
    )
    return f"| {' | '.join(cells)} |"


def limits_page() -> str:
    """Return docs/security/limits.md: the table of limits."""
    tries = dict.fromkeys(one for guard in GUARDS.values() for one in guard.tries)
    doors = (f"`{route}`" for route, guard in GUARDS.items() if guard.hashes)
    return _LIMITS.format(
        most=MOST,
        work=_table("work|at once|back over|for", [(one.name, *_amount(one.limit), one.why) for one in WORK]),
        tries=_table(
            "tries|at once|back over|bucket of", [(f"`{one.key}`", *_amount(one.limit), one.of) for one in tries]
        ),
        doors=", ".join(doors),
        routes=_table("route|reading|writing|tries", [_guarded(*one) for one in GUARDS.items()]),
    )


def _amount(limit: Limit) -> tuple[str, str]:
    return str(limit.burst), f"{limit.seconds} s"


def _guarded(route: str, guard: Guard) -> tuple[str, ...]:
    reading, writing = (work.name if work else "" for work in (guard.reads, guard.writes))
    return f"`{route}`", reading, writing, ", ".join(f"`{one.key}`" for one in guard.tries)


def _table(head: str, rows: list[tuple[str, ...]]) -> str:
    names = head.split("|")
    lines = [f"| {' | '.join(row)} |" for row in (names, *rows)]
    return "\n".join([lines[0], "|---" * len(names) + "|", *lines[1:]])
