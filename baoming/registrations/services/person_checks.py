"""Real-person check by the way that the person chooses; the card, seen at the site, is always one of them (R10)."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from baoming.accounts.services.buckets import take
from baoming.accounts.throttling import PERSON_CHECK
from baoming.audit.actors import Actor, Party
from baoming.registrations.document_queries import known_online
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.person_ways import (
    ANOTHERS_NUMBER,
    CORRECTED,
    FACE,
    NETWORK,
    ONLINE,
    Person,
    Ways,
    obstacle,
    offered,
)
from baoming.registrations.providers.base import Failure, PersonCheckDown, PersonCheckUnfit, Result
from baoming.registrations.providers.base import PersonCheck as Provider
from baoming.registrations.providers.face import Contract, FaceCheck
from baoming.registrations.providers.network_id import NetworkIdCheck
from baoming.registrations.queries import document_of
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.jobs import DATABASE_AWAY, defer, defer_once
from baoming.shared.moments import BEIJING
from baoming.shared.queries import Kept, kept_one
from baoming.shared.services import insert, update
from baoming.vault.services import keys

SERVICES = {FACE: "person_check", NETWORK: "network_id"}  # way: name of the service in the settings
_GOOD_FOR = timedelta(minutes=15)  # our page waits as long; the provider's may live longer
_LONGEST_WAIT = 60  # seconds between two questions: a page that is open never waits longer
_MOST_TRIES = 20  # about a quarter of an hour; the person's next visit asks again
_SHOWN = 6  # of a person's checks, newest first: any may have passed
_UNKNOWN = "这种方式还认不了您的证件。请本人带证件到报名点，由工作人员当面核对"
_UNFINISHED = (PersonCheck.State.OPENING, PersonCheck.State.PENDING)
# Failures of one try: on the service's page, which is still good, the person may try once more and pass.
_TRIED = (Failure.LIVENESS, Failure.NOT_SAME, Failure.BROKEN, Failure.OTHER)
_log = logging.getLogger("baoming.person_check")


@transaction.atomic
def start_check(registration_id: UUID, *, way: str, by: Actor) -> PersonCheck:
    """Return the check by this way that lies open, or open one; the provider is asked by a job, after the commit.

    `way`: one of person_ways.ONLINE. The caller has the separate consent that a face check needs.
    Raises NotOpen, also when the person has passed, Refused for a way that this person does not have, and TooMany.
    """
    registration = locked(registration_id)
    now = require_undone(registration, by)
    ways = ways_of(registration.season)
    if way not in ONLINE or way not in offered(ways, served=served()):
        raise Refused("这种认证方式现在不能用，请选择页面上列出的方式")
    if unfit := obstacle_now(registration, way, now=now):
        raise Refused(unfit)
    there = newest_check(registration)
    if there is not None and there.method == way and is_open(there, now):
        return there
    take(f"person-check:{registration_id}", PERSON_CHECK)
    consent = ways.consent if way == FACE else ""
    check = insert(PersonCheck(registration=registration, method=way, consent_version=consent, at=now))
    defer("registrations.open_person_check", check_id=str(check.pk))
    return check


def ways_of(season: Season) -> Ways:
    """Return what the season says of the ways."""
    return Ways.parse(data(season, "person_check"))


def served() -> list[str]:
    """Return the ways for which the settings name a service."""
    return [way for way, name in SERVICES.items() if settings.SERVICES.get(name)]


def obstacle_now(registration: Registration, way: str, *, now: datetime) -> str:
    """Return why this person cannot go this way at `now`, in a sentence; empty when they can.

    What works by name and number knows only the kinds of documents that the season names (R24).
    """
    if way in ONLINE and not known_online(registration.season, registration.document_kind):
        return f"您用{registration.get_document_kind_display()}报名，{_UNKNOWN}"
    if way != FACE:
        return ""
    person = Person(document_of(registration).birth, registration.guardian_consented)
    return obstacle(ways_of(registration.season), way, person, today=now.astimezone(BEIJING).date())


def require_undone(registration: Registration, by: Actor) -> datetime:
    """As `require` of this step, and refuse once it is done. Raises NotOpen."""
    if "person_check" in registration.done_steps:
        raise NotOpen("实人认证已经通过，不用再做")
    return require("person_check", registration, by)


def newest_check(registration: Registration) -> PersonCheck | None:
    """Return the person's newest check, however it stands."""
    return _newest(registration)


@kept_one
def _newest(registration: Registration) -> QuerySet[PersonCheck]:
    return PersonCheck.objects.filter(registration=registration).order_by("-at")[:1]


