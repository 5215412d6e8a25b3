"""Reading decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.registrations.models import PhoneReset, Registration, Restore, SaveReset, Signature, StepLog
from baoming.registrations.queries import states_of
from baoming.reviews.case_queries import judging_kinds
from baoming.reviews.decisions import Reason, reasons
from baoming.reviews.models import Case, Decision, EligibilityReview, MoralAssessment, Submission, Transfer, Withdrawal
from baoming.reviews.readiness import Facts
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock, data
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept, kept_one
from baoming.shared.scope_queries import at_people
from baoming.vault.services import keys


@Kept
def standing_reviews(registration: Registration) -> QuerySet[EligibilityReview]:
    """Return the decisions about eligibility that were not undone, newest first."""
    return EligibilityReview.objects.filter(registration=registration, undone_at=None).order_by("-id")


@kept_one
def last_review(registration: Registration) -> QuerySet[EligibilityReview]:
    """Return the newest eligibility decision that was not undone."""
    return EligibilityReview.objects.filter(registration=registration, undone_at=None).order_by("-id")[:1]


class Seldom(NamedTuple):
    """Which of the things that happen to few have happened to a person: a page asks for those that have."""

    moved: bool
    stopped: bool
    restoring: bool  # a request to restore a version waits
    resetting: bool  # a request for a new save password is open
    phoning: bool  # a request to change a lost phone is open
    asking: bool  # a special case was opened


def seldom(registration: Registration) -> Seldom:
    """Return what has happened to a person that happens to few, in one question."""
    found = _seldom(registration.pk)
    return Seldom(*found) if found else Seldom(False, False, False, False, False, False)


@kept_one
def _seldom(pk: UUID) -> "QuerySet[Registration, tuple[bool, ...]]":
    theirs = {"registration": OuterRef("pk")}
    return Registration.objects.filter(pk=pk).values_list(
        Exists(Transfer.objects.filter(**theirs)),
        Exists(Withdrawal.objects.filter(**theirs)),
        Exists(Restore.objects.filter(**theirs, state=Restore.State.ASKED)),
        Exists(SaveReset.objects.filter(**theirs, outcome="")),
        Exists(PhoneReset.objects.filter(**theirs, outcome="")),
        Exists(Case.objects.filter(**theirs)),
    )


@Kept
def reviews_of(registration: Registration) -> QuerySet[EligibilityReview]:
    """Return every decision about eligibility, newest first."""
    return EligibilityReview.objects.filter(registration=registration).order_by("-id")


@Kept
def transfers_of(registration: Registration) -> QuerySet[Transfer]:
    """Return every transfer, newest first, with both sites."""
    return Transfer.objects.filter(registration=registration).select_related("from_site", "to_site").order_by("-id")


@Kept
def withdrawals_of(registration: Registration) -> QuerySet[Withdrawal]:
    """Return every stop of the registration, newest first."""
    return Withdrawal.objects.filter(registration=registration).order_by("-id")


def rests_unchanged(registration: Registration) -> bool:
    """Whether nothing that eligibility was judged by has been done anew since it fell last."""
    log = StepLog.objects.filter(registration=registration)
    fell = log.filter(step="eligibility", done=False).order_by("-id").first()
    return fell is not None and not log.filter(step="identity", done=True, id__gt=fell.pk).exists()


@Kept
def standing_transfers(registration: Registration) -> QuerySet[Transfer]:
    """Return the person's transfers that were neither undone nor declined, newest first, with both sites."""
    rows = Transfer.objects.filter(registration=registration, undone_at=None).exclude(state=Transfer.State.DECLINED)
    return rows.select_related("from_site", "to_site").order_by("-id")


def open_transfer(registration: Registration) -> Transfer | None:
    """Return the transfer that waits for the other county."""
    return next((row for row in standing_transfers(registration) if row.state == Transfer.State.ASKED), None)


def moral_context(assessment_id: int) -> str:
    """Return the place the sealed text of one moral assessment is bound to."""
    return f"reviews_moralassessment.text_sealed.{assessment_id}"


def said_context(row: Decision, field: str) -> str:
    """Return the place that what was typed for a decision is bound to."""
    return f"{row._meta.db_table}.{field}.{row.pk}"


def said_of(row: Decision, field: str = "note_sealed") -> str:
    """Open what was typed for a decision; empty where nothing was."""
    sealed: str = getattr(row, field, "")  # a stop has no note of its own
    return keys().unseal(sealed, context=said_context(row, field)).decode() if sealed else ""


@dataclass(frozen=True, slots=True)
class Moral:
    """A moral assessment, opened."""

    qualified: bool
    text: str
    at: datetime
    by_label: str


def moral_of(registration: Registration) -> Moral | None:
    """Return the moral assessment that counts, opened; None before there is one."""
    row = newest_assessment(registration)
    return opened(row) if row is not None else None


def opened(row: MoralAssessment) -> Moral:
    """Open the sealed text of one assessment."""
    return Moral(row.qualified, _words(row), row.at, row.by_label)


def moral_text(registration: Registration) -> str | None:
    """Return the text of the moral assessment as the printed sheet carries it; None before there is one."""
    found = moral_of(registration)
    return found.text if found else None


def moral_texts(registration_ids: Sequence[UUID]) -> dict[UUID, str]:
    """As `moral_text` for many people in one statement; who has none is absent."""
    return {pk: _words(row) for pk, row in newest_assessments(registration_ids).items()}


def newest_assessments(registration_ids: Sequence[UUID]) -> dict[UUID, MoralAssessment]:
    """As `newest_assessment` for many people in one statement; who has none is absent."""
    rows = MoralAssessment.objects.filter(registration__in=registration_ids, withdrawal=None)
    return {row.registration_id: row for row in rows.order_by("registration", "-id").distinct("registration")}


