"""A forgotten save password (R11, R29): online after a day, or at the site by two members of staff (T6, mechanism 2).

Whoever asks, the candidate alone types the new one, signed in, with the login password: no staff ever sees it.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.models import Account
from baoming.accounts.passwords import pair_missing
from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import PhoneReset, Registration, SaveReset
from baoming.registrations.queries import state_of
from baoming.registrations.resets import DELAY, lapsed, online_refusal, too_early
from baoming.registrations.services.access import issue_code, password_problem, phone_of, tried_code, use_code
from baoming.registrations.services.intake import require_present
from baoming.registrations.services.proofs import prove_login
from baoming.registrations.services.steps import locked, refuse_if_disputed, refuse_if_stopped, require_two_hands
from baoming.seasons.queries import season_at, season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import BEIJING, short
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, update

RESET_CODE = "reset_code"
_WRONG_LOGIN = "登录密码不正确"
_STAFF = (Party.SITE, Party.COUNTY)


@kept_one
def _unended(registration: Registration) -> QuerySet[SaveReset]:
    return SaveReset.objects.filter(registration=registration, outcome="")


def open_reset(registration: Registration, *, now: datetime | None = None) -> SaveReset | None:
    """Return the request that is open; one whose three days are over is none, unconfirmed or not."""
    asked = _unended(registration)
    return None if asked is None or _lapsed(asked, now or season_now(registration.season_id)) else asked


def _lapsed(asked: SaveReset, now: datetime) -> bool:
    return lapsed(now, asked.ready_at or asked.asked_at)


def not_online(registration_id: UUID) -> str:
    """Return why this person cannot ask online now, empty when they can: for the page, which decides nothing."""
    try:
        with transaction.atomic():
            _require_online(locked(registration_id), asking=True)
    except NotOpen as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def send_reset_code(registration_id: UUID, *, by: Actor, address: str, voice: bool = False) -> None:
    """Send a code to the bound phone, to people who can ask online. Raises NotOpen, TooMany."""
    registration = locked(registration_id)
    _require_online(registration, asking=True)
    issue_code(registration, bound_phone(registration), template=RESET_CODE, address=address, voice=voice)


def ask_online(registration_id: UUID, *, login: str, code: str, device: str, address: str, by: Actor) -> SaveReset:
    """Ask for a new save password: login password and code now, the new one a day later. Safe to repeat.

    Raises TooMany, WrongCredentials, Invalid, NotOpen.
    """
    prove_login(registration_id, login, device=device, address=address, sentence=_WRONG_LOGIN)
    sent = tried_code(registration_id, code, template=RESET_CODE)
    with transaction.atomic():
        registration = locked(registration_id)
        now = _require_online(registration, asking=True)
        if (there := open_reset(registration, now=now)) is not None:
            return there
        if phone_of(sent) != bound_phone(registration):
            raise Invalid({"code": "验证码不是发到绑定手机的，请重新获取"})
        use_code(sent)
        made = _open(registration, SaveReset.Way.ONLINE, by=by, at=now, ready=now + DELAY)
        _tell("reset_asked", registration, at=short(now + DELAY))
    return made


@transaction.atomic
def ask_at_site(registration_id: UUID, document: IdentityDocument, *, reader: str, nonce: str, by: Actor) -> SaveReset:
    """Ask at the site, with the person's own valid card just read; somebody else must confirm. Ends one asked online.

    `reader` is empty where another document was seen, which no reader reads (R24).
    Raises NotOpen for others than the site, Refused for another card, or a reading used before.
    """
    registration = _of_the_two(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"重设保存密码由{PARTY_NAMES[Party.SITE]}读卡受理")
    now = season_now(registration.season_id)
    today = now.astimezone(BEIJING).date()
    require_present(registration, document, reader=reader, nonce=nonce, today=today)
    if (there := open_reset(registration, now=now)) is not None:
        _end(registration, there, SaveReset.Outcome.CANCELLED, by=by, at=now)
    made = _open(registration, SaveReset.Way.SITE, by=by, at=now, ready=None)
    _tell("reset_at_site", registration)
    return made


@transaction.atomic
def confirm_at_site(registration_id: UUID, *, by: Actor) -> SaveReset:
    """Confirm, as another member of the site's staff or as the county: the candidate may set a new one. Safe to repeat.

    Raises NotOpen, also for the one who asked, and for the site where the phone was changed at the site.
    """
    registration = _of_the_two(registration_id)
    asked = open_reset(registration)
    if asked is None or asked.way != SaveReset.Way.SITE:
        raise NotOpen("没有等待复核的保存密码重设，请先在报名点读卡受理")
    if by.kind not in _STAFF or by.id == asked.asked_by:
        raise NotOpen("要由报名点的另一名工作人员，或县（市、区）招考机构复核，受理的人自己不能复核")
    require_two_hands(asked.asked_by, by)
    if by.kind is not Party.COUNTY and _phone_of_site(registration):
        raise NotOpen("绑定的手机是在报名点更换的，保存密码的重设要由县（市、区）招考机构复核")
    if asked.ready_at is not None:
        return asked
    asked.ready_at = season_now(registration.season_id)
    asked.confirmed_by, asked.confirmed_label = by.id, by.label
    update(asked, "ready_at", "confirmed_by", "confirmed_label")
    _due(registration, asked.ready_at)
    record("confirm_save_reset", by=by, subject=registration.pk, path=registration.path)
    return asked


@transaction.atomic
def cancel_reset(registration_id: UUID, *, by: Actor) -> None:
    """Cancel what is open: the owner from any browser that is signed in, or staff who were asked by mistake.

    Safe to repeat: what is not there any more needs no cancelling.
    """
    registration = locked(registration_id)
    if by.kind not in (Party.CANDIDATE, *_STAFF):
        raise NotOpen("由考生本人、报名点或县（市、区）招考机构取消")
    drop_reset(registration, by=by)


def drop_reset(registration: Registration, *, by: Actor) -> None:
    """End what is open, and tell the owner. Call after `locked`."""
    if (asked := open_reset(registration)) is None:
        return
    _end(registration, asked, SaveReset.Outcome.CANCELLED, by=by, at=season_now(registration.season_id))
    record("cancel_save_reset", by=by, subject=registration.pk, path=registration.path)
    _tell("reset_cancelled", registration)


def set_save_password(registration_id: UUID, *, login: str, save: str, device: str, address: str, by: Actor) -> None:
    """Set the new save password, typed by the candidate with the login password.

    Raises TooMany, WrongCredentials, Invalid; NotOpen before it is due, after three days, and for one
    that was asked online, in the last 48 hours before the deadline.
    """
    prove_login(registration_id, login, device=device, address=address, sentence=_WRONG_LOGIN)
    hashed = make_password(save)  # before the lock: nobody waits for a hash
    with transaction.atomic():
        registration = locked(registration_id)
        account = _account(registration)
        if (asked := _unended(registration)) is None:
            raise NotOpen("没有申请过重设保存密码，或者已经取消，请先申请")
        now = season_now(registration.season_id)
        if asked.way == SaveReset.Way.ONLINE:
            _require_online(registration, asking=False)
        if early := too_early(now, asked.ready_at):
            raise NotOpen(early)
        if problem := password_problem(registration, "保存密码", save) or "".join(pair_missing(login, save)):
            raise Invalid({"save": problem})
        account.save_password, account.save_reset_at = hashed, now
        update(account, "save_password", "save_reset_at")
        _end(registration, asked, SaveReset.Outcome.SET, by=by, at=now)
        record("set_save_password", by=by, subject=registration.pk, path=registration.path)
        _tell("save_reset", registration)


def _require_online(registration: Registration, *, asking: bool) -> datetime:
    """Return the season's moment if this person may go the way online now; raise NotOpen. Call after `locked`."""
    refuse_if_stopped(registration)
    refuse_if_disputed(registration)
    registration.season, clock = season_at(registration.season_id)
    account, time = _account(registration), state_of(registration, clock=clock).phases["sign_up"]
    recovered = account.login_recovered_at is not None
    refusal = online_refusal(clock.now, closes=time.closes, over=time.over, recovered=recovered, asking=asking)
    if refusal:
        raise NotOpen(refusal)
    return clock.now