@Kept
def last_checks(registration: Registration) -> QuerySet[PersonCheck]:
    """Return the person's last checks, newest first."""
    return PersonCheck.objects.filter(registration=registration).order_by("-at")[:_SHOWN]


def is_open(check: PersonCheck, now: datetime) -> bool:
    """Return whether the check can still be made at `now`, the season's moment: older ones are made anew."""
    return check.state in _UNFINISHED and now - check.at < _GOOD_FOR


def open_check(check_id: UUID) -> None:
    """Ask the provider for its page, unless the person has a newer check. Raises PersonCheckDown."""
    check = PersonCheck.objects.select_related("registration").get(pk=check_id)
    if check.state != PersonCheck.State.OPENING or newest_check(check.registration) != check:
        return
    person = document_of(check.registration)
    back = f"{settings.CANDIDATE_ORIGIN}/person-check/"
    # Run twice at once, the first page stays: the person may be on it.
    opening = PersonCheck.objects.filter(pk=check_id, state=PersonCheck.State.OPENING)
    try:
        session = provider(check.method).start(
            name=person.name, number=person.number, reference=str(check.pk), return_url=back
        )
    except PersonCheckUnfit as unfit:
        opening.update(state=PersonCheck.State.REFUSED, failure=unfit.failure)
        return
    opening.update(session=session.id, url=session.page, state=PersonCheck.State.PENDING)


def follow_checks(checks: Sequence[PersonCheck], now: datetime) -> None:
    """Have the providers asked about the person's last checks, if they can pass: they may have in an older one."""
    for check in checks:
        if _may_pass(check, now):
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
    check = PersonCheck.objects.select_related("registration").get(pk=check_id)
    now = season_now(check.registration.season_id)
    if not _may_pass(check, now):
        return
    person = document_of(check.registration)
    result = provider(check.method).result(
        check.session, name=person.name, number=person.number, reference=str(check.pk)
    )
    if result.outcome == "waiting":
        return
    with transaction.atomic():
        registration = locked(check.registration_id)
        check.refresh_from_db(fields=["state", "failure"])
        if not _may_pass(check, now):
            return
        if result.outcome == "failed":
            _refuse(check, str(result.failure or ""))
        elif not _is_still(person, document_of(registration)):
            _log.warning("a check passed of who was corrected meanwhile; it counts for nobody")
            _refuse(check, CORRECTED)
        else:
            _pass(check, registration, result)


def end_open_checks(registration: Registration) -> None:
    """Refuse what lies open: it was opened for who the person was before. After `locked`, with the new identity.

    A service that works by its own session would pass the person before for the one of now; asked later, nobody could
    tell whom it has compared.
    """
    tried = Q(state=PersonCheck.State.REFUSED, failure__in=_TRIED)
    unfinished = PersonCheck.objects.filter(tried | Q(state__in=_UNFINISHED), registration=registration)
    unfinished.update(state=PersonCheck.State.REFUSED, failure=CORRECTED)


def _may_pass(check: PersonCheck, now: datetime) -> bool:
    """Whether the service may say that it has passed: it lies open, or its last try failed and its page is good."""
    tried = check.state == PersonCheck.State.REFUSED and check.failure in _TRIED and check.session != ""
    return check.state == PersonCheck.State.PENDING or (tried and now - check.at < _GOOD_FOR)


def _is_still(person: IdentityDocument, now: IdentityDocument) -> bool:
    """Whether the person asked about is who the registration is of now."""
    return (person.name, person.number) == (now.name, now.number)


def _refuse(check: PersonCheck, failure: str) -> None:
    check.state, check.failure = PersonCheck.State.REFUSED, failure
    update(check, "state", "failure")


def _pass(check: PersonCheck, registration: Registration, result: Result) -> None:
    """Mark the step done, once, unless somebody else has passed with the same 网号."""
    check.state, new = PersonCheck.State.PASSED, "person_check" not in registration.done_steps
    if new and result.token:
        check.number_blind = keys().blind(result.token, purpose="network", season=registration.season_id)
    try:
        with transaction.atomic():
            update(check, "state", "number_blind")
    except IntegrityError:
        check.number_blind = None
        _refuse(check, ANOTHERS_NUMBER)
        return
    if new:
        person = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
        complete_step(registration, "person_check", by=person, at=season_now(registration.season_id))


@cache
def provider(way: str) -> Provider:
    """Return the service of this way. Raises OSError, ValueError, KeyError, TypeError for its keys."""
    address = settings.SERVICES[SERVICES[way]]
    if way == FACE:
        return FaceCheck(address, Contract.load(settings.SERVICE_KEYS / "faceid"))
    return NetworkIdCheck(address, (settings.SERVICE_KEYS / "identity" / "identity.secret").read_bytes())
