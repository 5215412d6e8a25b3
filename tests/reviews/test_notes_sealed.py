"""What is written beside an act or a decision tells of health and households: it lies in no column in the clear."""

import json
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from baoming.registrations.models import Registration
from baoming.reviews.case_queries import acts_of, note_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Transfer, Withdrawal
from baoming.reviews.queries import last_review, said_of, transfers_of
from baoming.reviews.services import (
    case_writing,
    decline_transfer,
    sealing,
    transfer,
    undo_transfer,
    undo_withdrawal,
)
from baoming.vault.services import keys
from tests.reviews import files
from tests.reviews.asking import after_sign_up, asked, do, refused_accommodation
from tests.reviews.files import answer, office
from tests.reviews.test_transfers import receiving

pytestmark = pytest.mark.django_db
SAID = "户口簿：青麓县麻石街道2号，左眼视力0.05"


def in_the_clear() -> str:
    """Everything that the tables of decisions and of steps hold, as the database has it."""
    tables = (
        "reviews_caseact", "reviews_eligibilityreview", "reviews_case", "reviews_transfer", "reviews_withdrawal",
        "registrations_steplog", "audit_event",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT row_to_json(t)::text FROM {table} AS t" for table in tables))
        return "\n".join(row[0] for row in cursor.fetchall())


def objected() -> Registration:
    """Somebody who was refused an accommodation, and says why that is wrong."""
    row = after_sign_up()
    case = refused_accommodation(row, reason="other", note=SAID)
    do(case, Act.RECEIVE, office(row, "site"))
    done = do(case, Act.OBJECT, office(row, "site"), note=SAID)
    assert [note_of(act) for act in acts_of(done)] == ["", "", "", SAID, "", SAID]
    return row


def given_back_and_undone() -> Registration:
    """Somebody whose eligibility the county gave back, and took that back."""
    row = files.to_county()
    answer(row, Act.RETURN, "county", reason="no_proof", note=SAID)
    review = last_review(row)
    assert review is not None
    assert said_of(review) == SAID
    answer(row, Act.UNDO, "county", note=SAID)
    return row


def stopped_and_resumed() -> Registration:
    """Somebody who was admitted elsewhere, which was a mistake."""
    row = after_sign_up()
    do(asked(row, "admitted", by=files.site(row)), Act.GRANT, files.county(row))
    undo_withdrawal(row.pk, reason=SAID, by=files.county(row))
    stop = Withdrawal.objects.get()
    assert said_of(stop, "undo_sealed") == SAID
    return row


def asked_elsewhere() -> Registration:
    """Somebody whose county has asked another to take them, twice: it was taken back, then declined."""
    row, (there, other) = files.passed(), receiving()
    asked_for = partial(transfer, row.pk, to=there, reason="other", note=SAID, by=files.county(row))
    undo_transfer(row.pk, transfer_id=asked_for().pk, reason=SAID, by=files.county(row))
    decline_transfer(asked_for().pk, reason=SAID, by=other)
    told = [(said_of(one), said_of(one, "undo_sealed"), said_of(one, "answer_sealed")) for one in transfers_of(row)]
    assert told == [(SAID, "", SAID), (SAID, SAID, "")]
    return row


@pytest.mark.parametrize("made", [objected, given_back_and_undone, stopped_and_resumed, asked_elsewhere])
def test_what_was_written_is_in_no_column_to_be_read(made: Any) -> None:
    made()
    assert SAID not in in_the_clear()


def test_control_where_a_decision_is_not_sealed_its_note_is(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.passed()
    monkeypatch.setattr(sealing, "keys", lambda: SimpleNamespace(seal=lambda content, **_: content.decode()))
    files.give_back(row, note=SAID)
    assert SAID in in_the_clear()


def test_control_where_an_act_is_not_sealed_its_note_is(monkeypatch: pytest.MonkeyPatch) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    monkeypatch.setattr(
        case_writing, "keys", lambda: SimpleNamespace(seal=lambda content, **_: json.loads(content.decode())["note"])
    )
    do(case, Act.WITHDRAW, office(row, "site"), note=SAID)
    assert SAID in in_the_clear()


# what was written before


class Rows:
    """A table as the migration finds it: rows that are saved in place."""

    def __init__(self, *rows: SimpleNamespace) -> None:
        self.rows, self.objects = rows, self
        for row in rows:
            row.save = lambda **_: None

    def exclude(self, **empty: str) -> "Rows":
        [(name, value)] = empty.items()
        return Rows(*(row for row in self.rows if getattr(row, name) != value))

    def iterator(self) -> Iterator[SimpleNamespace]:
        return iter(self.rows)


def test_notes_of_before_are_sealed_with_what_the_act_keeps_and_can_be_opened_again() -> None:
    migration = import_module("baoming.reviews.migrations.0014_seal_notes")
    kept = keys().seal(b'{"answers": {"experts": "x"}}', context=f"{migration.ACT}a1")
    acts = [
        SimpleNamespace(pk="a1", note=SAID, content_sealed=kept),
        SimpleNamespace(pk="a2", note="", content_sealed=""),
    ]
    review = SimpleNamespace(pk=7, note=SAID, note_sealed="")
    tables = {"CaseAct": Rows(*acts), "EligibilityReview": Rows(review)}
    apps = SimpleNamespace(get_model=lambda _, name: tables[name])
    migration.seal(apps, None)
    assert [one.note for one in (*acts, review)] == ["", "", ""]
    assert note_of(acts[0]) == SAID  # type: ignore[arg-type]
    assert keys().unseal(review.note_sealed, context=f"{migration.REVIEW}7").decode() == SAID
    assert acts[1].content_sealed == ""
    migration.unseal(apps, None)
    assert [one.note for one in (*acts, review)] == [SAID, "", SAID]
    assert migration.content_of(acts[0]) == {"answers": {"experts": "x"}}


def test_what_was_typed_for_a_decision_before_is_sealed_to_its_row_and_can_be_opened_again() -> None:
    migration = import_module("baoming.reviews.migrations.0017_seal_said")
    empty = dict.fromkeys(("undo_sealed", "note_sealed", "answer_sealed"), "")
    moved = SimpleNamespace(pk=5, undo_reason="", note=SAID, answer=SAID, **empty)
    stopped = SimpleNamespace(pk=6, undo_reason=SAID, undo_sealed="")
    tables = {"Transfer": Rows(moved), "Withdrawal": Rows(stopped), "EligibilityReview": Rows()}
    apps = SimpleNamespace(get_model=lambda _, name: tables[name])
    migration.seal(apps, None)
    assert said_of(Transfer(pk=5, note_sealed=moved.note_sealed)) == SAID
    assert said_of(Transfer(pk=5, answer_sealed=moved.answer_sealed), "answer_sealed") == SAID
    assert (moved.undo_sealed, said_of(Withdrawal(pk=6, undo_sealed=stopped.undo_sealed), "undo_sealed")) == ("", SAID)
    moved.note = moved.answer = stopped.undo_reason = ""
    migration.unseal(apps, None)
    assert (moved.note, moved.answer, stopped.undo_reason) == (SAID, SAID, SAID)
