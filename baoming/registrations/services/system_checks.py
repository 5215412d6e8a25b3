"""系统核验: typed identity is compared with the registers by a job, after the commit (R26, R27).

Until they confirm it, a hold keeps eligibility from being judged and a number from being issued. The debt of typed
entry is another hold, which only the card ends.
"""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from baoming.audit.actors import SYSTEM, Actor
from baoming.audit.services import record
from baoming.registrations.models import Registration, SystemCheck
from baoming.registrations.providers.base import SystemCheck as Provider
from baoming.registrations.providers.base import SystemCheckDown
from baoming.registrations.providers.register import RegisterCheck
from baoming.registrations.queries import document_of
from baoming.registrations.services.steps import clear_holds, locked, place_hold, require
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused
from baoming.shared.jobs import DATABASE_AWAY, defer_once
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, update

CHECK = "system_check"  # kind of the hold
State = SystemCheck.State
OPEN = (State.WAITING, State.MISMATCH, State.NO_RECORD)  # what keeps the hold
_STEPS = ["eligibility", "number"]
_SAID = {
    State.WAITING: "正在系统核验",
    State.MISMATCH: "系统核验不相符，请报名点核对录入后重新核验",
    State.NO_RECORD: "系统核验查无记录，请报名点核对录入；录入无误的，请考生带证件到公安机关核实",
}
_LONGEST_WAIT = 60  # seconds between two questions
_MOST_TRIES = 1500  # a little more than a day; the desk's button asks again


def ask(registration: Registration, *, reason: str, by: Actor, at: datetime) -> SystemCheck:
    """Have the registers asked, and place the hold; in the transaction of what was typed, the row locked or new."""
    _drop(registration)
    check = insert(SystemCheck(registration=registration, reason=reason, asked_at=at, asked_by=by.label))
    _hold(registration, State.WAITING, by=by, at=at)
    follow(check.pk)
    return check


@transaction.atomic
def ask_again(registration_id: UUID, *, by: Actor) -> SystemCheck:
    """Ask once more what did not match; what waits for its answer is only hurried. Raises NotOpen, Refused."""
    registration = locked(registration_id)
    now = require("identity", registration, by)
    check = open_check(registration)
    if check.state == State.WAITING:
        follow(check.pk)
        return check
    record("ask_check", by=by, subject=registration.pk, path=registration.path)
    return ask(registration, reason=check.reason, by=by, at=now)


def open_check(registration: Registration) -> SystemCheck:
    """Return the check that keeps this person from going on. Raises Refused where there is none."""
    check = newest_check(registration)
    if check is None or check.state not in OPEN:
        raise Refused("这份档案没有待办的系统核验。证件信息还有错误的，请报县（市、区）招考机构处理")
    return check


def end_checks(registration: Registration, *, by: Actor, at: datetime) -> None:
    """The card has been read: nothing is left to ask."""
    _drop(registration)
    clear_holds(registration, CHECK, by=by, at=at)


def newest_check(registration: Registration) -> SystemCheck | None:
    """Return the newest check, answered or not; None for who never was typed."""
    return _newest(registration)


@kept_one
def _newest(registration: Registration) -> QuerySet[SystemCheck]:
    return SystemCheck.objects.filter(registration=registration).order_by("-pk")[:1]


def follow(check_id: int, *, tries: int = 0) -> None:
    """Have the registers asked, later after each try in vain; at most one such job waits."""
    after = timedelta(seconds=min(2**tries, _LONGEST_WAIT) if tries else 0)
    task = "registrations.settle_system_check"
    defer_once(task, str(check_id), after=after, check_id=check_id, tries=tries)


def settle_or_follow(check_id: int, *, tries: int) -> None:
    """Settle a check; when the service does not answer, leave all as it is and ask again later."""
    try:
        settle(check_id)
    except (SystemCheckDown, *DATABASE_AWAY):
        if tries < _MOST_TRIES:
            follow(check_id, tries=tries + 1)


def settle(check_id: int) -> None:
    """Ask the registers, and clear the hold or say on it what to do. May run twice. Raises SystemCheckDown."""
    check = SystemCheck.objects.select_related("registration").get(pk=check_id)
    if check.state != State.WAITING:
        return
    person = document_of(check.registration)
    found = provider().check(name=person.name, number=person.number)
    with transaction.atomic():
        registration = locked(check.registration_id)
        check.refresh_from_db(fields=["state"])
        if check.state != State.WAITING:  # typed anew, read, or answered meanwhile: the answer is of something else
            return
        now = season_now(registration.season_id)
        check.state, check.register, check.answered_at = State(found.outcome), found.register, now
        update(check, "state", "register", "answered_at")
        _hold(registration, check.state, by=SYSTEM, at=now)
        details = {"outcome": found.outcome}
        record("answer_check", by=SYSTEM, subject=registration.pk, path=registration.path, details=details)


def _hold(registration: Registration, state: SystemCheck.State, *, by: Actor, at: datetime) -> None:
    """Let the hold say how the check stands; a match clears it."""
    clear_holds(registration, CHECK, by=by, at=at)
    if state in _SAID:
        place_hold(registration, kind=CHECK, steps=_STEPS, reason=_SAID[state], by=by)


def _drop(registration: Registration) -> None:
    SystemCheck.objects.filter(registration=registration, state=State.WAITING).update(state=State.DROPPED)


@cache
def provider() -> Provider:
    """Return the provider named by the settings."""
    secret = (settings.SERVICE_KEYS / "identity" / "system_check.secret").read_bytes()
    return RegisterCheck(settings.SERVICES["system_check"], secret)