@kept_one
def newest_assessment(registration: Registration) -> QuerySet[MoralAssessment]:
    """Return the moral assessment that counts: the newest that was not taken back."""
    rows = MoralAssessment.objects.filter(registration=registration, withdrawal=None)
    return rows.order_by("-id")[:1]


def last_submission(registration: Registration, level: str = Submission.Level.CITY) -> Submission | None:
    """Return what this level sent upward last for this person, and did not take back."""
    return _submission(registration, level)


@kept_one
def _submission(registration: Registration, level: str) -> QuerySet[Submission]:
    rows = Submission.objects.filter(registration=registration, level=level, withdrawal=None)
    return rows.order_by("-id")[:1]


def site_submissions() -> QuerySet[Submission]:
    """Return the sites' submissions that still say what is so.

    Of the newest version, on a signature that stood then and stands now, and not taken back: a number that is
    voided or a photo that is taken again lets the signature fall, and the submission with it.
    """
    signed = Signature.objects.filter(registration=OuterRef("registration"), voided_at=None, at__lte=OuterRef("at"))
    rows = Submission.objects.filter(level=Submission.Level.SITE, withdrawal=None)
    return rows.filter(Exists(signed), version=F("registration__version"))


def site_submission(registration: Registration) -> Submission | None:
    """Return the site's submission while it stands; without a signature that stands there is none."""
    return _site_submission(registration) if registration.signed_version else None


@kept_one
def _site_submission(registration: Registration) -> QuerySet[Submission]:
    return site_submissions().filter(registration=registration).order_by("-id")[:1]


def facts_of(rows: Sequence[Registration], *, clock: Clock) -> dict[UUID, Facts]:
    """Return what decides about the acts of offices, for many people of one season in three questions."""
    states = states_of(rows, clock=clock)
    submitted = submitted_among([row.pk for row in rows])
    return {
        row.pk: Facts(states[row.pk], row.version, row.printed_version, submitted=row.pk in submitted) for row in rows
    }


def submitted_among(ids: Sequence[UUID]) -> set[UUID]:
    """Return those whose site's submission stands."""
    return set(site_submissions().filter(registration__in=ids).values_list("registration", flat=True))


def _words(row: MoralAssessment) -> str:
    return keys().unseal(row.text_sealed, context=moral_context(row.pk)).decode()


_HANDED_ON = "材料已由报名点报上去，有结果会显示在这里"


@dataclass(frozen=True, slots=True)
class Told:
    """What a candidate must know of a decision that keeps them from going on."""

    kind: str  # `stopped`, `returned` or `referred`
    title: str
    todo: str
    note: str
    at: datetime
    next: str = ""  # the office that acts next, in words; empty: the candidate


def decision_on(registration: Registration) -> Told | None:
    """Return what keeps this person from going on by an office's decision; None mostly."""
    if registration.stopped_at is not None:
        row = Withdrawal.objects.get(registration=registration, undone_at=None)
        one = reasons(data(registration.season, "cases")["withdrawal"])[row.reason]
        return Told("stopped", one.title, "", "", row.at)
    if "eligibility" in registration.done_steps:
        return None
    review = last_review(registration)
    if review is None or review.outcome == EligibilityReview.Outcome.PASSED:
        return None
    known = review_reasons(registration.season).get(review.reason)
    title, todo = (known.title, known.todo) if known else ("", "请联系报名点")
    note = said_of(review)
    if review.outcome == EligibilityReview.Outcome.RETURNED:
        return Told("returned", title, todo, note, review.at)
    return Told("referred", title, _HANDED_ON, note, review.at, PARTY_NAMES[Party(review.to)])


def review_reasons(season: Season) -> dict[str, Reason]:
    """Return by which words eligibility is returned or referred: the site's reasons, and those of the kinds of cases
    in which another office judges it, with the kinds themselves."""
    found: dict[str, Reason] = {}
    for kind in judging_kinds(season):
        found |= {**kind.reasons, kind.key: Reason(kind.key, kind.title, todo=_HANDED_ON)}
    return found | reasons(data(season, "eligibility")["reasons"])


def asked_of(pk: int, season_id: int, path: str) -> Transfer | None:
    """Return a transfer, answered or not, that asks a county at or below `path` to take somebody of this season."""
    row = Transfer.objects.filter(pk=pk, undone_at=None, to_path__gte=path, to_path__lt=next_sibling(path)).first()
    if row is None:
        return None
    with at_people([row.registration_id]):  # who asks to come is still another county's
        theirs = Registration.objects.filter(pk=row.registration_id, season=season_id).exists()
    return row if theirs else None


def asked_transfers(season_id: int, path: str) -> tuple[list[Transfer], list[Transfer]]:
    """Return what waits for an answer: those that this county is to give, and those it waits for. Oldest first.

    Who asks to come is still another county's: the asking opens the door to them.
    """
    asked = Transfer.objects.filter(state=Transfer.State.ASKED, undone_at=None)
    rows = asked.select_related("from_site", "to_site__parent").order_by("id")
    low, high = path, next_sibling(path)
    incoming = list(rows.filter(to_path__gte=low, to_path__lt=high))
    ids = [row.registration_id for row in incoming]
    with at_people(ids):
        people = Registration.objects.filter(season=season_id).in_bulk(ids)
    incoming = [row for row in incoming if row.registration_id in people]
    for row in incoming:
        row.registration = people[row.registration_id]
    outgoing = rows.filter(from_path__gte=low, from_path__lt=high, registration__season=season_id)
    return incoming, list(outgoing.select_related("registration"))