def _account(registration: Registration) -> Account:
    if registration.account is None or "passwords" not in registration.done_steps:
        raise NotOpen("两个密码还没有设置，不用重设", go="passwords")
    return registration.account


def _of_the_two(registration_id: UUID) -> Registration:
    """Return the registration locked, if it has a save password to reset."""
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    if "passwords" not in registration.done_steps:
        raise Refused("考生还没有设置两个密码，不用重设")
    return registration


def _phone_of_site(registration: Registration) -> bool:
    """Whether a phone was bound at the site: two operators who gave it do not give the save password as well."""
    return PhoneReset.objects.filter(registration=registration, outcome=PhoneReset.Outcome.BOUND).exists()


def _open(
    registration: Registration, way: SaveReset.Way, *, by: Actor, at: datetime, ready: datetime | None
) -> SaveReset:
    if (over := _unended(registration)) is not None:
        _end(registration, over, SaveReset.Outcome.LAPSED, by=by, at=at)
    made = insert(
        SaveReset(registration=registration, way=way, asked_at=at, asked_by=by.id, asked_label=by.label, ready_at=ready)
    )
    _due(registration, ready or at)
    record("ask_save_reset", by=by, subject=registration.pk, path=registration.path, details={"way": way.value})
    return made


def _end(registration: Registration, asked: SaveReset, outcome: SaveReset.Outcome, *, by: Actor, at: datetime) -> None:
    asked.outcome, asked.ended_at, asked.ended_label = outcome, at, by.label
    update(asked, "outcome", "ended_at", "ended_label")
    _due(registration, None)


def _due(registration: Registration, moment: datetime | None) -> None:
    """Keep on the account, which every request of the owner reads, that a reset is on its way."""
    account = _account(registration)
    account.save_reset_due = moment
    update(account, "save_reset_due")


def _tell(template: str, registration: Registration, **words: str) -> None:
    number, phone = bound_phone(registration), registration.site.phone
    send(template, season=registration.season, recipient=registration.pk, number=number, phone=phone, **words)
