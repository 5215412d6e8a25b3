"""R5, R22: states × decisions × offices, asserted completely against the table written by hand."""

from itertools import product

import pytest
from django.db import DatabaseError, transaction

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.reviews.models import EligibilityReview, Transfer, Withdrawal
from baoming.reviews.services import (
    pass_eligibility,
    return_eligibility,
    transfer,
    undo_review,
    undo_withdrawal,
)
from baoming.shared.errors import Refused
from tests import factories as make
from tests.registrations.test_journey import FIXTURE
from tests.reviews.decision_table import ACTS, OFFICES, STATES, expected
from tests.reviews.files import BUILD, checks, office

pytestmark = pytest.mark.django_db
EXPECTED = expected()


class Undone(Exception):
    """Ends a try: all that it did is rolled back."""


def do(act: str, row: Registration, by: Actor) -> None:
    last = EligibilityReview.objects.filter(registration=row, undone_at=None).order_by("-id").first()
    acts = {
        "pass": lambda: pass_eligibility(row.pk, checks=checks(row), by=by),
        "return": lambda: return_eligibility(row.pk, reason="enrolled", note="", by=by),
        "undo": lambda: undo_review(row.pk, review_id=last.pk if last else 0, reason="点错了", by=by),
        "move": lambda: transfer(row.pk, to=there("0102", "02"), reason="moved_school", note="", by=by),
        "ask": lambda: transfer(row.pk, to=there("0103", "01"), reason="moved_home", note="", by=by),
        "unstop": lambda: undo_withdrawal(row.pk, reason="点错了", by=by),
    }
    acts[act]()


def there(county: str, code: str) -> Organization:
    return Organization.objects.get(level="site", code=code, parent__code=county)


def outcome(act: str, row: Registration, by: Actor) -> str:
    """What comes of it, in the words of the table; nothing of it stays."""
    before, said = row.done_steps, ""
    try:
        with transaction.atomic():
            do(act, row, by)
            after = Registration.objects.get(pk=row.pk).done_steps
            said = " ".join([*(f"+{key}" for key in after - before), *(f"-{key}" for key in before - after)]) or "ok"
            raise Undone
    except Undone:
        return said
    except Refused as refusal:
        assert Registration.objects.get(pk=row.pk).done_steps == before
        return str(refusal)


def test_the_table_is_complete() -> None:
    assert set(EXPECTED) == set(product(STATES, ACTS, OFFICES))
    assert set(BUILD) == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_every_decision_in_every_state(state: str) -> None:
    row = BUILD[state]()
    make.site("02")
    make.site("01", of="0103")
    wrong = {}
    for act, kind in product(ACTS, OFFICES):
        wanted, found = EXPECTED[state, act, kind], outcome(act, row, office(row, kind))
        plain = wanted == "ok" or wanted[0] in "+-"
        if found != wanted if plain else wanted not in found:
            wrong[act, kind] = (wanted, found)
    assert not wrong


@pytest.mark.parametrize("state", ["passed", "numbered", "signed"])
def test_what_falls_by_a_return_is_what_the_journey_says(state: str) -> None:
    row = BUILD[state]()
    falls = [key for key in FIXTURE["returned"]["eligibility"] if key in row.done_steps]
    assert EXPECTED[state, "return", "site"] == " ".join(f"-{key}" for key in falls)


def test_decisions_are_neither_changed_nor_deleted() -> None:
    row = BUILD["returned"]()
    kept = EligibilityReview.objects.count()
    for model in (EligibilityReview, Withdrawal, Transfer):
        for act in (lambda: model.objects.all().delete(), lambda: model.objects.update(reason="enrolled")):  # noqa: B023
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                act()
    assert EligibilityReview.objects.count() == kept == 2
    assert Event.objects.filter(subject=row.pk, verb="return_eligibility").count() == 1
