"""A photo handed in before there is an account (R27): leave by a code, the picture, and what the site says to it.

The code comes by SMS and is good once and for three days; with the identity number it opens a page on which nothing
stands but the masked name. What is handed in is no photo of the registration: the site's own act makes it one.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TypedDict
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from baoming.accounts.codes import CodeUnreadable, code_digest, new_activation_code
from baoming.accounts.services.buckets import put_back, refusals, take
from baoming.accounts.throttling import HAND_IN_ADDRESS, HAND_IN_PICTURES, HAND_INS
from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.absent_queries import HANDED, is_absent, phone_context, phone_of
from baoming.registrations.models import HandIn, Photo, Registration
from baoming.registrations.queries import NOBODY, whose_number
from baoming.registrations.services.access import count_message, readable_phone
from baoming.registrations.services.photos import examined_for, take_prepared
from baoming.registrations.services.steps import locked, refuse_if_stopped, require
from baoming.schedule.queries import phase_times
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import Closed, Invalid, NotOpen, Refused, TooMany
from baoming.shared.moments import short
from baoming.shared.services import insert, update
from baoming.vault.services import keys

GOOD_FOR = timedelta(days=3)
MISMATCH = "证件号或交照片码不一致，请核对短信。三天前的码已经失效，请向报名点要新的"
_DECIDED = "这张交来的照片已经处理过，请看过现在的情况再决定"
_OVER = "照片采集时间已过，不能采用。要采用的，请县（市、区）为这名考生延长时间后再来；也可以现在退回，不发新码"
_GONE = "没有等您交照片的事项，可能已经交过或者作废。请向报名点咨询"
State = HandIn.State
_NO_DIGEST = bytes(32)


class HandInRefused(Refused):
    """What was typed opens nothing; which part is wrong is not said."""


@transaction.atomic
def issue_hand_in(registration_id: UUID, phone: str, *, by: Actor) -> HandIn:
    """Send a code for a photo to `phone`; one that was sent before is dead from now on.

    Raises Invalid; TooMany; NotOpen outside intake; Refused for who is not absent, and while a photo waits for a look.
    """
    number = readable_phone(phone)
    registration = locked(registration_id)
    now = require("photo", registration, by)
    require_absent(registration)
    if HandIn.objects.filter(registration=registration, state=State.HANDED).exists():
        raise Refused("已经交来一张照片，请先审核，再决定要不要重交")
    _revoke(registration, by=by, at=now)
    take(f"hand-in:{registration.pk}", HAND_INS)
    count_message(number)
    hand_in, code = _new(registration, number, by=by, at=now)
    record("issue_hand_in", by=by, subject=registration.pk, path=registration.path)
    _send("hand_in_code", registration, hand_in, number, ticket=code)
    return hand_in


def require_absent(registration: Registration) -> None:
    """Raise Refused for who can come: their photo is taken and their slip is handed out at the site."""
    if not is_absent(registration):
        raise Refused("这名考生不是因故不能到场的，请本人到报名点照相、领取通知单")


@transaction.atomic
def revoke_hand_in(registration_id: UUID, *, by: Actor) -> None:
    """Make the code that was sent worthless. Raises Refused where none is open."""
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    now = require("photo", registration, by)
    if not _revoke(registration, by=by, at=now):
        raise Refused("没有还能用的交照片码")
    record("revoke_hand_in", by=by, subject=registration.pk, path=registration.path)


def find_hand_in(*, season: Season, number: str, code: str, address: str) -> HandIn:
    """Return the leave that number and code open together. Tries are counted by network address.

    Raises TooMany; HandInRefused in one sentence for every mismatch; Refused for a code that is used, dead or too old.
    A person who is not registered costs the same questions as one who is.
    """
    budget = (f"hand-in-at:{address}", HAND_IN_ADDRESS)
    take(*budget)
    try:
        digest = code_digest(code)
    except CodeUnreadable:
        digest = _NO_DIGEST
    pk, _ = whose_number(season.pk, number)
    rows = list(HandIn.objects.filter(registration=pk or NOBODY).select_related("registration").order_by("-number"))
    found = next((row for row in rows if compare_digest(bytes(row.digest), digest)), None)
    if found is None:
        raise HandInRefused(MISMATCH)
    require_open(found, season_now(season.pk))
    put_back(*budget)
    return found


def require_open(hand_in: HandIn, now: datetime) -> None:
    """Raise Refused, saying why this code opens nothing any more."""
    if hand_in.state in (State.HANDED, State.ACCEPTED):
        raise Refused("这个交照片码已经用过，照片已交到报名点。要换照片的，请联系报名点")
    if hand_in.state != State.OPEN:
        raise Refused("这个交照片码已经作废，请用最近一条短信里的，或者向报名点要新的")
    if hand_in.expires_at <= now:
        raise Refused(f"这个交照片码已于{short(hand_in.expires_at)}失效，请向报名点要新的")


def keep_picture(registration_id: UUID, hand_in_id: UUID, picture: bytes) -> HandIn:
    """Keep a picture to be looked at first; the one before goes. Raises PhotoRefused, Refused, TooMany."""
    take(f"hand-in-picture:{hand_in_id}", HAND_IN_PICTURES)
    season = Season.objects.get(registration=registration_id)
    examined = examined_for(season, picture)  # before the lock: it takes a second
    prepared = examined.prepared
    name = ""
    try:
        with transaction.atomic():
            hand_in = _open(registration_id, hand_in_id)
            former = hand_in.file
            name = hand_in.file = HANDED.keep(hand_in.pk, prepared.jpeg)
            hand_in.sha256, hand_in.measures = prepared.sha256, examined.measures.to_json()
            hand_in.faults = [fault.name for fault in examined.faults]
            update(hand_in, "file", "sha256", "measures", "faults")
            record("upload_hand_in", **_by_hand(hand_in))
            if former:
                transaction.on_commit(lambda: default_storage.delete(former))
    except BaseException:
        if name:
            default_storage.delete(name)
        raise
    return hand_in


@transaction.atomic
def hand_in_picture(registration_id: UUID, hand_in_id: UUID, *, seen: str) -> HandIn:
    """Hand in the picture with the digest `seen`, the one that the page showed; the code is used up by it.

    Raises Refused.
    """
    hand_in = _open(registration_id, hand_in_id)
    if not hand_in.file or not compare_digest(hand_in.sha256.encode(), seen.encode()):
        raise Refused("照片刚刚换过，请看过现在的照片再交")
    hand_in.state, hand_in.handed_at = State.HANDED, season_now(hand_in.registration.season_id)
    update(hand_in, "state", "handed_at")
    record("hand_in_photo", **_by_hand(hand_in))
    return hand_in


def accept_hand_in(registration_id: UUID, hand_in_id: UUID, *, by: Actor) -> Photo:
    """Make the photo that came the photo of this registration, by the site's act.

    One with a fault waits at the desk, to be let pass there as any other. Raises Refused, NotOpen; FileLost.
    """
    came = HandIn.objects.filter(pk=hand_in_id, registration=registration_id, state=State.HANDED).first()
    if came is None:
        raise NotOpen(_DECIDED)
    jpeg = HANDED.read(came)  # before the lock
    with transaction.atomic():
        registration = locked(registration_id)
        hand_in = _handed(registration, hand_in_id)
        if (hand_in.file, hand_in.sha256) != (came.file, came.sha256):  # what was read is not what stands there now
            raise NotOpen(_DECIDED)
        if (no := _photo_moment(registration, by)[1]) is not None:
            raise NotOpen(_OVER) if no.why == "over" else no
        photo = take_prepared(
            registration_id, jpeg, sha256=hand_in.sha256, measures=hand_in.measures, faults=hand_in.faults, by=by,
            source="electronic",
        )  # fmt: skip
        _decide(hand_in, State.ACCEPTED, by=by, at=photo.taken_at)
        details = {"photo": str(photo.pk)}
        record("accept_hand_in", by=by, subject=registration.pk, path=registration.path, details=details)
    return photo


@transaction.atomic
def return_hand_in(registration_id: UUID, hand_in_id: UUID, *, reason: str, by: Actor) -> HandIn | None:
    """Give the photo back for one of the season's reasons, with a new code by SMS; returns the new leave.

    Without one, and without SMS, once intake is over for this person or its codes of a day are used up: a photo that
    came can always be decided, at night too. Raises Invalid, Refused, NotOpen; TooMany where the phone has just had
    a message.
    """
    registration = locked(registration_id)
    now, no = _photo_moment(registration, by)
    hand_in = _handed(registration, hand_in_id)
    titles = {item["key"]: item["title"] for item in data(registration.season, "photo")["retakes"]}
    if reason not in titles:
        raise Invalid({"retake": "请选择一条退回的理由，短信里会写明"})
    hand_in.reason = reason
    _decide(hand_in, State.RETURNED, by=by, at=now)
    details = {"reason": reason}
    record("return_hand_in", by=by, subject=registration.pk, path=registration.path, details=details)
    over = no is not None and no.why == "over"
    if over or not _has_another(registration):
        return None
    number = phone_of(hand_in)
    count_message(number)
    again, code = _new(registration, number, by=by, at=now)
    _send("hand_in_returned", registration, again, number, ticket=code, outcome=titles[reason])
    return again


def _photo_moment(registration: Registration, by: Actor) -> tuple[datetime, Closed | None]:
    """Return the season's moment, and what the calendar has against photos of this person now. Raises NotOpen."""
    try:
        return require("photo", registration, by), None
    except Closed as no:
        return season_now(registration.season_id), no


