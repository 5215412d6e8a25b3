"""Real-person check through a provider; the lawful other way is the card, seen at the site (R10)."""

from datetime import timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from baoming.audit.actors import Actor, Party
from baoming.registrations.models import PersonCheck
from baoming.registrations.providers.base import PersonCheck as Provider
from baoming.registrations.providers.base import PersonCheckDown
from baoming.registrations.providers.face import FaceCheck
from baoming.registrations.queries import document_of
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.queries import season_now
from baoming.shared.jobs import defer, defer_once

CONSENT = "2023-1"  # version of the separate consent to face recognition
_LONGEST_WAIT = 60  # seconds between two questions: a page that is open never waits longer
_MOST_TRIES = 20  # about a quarter of an hour; the person's next visit asks again


@transaction.atomic
def start_check(registration_id: UUID, *, by: Actor) -> PersonCheck:
    """Open a check; the provider is asked by a job, after the commit. Raises NotOpen."""
    registration = locked(registration_id)
    now = require("person_check", registration, by)
    check = PersonCheck.objects.create(registration=registration, consent_version=CONSENT, at=now)
    defer("registrations.open_person_check", check_id=str(check.pk))
    return check


@transaction.atomic
def confirm_by_card(registration_id: UUID, *, by: Actor) -> PersonCheck:
    """The site has seen person and card together: no face recognition needed. Raises NotOpen."""
    registration = locked(registration_id)
    now = require("person_check", registration, by)
    state = PersonCheck.State.PASSED
    check = PersonCheck.objects.create(
        registration=registration, method="card", state=state, consent_version="", at=now
    )
    complete_step(registration, "person_check", by=by, at=now)
    return check


def open_check(check_id: UUID) -> None:
    """Ask the provider for its page. Raises PersonCheckDown."""
    check = PersonCheck.objects.select_related("registration").get(pk=check_id)
    if check.state != PersonCheck.State.OPENING:
        return
    person = document_of(check.registration)
    back = f"{settings.CANDIDATE_ORIGIN}/person-check/"
    session = provider().start(name=person.name, number=person.number, return_url=back)
    check.session, check.url, check.state = session.id, session.page, PersonCheck.State.PENDING
    check.save(update_fields=["session", "url", "state"])


def follow_check(check_id: UUID, *, tries: int = 0) -> None:
    """Have the provider asked how a check ended, later after each try in vain; at most one such job waits."""
    after = timedelta(seconds=min(2**tries, _LONGEST_WAIT) if tries else 0)
    task = "registrations.settle_person_check"
    defer_once(task, str(check_id), after=after, check_id=str(check_id), tries=tries)


def settle_or_follow(check_id: UUID, *, tries: int) -> None:
    """Settle a check; when the provider does not answer, leave all as it is and ask again later."""
    try:
        settle_check(check_id)
    except PersonCheckDown:
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
        check.save(update_fields=["state"])
        if outcome == "passed" and "person_check" not in registration.done_steps:
            person = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
            complete_step(registration, "person_check", by=person, at=season_now(registration.season_id))


@cache
def provider() -> Provider:
    """Return the provider named by the settings."""
    secret = (settings.SERVICE_KEYS / "identity" / "identity.secret").read_bytes()
    return FaceCheck(settings.SERVICES["person_check"], secret)
