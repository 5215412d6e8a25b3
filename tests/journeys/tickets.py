"""How near a person of a story is to the ticket: read in the database, as no page tells it before seats are given."""

import psycopg

from baoming.registrations.journey import STEPS, State, Trait, rests_on, unpack
from launcher.stack import Stack

_LATER = {"seat", "exam_fee"}  # of what a ticket needs: their own stories
_ROW = "SELECT done, held, debts, traits, stopped_at FROM registrations_registration WHERE name = %s"


def ticket_ready(stack: Stack, name: str) -> bool:
    """Whether all that the ticket of this one person needs is done but seat and exam fee, and nothing holds it."""
    with psycopg.connect(stack.cluster.url("worker")) as database:
        rows = database.execute(_ROW, [name]).fetchall()
    ((done, held, debts, traits, stopped),) = rows
    state = State(done=unpack(done), phases={}, traits=frozenset(map(Trait, traits)))
    needed = {key for key in rests_on("admission_ticket") if state.applies(key)} - _LATER
    assert STEPS.keys() >= needed >= {"number", "passwords", "form", "signature", "final_review"}
    return needed <= state.done and not held and not debts and stopped is None
