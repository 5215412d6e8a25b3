"""A lost phone, and the login password lost as well (R11, T6): changed at the site, a day later, if nobody cancels.

Two members of staff, the own card, and the new number typed twice: by who reads the card and, asked from the person
anew, by who confirms. Nothing changes for a day, in which the old phone and every signed-in browser tell of it. Then a
code goes to the new phone as to any bound one (logins.py), and typing it binds the phone: no code, slip or password
ever passes through the hands of staff.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import PhoneReset, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.resets import DELAY, county_confirms, lapsed, takes_effect
from baoming.registrations.services.access import bind, issue_code, phone_of, readable_phone, tried_code, use_code
from baoming.registrations.services.forms import proves, save_budget
from baoming.registrations.services.intake import require_present
from baoming.registrations.services.phone_sharing import require_free
from baoming.registrations.services.save_resets import drop_reset
from baoming.registrations.services.steps import locked, refuse_if_disputed, refuse_if_stopped, require_two_hands
from baoming.seasons.queries import season_at, season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import BEIJING, short
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, update
from baoming.vault.services import keys

CANCEL_CODE = "cancel_code"
Outcome = PhoneReset.Outcome
_STAFF = (Party.SITE, Party.COUNTY)


@kept_one
def _unended(registration: Registration) -> QuerySet[PhoneReset]:
    return PhoneReset.objects.filter(registration=registration, outcome=Outcome.OPEN)


def open_phone_reset(registration: Registration, *, now: datetime | None = None) -> PhoneReset | None:
    """Return the request that is open; one whose three days are over is none, unconfirmed or not."""
    asked = _unended(registration)
    return None if asked is None or _lapsed(asked, now or season_now(registration.season_id)) else asked


def _lapsed(asked: PhoneReset, now: datetime) -> bool:
    return lapsed(now, asked.ready_at or asked.asked_at + DELAY)


@transaction.atomic
def ask_phone_reset(
    registration_id: UUID, document: IdentityDocument, *, number: str, reader: str, nonce: str, by: Actor
) -> PhoneReset:
    """Ask at the site, with the person's own valid card just read; somebody else must confirm. Ends an older request.

    `reader` is empty where another document was seen, which no reader reads (R24).
    Raises NotOpen for others than the site, while the form is frozen and for a stopped registration; Invalid for
    what is no phone number; Refused for another card, or a reading used before.
    """
    registration = _with_phone(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"本人到场更换手机由{PARTY_NAMES[Party.SITE]}读卡受理")
    phone = readable_phone(number, field="new_phone")
    if phone == bound_phone(registration):
        raise Invalid({"new_phone": "这就是现在绑定的手机，登录密码可以直接用短信重设"})
    require_free(registration, phone, at_site=True, field="new_phone")
    now = season_now(registration.season_id)
    today = now.astimezone(BEIJING).date()
    require_present(registration, document, reader=reader, nonce=nonce, today=today)
    if (there := _unended(registration)) is not None:
        outcome = Outcome.LAPSED if _lapsed(there, now) else Outcome.CANCELLED
        _end(registration, there, outcome, by=by, at=now)
    made = PhoneReset(registration=registration, asked_at=now, asked_by=by.id, asked_label=by.label)
    made.phone_sealed = keys().seal(phone.encode(), context=_context(made))
    made.phone_blind = keys().blind(phone, purpose="phone", season=registration.season_id)
    _due(registration, now + DELAY)
    details = {"shared": _shared(made)}
    record("ask_phone_reset", by=by, subject=registration.pk, path=registration.path, details=details)
    _tell("phone_asked", registration, at=short(now + DELAY))
    return insert(made)


@transaction.atomic
def confirm_phone_reset(registration_id: UUID, number: str, *, by: Actor) -> PhoneReset:
    """Confirm, as somebody else, with the number that the person has said anew. Good a day from now. Safe to repeat.

    Raises NotOpen, also for the one who asked, and for the site's own staff in the last 48 hours; Invalid for another
    number.
    """
    registration = _with_phone(registration_id)
    if (asked := open_phone_reset(registration)) is None:
        raise NotOpen("没有等待复核的手机更换，请先在报名点读卡受理")
    if by.kind not in _STAFF or by.id == asked.asked_by:
        raise NotOpen("要由报名点的另一名工作人员，或县（市、区）招考机构复核，受理的人自己不能复核")
    require_two_hands(asked.asked_by, by)
    if asked.ready_at is not None:
        return asked
    registration.season, clock = season_at(registration.season_id)
    time = state_of(registration, clock=clock).phases["sign_up"]
    if by.kind is not Party.COUNTY and county_confirms(clock.now, closes=time.closes, over=time.over):
        raise NotOpen("填报截止前48小时内和截止以后，要由县（市、区）招考机构复核")
    if by.kind is not Party.COUNTY and _shared(asked):
        raise NotOpen("这个号码也为本报名点的另一名考生办理过，要由县（市、区）招考机构复核")
    if readable_phone(number, field="confirm_phone") != new_phone(asked):
        raise Invalid({"confirm_phone": "和受理时填写的号码不同。请当面向考生再问一遍，受理时填错的，取消后重新受理"})
    asked.ready_at, asked.confirmed_by, asked.confirmed_label = clock.now + DELAY, by.id, by.label
    update(asked, "ready_at", "confirmed_by", "confirmed_label")
    _due(registration, asked.ready_at)
    record("confirm_phone_reset", by=by, subject=registration.pk, path=registration.path)
    _tell("phone_asked", registration, at=short(asked.ready_at))
    phone = registration.site.phone
    send(
        "phone_soon",
        season=registration.season,
        recipient=registration.pk,
        number=new_phone(asked),
        at=short(asked.ready_at),
        phone=phone,
    )
    return asked


@transaction.atomic
def withdraw_phone_reset(registration_id: UUID, *, by: Actor) -> None:
    """Cancel, for the site or the county: what was asked by mistake, or whose owner says so. Safe to repeat."""
    registration = locked(registration_id)
    if by.kind not in _STAFF:
        raise NotOpen("由报名点或县（市、区）招考机构取消")
    drop_phone_reset(registration, by=by)


@transaction.atomic
def send_cancel_code(registration_id: UUID, *, by: Actor, address: str, voice: bool = False) -> None:
    """Send a code to the bound phone, for an owner who has it and no save password. Raises NotOpen, TooMany."""
    registration = locked(registration_id)
    if open_phone_reset(registration) is None:
        raise NotOpen("没有在办理的手机更换，不用取消")
    issue_code(registration, bound_phone(registration), template=CANCEL_CODE, address=address, voice=voice)


def cancel_phone_reset(registration_id: UUID, *, save_password: str, code: str, device: str, by: Actor) -> None:
    """Cancel, as the owner: by the save password, or a code to the bound phone. Safe to repeat.

    An open session proves nothing here, nor does the login password: whoever has stolen it would keep the owner, who
    has lost it, from coming back for ever. Raises TooMany, Invalid.
    """
    sent = tried_code(registration_id, code, template=CANCEL_CODE) if code else None
    if sent is None:
        _prove_save(registration_id, save_password, device=device)
    with transaction.atomic():
        registration = locked(registration_id)
        if sent is not None:
            if phone_of(sent) != bound_phone(registration):
                raise Invalid({"code": "验证码不是发到绑定手机的，请重新获取"})
            use_code(sent)
        drop_phone_reset(registration, by=by)


def drop_phone_reset(registration: Registration, *, by: Actor) -> None:
    """End what is open, and tell the phone that stays. Call after `locked`."""
    if (asked := open_phone_reset(registration)) is None:
        return
    _end(registration, asked, Outcome.CANCELLED, by=by, at=season_now(registration.season_id))
    record("cancel_phone_reset", by=by, subject=registration.pk, path=registration.path)
    _tell("phone_kept", registration)


def reachable_phone(registration: Registration) -> str:
    """Return the phone that a code for a new login password goes to: the new one once due. Call after `locked`."""
    asked = open_phone_reset(registration)
    frozen = registration.disputed_at is not None or registration.stopped_at is not None
    if asked is None or frozen or not takes_effect(season_now(registration.season_id), asked.ready_at):
        return bound_phone(registration)
    return new_phone(asked)


def settle_phone(registration: Registration, proved: str, *, by: Actor) -> None:
    """A code has proved this phone, which was reachable: bind it if it is the new one; if the old one, it is not lost.

    Call after `locked`.
    """
    if proved == (old := bound_phone(registration)):
        drop_phone_reset(registration, by=by)
        return
    asked = open_phone_reset(registration)
    if asked is None or proved != new_phone(asked):
        raise Refused("手机更换刚刚取消了，请重新获取验证码")
    bind(registration, proved, at_site=True)
    drop_reset(registration, by=by)  # asked for by the old phone or the old login password
    _end(registration, asked, Outcome.BOUND, by=by, at=season_now(registration.season_id))
    record("rebind_at_site", by=by, subject=registration.pk, path=registration.path)
    send(
        "phone_left",
        season=registration.season,
        recipient=registration.pk,
        number=old,
        tail=proved[-4:],
        phone=registration.site.phone,
    )


def new_phone(asked: PhoneReset) -> str:
    """Return the number that is to be bound."""
    return keys().unseal(asked.phone_sealed, context=_context(asked)).decode()


def _shared(asked: PhoneReset) -> bool:
    """Whether the number was asked for, and not cancelled, for another candidate that the one at work may see."""
    same = PhoneReset.objects.filter(phone_blind=asked.phone_blind).exclude(registration=asked.registration_id)
    return asked.phone_blind is not None and same.exclude(outcome=Outcome.CANCELLED).exists()


def _prove_save(registration_id: UUID, save_password: str, *, device: str) -> None:
    account = Account.objects.get(registration=registration_id)
    key, limit = save_budget(account, device)
    take(key, limit)
    if not proves(account, save_password):
        raise Invalid({"save_password": "保存密码不正确，更换手机的申请还没有取消"})
    give_back(key, limit)


def _with_phone(registration_id: UUID) -> Registration:
    """Return the registration locked, if it has a phone to lose and a login password to forget."""
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    refuse_if_disputed(registration)
    if "passwords" not in registration.done_steps:
        raise Refused("考生还没有设置两个密码，用激活码就能登录，不用更换")
    return registration


def _end(registration: Registration, asked: PhoneReset, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    asked.outcome, asked.ended_at, asked.ended_label = outcome, at, by.label
    update(asked, "outcome", "ended_at", "ended_label")
    _due(registration, None)


def _due(registration: Registration, moment: datetime | None) -> None:
    """Keep on the account, which every request of the owner reads, from when another phone may be bound."""
    account = registration.account
    if account is not None:
        account.phone_reset_due = moment
        update(account, "phone_reset_due")


def _tell(template: str, registration: Registration, **words: str) -> None:
    number, phone = bound_phone(registration), registration.site.phone
    send(template, season=registration.season, recipient=registration.pk, number=number, phone=phone, **words)


def _context(asked: PhoneReset) -> str:
    return f"registrations_phonereset.phone_sealed.{asked.pk}"