def _has_another(registration: Registration) -> bool:
    """Take one of the codes that this person may be sent in a day; return whether there was one."""
    with suppress(TooMany), refusals():
        take(f"hand-in:{registration.pk}", HAND_INS)
        return True
    return False


def end_hand_ins(registration: Registration, *, by: Actor, at: datetime) -> None:
    """The person has come: no code opens anything any more, and a photo that came waits for nobody. After `locked`."""
    waiting = HandIn.objects.filter(registration=registration, state__in=(State.OPEN, State.HANDED))
    waiting.update(state=State.REVOKED, decided_at=at, decided_by=by.label)


def _new(registration: Registration, number: str, *, by: Actor, at: datetime) -> tuple[HandIn, str]:
    """Make a leave, good for three days and no longer than intake."""
    pk, code = uuid4(), new_activation_code()
    closes = phase_times(registration.season_id, path=registration.path, subject=registration.pk)["intake"].closes
    made = HandIn(
        id=pk, registration=registration, digest=code_digest(code), made_at=at, made_by=by.label,
        number=HandIn.objects.filter(registration=registration).count() + 1,
        phone_sealed=keys().seal(number.encode(), context=phone_context(pk)),
        expires_at=min(at + GOOD_FOR, closes) if closes else at + GOOD_FOR,
    )  # fmt: skip
    return insert(made), code


