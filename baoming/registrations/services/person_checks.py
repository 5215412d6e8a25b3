"""Real-person check through a provider; the lawful other way is the card, seen at the site (R10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.services.buckets import take
from baoming.accounts.throttling import PERSON_CHECK
from baoming.audit.actors import Actor, Party
from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.providers.base import PersonCheck as Provider
from baoming.registrations.providers.base import PersonCheckDown
from baoming.registrations.providers.face import FaceCheck
from baoming.registrations.queries import document_of
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen
from baoming.shared.jobs import DATABASE_AWAY, defer, defer_once
from baoming.shared.queries import Kept, kept_one
from baoming.shared.services import insert, update

CONSENT = "2023-1"  # version of the separate consent to face recognition
_GOOD_FOR = timedelta(minutes=15)  # the provider's page lives as long
_LONGEST_WAIT = 60  # seconds between two questions: a page that is open never waits longer
_MOST_TRIES = 20  # about a quarter of an hour; the person's next visit asks again


@transaction.atomic
def start_check(registration_id: UUID, *, by: Actor) -> PersonCheck:
    """Return the check that lies open, or open one; the provider is asked by a job, after the commit.

    Raises NotOpen, also when the person has passed, and TooMany.
    """
    registration = locked(registration_id)
    now = _require_undone(registration, by)
    there = newest_check(registration)
    if there is not None and is_open(there, now):
        return there
    take(f"person-check:{registration_id}", PERSON_CHECK)
    check = insert(PersonCheck(registration=registration, consent_version=CONSENT, at=now))
    defer("registrations.open_person_check", check_id=str(check.pk))
    return check


@transaction.atomic
def confirm_by_card(registration_id: UUID, *, by: Actor) -> PersonCheck:
    """The site has seen person and card together: no face recognition needed. Raises NotOpen."""
    registration = locked(registration_id)
    now = _require_undone(registration, by)
    state = PersonCheck.State.PASSED
    check = insert(PersonCheck(registration=registration, method="card", state=state, consent_version="", at=now))
    complete_step(registration, "person_check", by=by, at=now)
    return check


def newest_check(registration: Registration) -> PersonCheck | None:
    """Return the person's newest check, however it stands."""
    return _newest(registration)


@kept_one
def _newest(registration: Registration) -> QuerySet[PersonCheck]:
    return PersonCheck.objects.filter(registration=registration).order_by("-at")[:1]


@Kept
def last_checks(registration: Registration) -> QuerySet[PersonCheck]:
    """Return the person's last two checks, newest first."""
    return PersonCheck.objects.filter(registration=registration).order_by("-at")[:2]


def is_open(check: PersonCheck, now: datetime) -> bool:
    """Return whether the check can still be made at `now`, the season's moment: older ones are made anew."""
    unfinished = check.state in (PersonCheck.State.OPENING, PersonCheck.State.PENDING)
    return unfinished and now - check.at < _GOOD_FOR


def open_check(check_id: UUID) -> None:
    """Ask the provider for its page, unless the person has a newer check. Raises PersonCheckDown."""
    check = PersonCheck.objects.select_related("registration").get(pk=check_id)
    if check.state != PersonCheck.State.OPENING or newest_check(check.registration) != check:
        return
    person = document_of(check.registration)
    back = f"{settings.CANDIDATE_ORIGIN}/person-check/"
    session = provider().start(name=person.name, number=person.number, return_url=back)
    # Run twice at once, the first page stays: the person may be on it.
    PersonCheck.objects.filter(pk=check_id, state=PersonCheck.State.OPENING).update(
        session=session.id, url=session.page, state=PersonCheck.State.PENDING
    )


def follow_checks(checks: Sequence[PersonCheck]) -> None:
    """Have the provider asked about the person's last two checks, if open: they may have passed in an older one."""
    for check in checks:
        if check.state == PersonCheck.State.PENDING:
            follow_check(check.pk)


def follow_check(check_id: UUID, *, tries: int = 0) -> None:
    """Have the provider asked how a check ended, later after each try in vain; at most one such job waits."""
    after = timedelta(seconds=min(2**tries, _LONGEST_WAIT) if tries else 0)
    task = "registrations.settle_person_check"
    defer_once(task, str(check_id), after=after, check_id=str(check_id), tries=tries)


def settle_or_follow(check_id: UUID, *, tries: int) -> None:
    """Settle a check; when the provider does not answer, leave all as it is and ask again later."""
    try:
        settle_check(check_id)
    except (PersonCheckDown, *DATABASE_AWAY):
        if tries < _MOST_TRIES:
            follow_check(check_id, tries=tries + 1)


def settle_check(check_id: UUID) -> None:
    """Ask how a check ended, and mark the step done if it passed. May run twice. Raises PersonCheckDown."""
    check = PersonCheck.objects.get(pk=check_id)
    if check.state != PersonCheck.State.PENDING:
        return
    outcome = provider().result(check.session)
    if outcome == "waiting":
        return
    with transaction.atomic():
        registration = locked(check.registration_id)
        check.state = PersonCheck.State.PASSED if outcome == "passed" else PersonCheck.State.REFUSED
        update(check, "state")
        if outcome == "passed" and "person_check" not in registration.done_steps:
            person = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
            complete_step(registration, "person_check", by=person, at=season_now(registration.season_id))


def _require_undone(registration: Registration, by: Actor) -> datetime:
    """As `require`, and refuse a step that is done."""
    if "person_check" in registration.done_steps:
        raise NotOpen("实人认证已经通过，不用再做")
    return require("person_check", registration, by)


@cache
def provider() -> Provider:
    """Return the provider named by the settings."""
    secret = (settings.SERVICE_KEYS / "identity" / "identity.secret").read_bytes()
    return FaceCheck(settings.SERVICES["person_check"], secret)
