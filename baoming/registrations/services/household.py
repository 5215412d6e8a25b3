"""The household booklet (户口簿): handed in by the candidate, held against the chosen address by the site (R13, P9)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.attached_queries import States, booklet_of, newest_check, pictures_of
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Evidence, HouseholdCheck, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services.evidence import keep_pictures, read_pictures
from baoming.registrations.services.steps import (
    complete_step,
    locked,
    refuse_if_completed,
    refuse_if_disputed,
    require,
    return_step,
)
from baoming.schedule.queries import phase_times
from baoming.schedule.services import extend_for_person
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import moment, short
from baoming.shared.services import insert, update

_CHANGED = "考生刚刚换过照片或改过填报的地址，请看过现在的内容再决定"
_ADDRESS = frozenset({"household", "address"})  # the fields that a booklet is held against


def upload_booklet(
    registration_id: UUID, season: Season, files: Mapping[str, bytes], *, consent: str, by: Actor
) -> None:
    """Hand in pages of the booklet (purpose → file); a newer page takes the place of an older one until it is checked.

    Raises Invalid by purpose; NotOpen by the clock after the lock, and once the site has found it right.
    """
    booklet = booklet_of(season)
    files = {purpose: content for purpose, content in files.items() if purpose in booklet.pages}
    if not files:
        raise Invalid({purpose: f"请选择{label}的照片" for purpose, label in booklet.pages.items()})
    pictures = read_pictures(files, booklet.consent, ticked=consent)
    with transaction.atomic():
        registration = locked(registration_id)
        now = _require_upload(registration, by)

        def then(kept: list[Evidence]) -> None:
            if set(booklet.pages) <= {*pictures_of(registration), *pictures}:
                _mark(registration, States.WAITING)
            details = {"count": len(kept)}
            record("upload_booklet", by=by, subject=registration.pk, path=registration.path, details=details)

        keep_pictures(registration, pictures, booklet.consent, at=now, then=then)


def _require_upload(registration: Registration, by: Actor) -> datetime:
    """Return the moment if another picture may be handed in now: also while the site has not looked yet."""
    refuse_if_completed(registration)
    refuse_if_disputed(registration)
    if registration.household_state == States.MATCHED:
        raise NotOpen("报名点已经核对相符，不用再上传。需要更换的，请联系报名点退回")
    registration.household_state = States.NONE  # as if nothing had been handed in: the step is the candidate's
    return require("household", registration, by)


@transaction.atomic
def check_booklet(registration_id: UUID, *, matched: bool, reason: str, seen: str, version: str, by: Actor) -> None:
    """Say that the booklet fits the chosen address, or give it back to the candidate with a reason.

    A site may as long as booklets are handed in, and after that while it confirms (docs/decisions/0027): whoever comes
    on the last day is looked at, too. `seen`, `version`: the pictures and the form that the page showed; raises Refused
    where they are others now.
    Raises Invalid, NotOpen. Safe to repeat: a button that is pressed twice finds it once.
    """
    registration = locked(registration_id)
    now = require("household", registration, by)
    refuse_if_completed(registration)
    booklet = booklet_of(registration.season)
    if not matched and reason not in booklet.reasons:
        raise Invalid({"reason": "请选择不相符的原因，考生会看到"})
    pictures = pictures_of(registration)
    if seen != shown(pictures, booklet.pages) or version != str(registration.version):
        raise Refused(_CHANGED)
    if matched and registration.household_state == States.MATCHED:
        return
    looked_at = [str(pictures[purpose].pk) for purpose in booklet.pages if purpose in pictures]
    if matched:
        _match(registration, looked_at, by=by, at=now)
    else:
        _give_back(registration, looked_at, reason, booklet.reasons[reason], by=by, at=now)


@transaction.atomic
def match_original(registration_id: UUID, *, version: str, by: Actor) -> None:
    """Say that the booklet itself, shown at the site, fits the chosen address: no picture of it is taken.

    For whoever does not agree to pictures (the consent says so), or comes too late for them. `version`: the form that
    the page showed. Raises NotOpen as `check_booklet`, Refused where the form is another now. Safe to repeat.
    """
    registration = locked(registration_id)
    if registration.household_state == States.MATCHED:
        return
    registration.household_state = States.WAITING  # as if it had been handed in: the step is the site's
    now = require("household", registration, by)
    refuse_if_completed(registration)
    if version != str(registration.version):
        raise Refused(_CHANGED)
    _match(registration, [], by=by, at=now)


def _match(registration: Registration, pictures: list[str], *, by: Actor, at: datetime) -> None:
    details = {"version": registration.version, "reason": "none", "count": len(pictures)}
    record("match_household", by=by, subject=registration.pk, path=registration.path, details=details)
    _write(registration, States.MATCHED, pictures, by=by, at=at)
    complete_step(registration, "household", by=by, at=at)


def _give_back(
    registration: Registration, pictures: list[str], reason: str, words: str, *, by: Actor, at: datetime
) -> None:
    details = {"version": registration.version, "reason": reason}
    record("return_household", by=by, subject=registration.pk, path=registration.path, details=details)
    until = _open_upload(registration, at, by=by)
    _write(registration, States.RETURNED, pictures, reason, by=by, at=at)
    return_step(registration, "household", by=by, at=at, reason=words)
    if until:
        _tell(registration, until)


def _write(
    registration: Registration, state: str, pictures: list[str], reason: str = "", *, by: Actor, at: datetime
) -> None:
    """Keep what the site has found. `pictures`: ids of those looked at; none where it was the booklet itself."""
    insert(
        HouseholdCheck(
            registration=registration, matched=not reason, reason=reason, version=registration.version,
            pictures=pictures, at=at, by_label=by.label,
        )
    )  # fmt: skip
    _mark(registration, state)


def _open_upload(registration: Registration, now: datetime, *, by: Actor) -> datetime | None:
    """See to it that what is given back can be handed in again as long as it can be checked; return until when.

    Without it nobody could be completed whose booklet is looked at late, or who comes with the right page after the
    uploads.
    """
    check = state_of(registration).open_phase("household")
    uploads = phase_times(registration.season_id, path=registration.path, subject=registration.pk)["household"]
    if check is None or check.closes is None:
        return None
    if not uploads.open or uploads.closes != check.closes:
        extend_for_person(
            registration.season_id, "household", subject=registration.pk, path=registration.path, opens=now,
            closes=check.closes, reason=f"户口簿已退回，到{moment(check.closes)}为止", by=by,
        )  # fmt: skip
    return check.closes


def _tell(registration: Registration, until: datetime) -> None:
    """Tell the bound phone, and where there is help: who cannot take the picture brings the booklet to the site."""
    send(
        "booklet_returned", season=registration.season, recipient=registration.pk, number=bound_phone(registration),
        at=short(until), phone=registration.site.phone,
    )  # fmt: skip


def shown(pictures: Mapping[str, Evidence], pages: Mapping[str, str]) -> str:
    """Return what a page hands back of the pictures that it showed."""
    return ",".join(str(pictures[purpose].pk) for purpose in pages if purpose in pictures)


def address_changed(registration: Registration, changed: list[str], *, by: Actor, at: datetime) -> None:
    """A save that changed an address: what the site has found of another address no longer counts.

    What it gave back for the address alone is handed in again by it: the pictures were right.
    """
    if not _ADDRESS.intersection(changed):
        return
    if registration.household_state == States.RETURNED:
        found = newest_check(registration)
        if found and found.reason in booklet_of(registration.season).by_form:
            _hand_in(registration)
        return
    if registration.household_state != States.MATCHED:
        return
    _hand_in(registration)
    return_step(registration, "household", by=by, at=at, reason="填报的地址改过，要重新核对")


def _hand_in(registration: Registration) -> None:
    """Let the site look again; where it saw the booklet itself there is nothing to look at."""
    whole = booklet_of(registration.season).pages.keys() <= pictures_of(registration).keys()
    _mark(registration, States.WAITING if whole else States.NONE)


def _mark(registration: Registration, state: str) -> None:
    registration.household_state = state
    update(registration, "household_state")
