"""What a story leaves in the audit: one event for each change of a registration, and no value in any (I7, R36)."""

from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from launcher.stack import Stack
from tests import traces

# What stands in a table for a change, and the event that it has: both give a person, a verb and how often.
_CHANGES = """
SELECT registration_id, (CASE WHEN done THEN 'step:' ELSE 'undo:' END) || step FROM registrations_steplog
UNION ALL SELECT id, 'open_file' FROM registrations_registration
UNION ALL SELECT registration_id, 'hold:' || split_part(kind, ':', 1) FROM registrations_holdrow
UNION ALL SELECT * FROM (SELECT DISTINCT ON (registration_id, kind, cleared_at) registration_id,
    'clear:' || split_part(kind, ':', 1) FROM registrations_holdrow WHERE cleared_at IS NOT NULL) AS cleared
UNION ALL SELECT registration_id, 'take_photo' FROM registrations_photo
UNION ALL SELECT registration_id, 'void_number' FROM registrations_voidednumber
UNION ALL SELECT registration_id, 'print_slip' FROM registrations_activation AS code WHERE NOT EXISTS (
    SELECT FROM registrations_sliphandover AS sent
    WHERE sent.registration_id = code.registration_id AND sent.slip = code.slip AND sent.way = 'sms')
UNION ALL SELECT registration_id, 'hand_over_slip' FROM registrations_sliphandover
UNION ALL SELECT subject, 'print_sheet' FROM documents_print WHERE kind = 'registration_form'
UNION ALL SELECT version.registration_id, CASE WHEN restore.id IS NULL THEN 'save_form' ELSE 'confirm_restore' END
    FROM registrations_formversion AS version LEFT JOIN registrations_restore AS restore
    ON restore.registration_id = version.registration_id AND restore.made = version.number
UNION ALL SELECT registration_id, 'ask_restore' FROM registrations_restore
UNION ALL SELECT registration_id, 'ask_save_reset' FROM registrations_savereset
UNION ALL SELECT registration_id, 'ask_phone_reset' FROM registrations_phonereset
UNION ALL SELECT registration_id, 'dispute' FROM registrations_dispute
UNION ALL SELECT registration_id, 'return_eligibility'
    FROM reviews_eligibilityreview WHERE outcome = 'returned' AND case_id IS NULL
UNION ALL SELECT registration_id, 'undo_review:' || outcome
    FROM reviews_eligibilityreview WHERE undone_at IS NOT NULL AND case_id IS NULL
UNION ALL SELECT registration_id, 'case:' || act
    FROM reviews_caseact JOIN reviews_case ON reviews_case.id = reviews_caseact.case_id
UNION ALL SELECT registration_id, 'withdraw' FROM reviews_withdrawal
UNION ALL SELECT registration_id, 'undo_withdrawal' FROM reviews_withdrawal WHERE undone_at IS NOT NULL
UNION ALL SELECT registration_id, 'transfer' FROM reviews_transfer WHERE state = 'done'
UNION ALL SELECT assessment.registration_id, 'withdraw_assessment' FROM reviews_assessmentwithdrawal AS taken
    JOIN reviews_moralassessment AS assessment ON assessment.id = taken.assessment_id
UNION ALL SELECT registration_id, 'submit' FROM reviews_submission WHERE level = 'site'
UNION ALL SELECT sent.registration_id,
    CASE sent.level WHEN 'site' THEN 'withdraw_submission' ELSE 'undo_final_review' END
    FROM reviews_submissionwithdrawal AS taken JOIN reviews_submission AS sent ON sent.id = taken.submission_id
UNION ALL SELECT registration_id, 'open_order' FROM payments_order
UNION ALL SELECT registration_id, 'take_payment' FROM payments_order WHERE state = 'paid'
UNION ALL SELECT subject, 'extend_for_person' FROM schedule_extension WHERE subject IS NOT NULL
"""
# Verbs of which each event has its row above; `step:`, `undo:`, `hold:` and `clear:` with all that follows.
_COUNTED = """
    verb ~ '^(step|undo|hold|clear|undo_review|case):' OR verb IN ('open_file', 'take_photo', 'void_number',
    'print_slip', 'hand_over_slip', 'print_sheet', 'save_form', 'confirm_restore', 'ask_restore', 'ask_save_reset',
    'ask_phone_reset', 'dispute', 'return_eligibility', 'withdraw', 'undo_withdrawal', 'transfer',
    'withdraw_assessment', 'submit', 'withdraw_submission', 'undo_final_review', 'open_order', 'take_payment',
    'extend_for_person')
"""
_COMPARED = f"""
WITH changes(person, verb) AS ({_CHANGES}),
    made AS (SELECT person, verb, count(*) FROM changes GROUP BY person, verb),
    told AS (SELECT subject AS person, verb, count(*) FROM audit_event WHERE {_COUNTED} GROUP BY subject, verb)
SELECT verb, coalesce(made.count, 0), coalesce(told.count, 0), count(*)
FROM made FULL JOIN told USING (person, verb) WHERE made.count IS DISTINCT FROM told.count GROUP BY 1, 2, 3 ORDER BY 1
"""


class Asker(Protocol):
    """A cursor of either kind."""

    def execute(self, question: Any, /) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


def in_story(stack: Stack) -> list[str]:
    """Return what is wrong with the events of an installation, once its worker has nothing to do."""
    with psycopg.connect(stack.cluster.url("postgres", "baoming")) as database:
        cursor = database.cursor()
        return faults(cursor) + ([] if {"open_file", "see_candidate"} <= verbs(cursor) else ["there are no events"])


def faults(cursor: Asker) -> list[str]:
    """Return each change that has not one event, each event without its change, and each value in an event."""
    cursor.execute(_COMPARED)
    found = [f"{verb}: {made} changes, {told} events, of {people}" for verb, made, told, people in cursor.fetchall()]
    cursor.execute("SELECT DISTINCT verb, details::text FROM audit_event")
    return found + sorted({fault for verb, text in cursor.fetchall() for fault in traces.spoken(verb, text)})


def verbs(cursor: Asker) -> set[str]:
    """Return which events there are: a story that leaves none proves nothing."""
    cursor.execute("SELECT DISTINCT verb FROM audit_event")
    return {verb for (verb,) in cursor.fetchall()}