def _send(template: str, registration: Registration, hand_in: HandIn, number: str, **words: str) -> None:
    send(
        template, season=registration.season, recipient=registration.pk, number=number, at=short(hand_in.expires_at),
        phone=registration.site.phone, **words,
    )  # fmt: skip


def _revoke(registration: Registration, *, by: Actor, at: datetime) -> int:
    """Make what is open worthless; returns how many were."""
    open_ones = HandIn.objects.filter(registration=registration, state=State.OPEN)
    return open_ones.update(state=State.REVOKED, decided_at=at, decided_by=by.label)


def _open(registration_id: UUID, hand_in_id: UUID) -> HandIn:
    """Return the leave, its person locked, if a picture can still be handed in by it. Raises Refused."""
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    hand_in = HandIn.objects.filter(pk=hand_in_id, registration=registration).first()
    if hand_in is None:
        raise Refused(_GONE)
    require_open(hand_in, season_now(registration.season_id))
    require_absent(registration)
    hand_in.registration = registration
    return hand_in


def _handed(registration: Registration, hand_in_id: UUID) -> HandIn:
    """Return the photo that came, if it still waits and its person has not come. Raises Refused. After `locked`."""
    hand_in = HandIn.objects.filter(pk=hand_in_id, registration=registration, state=State.HANDED).first()
    if hand_in is None:
        raise NotOpen(_DECIDED)
    require_absent(registration)
    hand_in.registration = registration
    return hand_in


def _decide(hand_in: HandIn, state: HandIn.State, *, by: Actor, at: datetime) -> None:
    hand_in.state, hand_in.decided_at, hand_in.decided_by = state, at, by.label
    update(hand_in, "state", "decided_at", "decided_by", "reason")


class _Told(TypedDict):
    by: Actor
    subject: UUID
    path: str


def _by_hand(hand_in: HandIn) -> _Told:
    """Return of whom and by whom an event is: by who holds the code, the candidate or a guardian, nobody can tell."""
    registration = hand_in.registration
    who = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="持交照片码的人")
    return {"by": who, "subject": registration.pk, "path": registration.path}
