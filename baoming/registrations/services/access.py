"""What the candidate sets up once: the phone, two passwords, the pledge (R10–R12)."""

import hashlib
import re
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from baoming.accounts.codes import sms_code
from baoming.accounts.models import PhoneCode
from baoming.accounts.passwords import PasswordPolicy, missing, own_data, pair_missing
from baoming.accounts.services.buckets import take
from baoming.accounts.throttling import SMS, SMS_ADDRESS, SMS_PERSON
from baoming.audit.actors import Actor
from baoming.messages.services import send
from baoming.messages.services.senders import has_voice
from baoming.registrations.form_queries import bound_phone, phone_context
from baoming.registrations.journey import STEPS
from baoming.registrations.models import Activation, Pledge, Registration
from baoming.registrations.queries import NOBODY, document_of
from baoming.registrations.services.phone_sharing import require_free
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.queries import data
from baoming.shared import names
from baoming.shared.errors import Invalid, NotOpen
from baoming.shared.queries import Kept, kept_one
from baoming.shared.services import update
from baoming.shared.text import halfwidth
from baoming.vault.services import keys

PHONE_CODE = "phone_code"  # the message that carries it
_GOOD_FOR = timedelta(minutes=10)
_TRIES = 5
_MOST_LIVE = 5  # codes looked at: more are not sent in ten minutes
_VOICE_AFTER = 2  # codes without an answer, then one may be read out by a call


class VoiceTooEarly(NotOpen):
    """A call was asked for before two messages had been sent to the number."""


def send_phone_code(registration_id: UUID, number: str, *, by: Actor, address: str, voice: bool = False) -> None:
    """Send a code to a phone number, or have it read out there by a call. Raises Invalid, NotOpen, TooMany.

    Counted by number, person and network address, once the step is open to this person: who may send
    nothing uses up nobody's codes. Inside the block that sends: a refusal by one count undoes the others.
    """
    phone = readable_phone(number)
    with transaction.atomic():
        registration = locked(registration_id)
        _require_once("phone", registration, by)
        issue_code(registration, phone, template=PHONE_CODE, address=address, voice=voice)


def readable_phone(number: str, *, field: str = "phone") -> str:
    """Return the 11 digits of a typed number; raise Invalid."""
    phone = halfwidth(number)
    if not phone:
        raise Invalid({field: "请填写手机号码"})
    if not re.fullmatch(r"1[3-9][0-9]{9}", phone):
        raise Invalid({field: f"手机号码是11位数字，以1开头，您填了{len(phone)}位，请核对"})
    return phone


def offers_voice(registration_id: UUID, template: str, *, phone: str = "") -> bool:
    """Whether a code may be read out by a call: two came by SMS and none was typed, and a sender has a voice.

    `phone`: whether by a call to this number, which may be another one than got the messages.
    """
    live = _live_codes(registration_id, template)
    return len(live) >= _VOICE_AFTER and has_voice() and phone in ("", phone_of(live[0]))


def issue_code(registration: Registration, phone: str, *, template: str, address: str, voice: bool = False) -> None:
    """Send a code to `phone`, counted by person, number and (where the request is here) address. Call after `locked`.

    `voice`: have it read out by a call. Raises TooMany, VoiceTooEarly.
    """
    if voice and not offers_voice(registration.pk, template, phone=phone):
        raise VoiceTooEarly("同一号码获取两次短信验证码以后，才能用语音验证码，请先获取短信验证码")
    take(f"sms-by:{registration.pk}", SMS_PERSON)
    count_message(phone)
    if address:
        take(f"sms-at:{address}", SMS_ADDRESS)
    code, made = sms_code(), PhoneCode(subject=registration.pk, sent_at=timezone.now(), purpose=template)
    made.phone_sealed = keys().seal(phone.encode(), context=_code_context(made))
    made.digest = _digest(made.pk, code)
    made.save()
    send(
        template, season=registration.season, recipient=registration.pk, number=phone, code=code,
        channel="voice" if voice else "sms",
    )  # fmt: skip


def count_message(phone: str) -> None:
    """Count a message to this number, whoever has it sent. Raises TooMany."""
    blind = keys().blind(phone, purpose="phone", season=0)
    for limit in SMS:
        take(f"sms:{limit.seconds}:{blind.hex()}", limit)


def live_code(registration_id: UUID, template: str) -> PhoneCode | None:
    """Return the newest code sent to this person by the message `template`, if it can still be typed."""
    sent = _newest_code(registration_id, template)
    return sent if sent and sent.sent_at >= timezone.now() - _GOOD_FOR else None


def code_at_bound_phone(registration: Registration, template: str) -> bool:
    """Whether the code that can be typed went to the phone that is bound now."""
    sent = live_code(registration.pk, template)
    return sent is not None and phone_of(sent) == bound_phone(registration)


@kept_one
def _newest_code(registration_id: UUID, template: str) -> QuerySet[PhoneCode]:
    return PhoneCode.objects.filter(subject=registration_id, purpose=template, used_at=None).order_by("-sent_at")[:1]


def tried_code(registration_id: UUID, code: str, *, template: str) -> PhoneCode:
    """Return the newest code of this person that `template` carried; the caller marks it used. Raises Invalid.

    A code serves the act that its message names: whoever was talked into reading one out has given away no more.
    Counted outside any inner block: a refusal does not give the try back. Taken by one statement: tries at
    the same instant never share a count.
    """
    live = _live_codes(registration_id, template)
    tried = live or [PhoneCode(pk=NOBODY, digest=b"")]  # the same work for nobody: the answer takes as long
    ids = [one.pk for one in tried]
    counted = PhoneCode.objects.filter(pk__in=ids, tries__lt=_TRIES).update(tries=F("tries") + 1)
    # A try counts for all of them, so that an older one has had no fewer: those counted are the newest.
    right = [one for one in tried[:counted] if compare_digest(bytes(one.digest), _digest(one.pk, halfwidth(code)))]
    sent = live[0] if live else None
    if sent is None:
        raise Invalid({"code": "验证码已过10分钟或还没有获取，请重新获取"})
    if not counted:
        raise Invalid({"code": "这个验证码试错5次，已经作废，请重新获取"})
    if not right:
        left = _TRIES - 1 - sent.tries
        raise Invalid(
            {"code": f"验证码不正确，{f'还可以再试{left}次，请核对短信' if left else '已试错5次，请重新获取'}"}
        )
    return right[0]


def _live_codes(registration_id: UUID, template: str) -> list[PhoneCode]:
    """Return the codes that can still be typed, newest first: sent again, the code before stays good in its time.

    Of one number alone, that of the newest: who has mended a mistyped number has not proved the wrong one.
    """
    since = timezone.now() - _GOOD_FOR
    found = [one for one in _unused_codes(registration_id, template) if one.sent_at >= since]
    if len(found) < 2:
        return found
    number = phone_of(found[0])
    return [one for one in found if phone_of(one) == number]


@Kept
def _unused_codes(registration_id: UUID, template: str) -> QuerySet[PhoneCode]:
    rows = PhoneCode.objects.filter(subject=registration_id, purpose=template, used_at=None)
    return rows.order_by("-sent_at")[:_MOST_LIVE]


def phone_of(sent: PhoneCode) -> str:
    """Return the number that a code was sent to: a code proves this one and no other."""
    return keys().unseal(sent.phone_sealed, context=_code_context(sent)).decode()


def use_code(sent: PhoneCode) -> None:
    """Mark a code used, and with it the others of its kind. Raises Invalid when somebody else was first."""
    now, unused = timezone.now(), PhoneCode.objects.filter(used_at=None)
    if not unused.filter(pk=sent.pk).update(used_at=now):
        raise Invalid({"code": "这个验证码已经用过，请重新获取"})
    unused.filter(subject=sent.subject, purpose=sent.purpose).update(used_at=now)


def confirm_phone(registration_id: UUID, code: str, *, by: Actor) -> None:
    """Bind the phone whose newest code this is. Five wrong tries end a code. Raises Invalid, NotOpen."""
    sent = tried_code(registration_id, code, template=PHONE_CODE)
    with transaction.atomic():
        registration = locked(registration_id)
        now = _require_once("phone", registration, by)
        use_code(sent)
        bind(registration, phone_of(sent))
        complete_step(registration, "phone", by=by, at=now)


def bind(registration: Registration, phone: str, *, at_site: bool = False) -> None:
    """Make `phone` the one that is told and asked. Call after `locked`, once a code has proved it.

    Raises Invalid where as many candidates have it as may (`require_free`).
    """
    require_free(registration, phone, at_site=at_site)
    registration.phone_sealed = keys().seal(phone.encode(), context=phone_context(registration.pk))
    registration.phone_blind = keys().blind(phone, purpose="phone", season=registration.season_id)
    update(registration, "phone_sealed", "phone_blind")


@transaction.atomic
def set_passwords(registration_id: UUID, *, login: str, save: str, by: Actor) -> Registration:
    """Set both passwords at once; the activation code is used up by it. Raises Invalid by field, NotOpen."""
    registration = locked(registration_id)
    now = _require_once("passwords", registration, by)
    account = registration.account
    if problems := _password_problems(registration, login=login, save=save):
        raise Invalid(problems)
    if account is None:
        raise Invalid({"login": "请先用激活码第一次登录"})
    account.set_password(login)
    account.save_password = make_password(save)
    update(account, "password", "save_password")
    Activation.objects.filter(registration=registration, revoked_at=None, used_at=None).update(used_at=now)
    complete_step(registration, "passwords", by=by, at=now)
    send(
        "passwords_set",
        season=registration.season,
        recipient=registration.pk,
        number=bound_phone(registration),
        phone=registration.site.phone,
    )
    return registration


@transaction.atomic
def accept_pledge(registration_id: UUID, *, version: str, by: Actor) -> None:
    """Record that the candidate accepts the season's pledge, in the version they read; older ones stay on record.

    Raises Invalid, NotOpen.
    """
    registration = locked(registration_id)
    now = require("pledge", registration, by)
    if version != data(registration.season, "pledge")["version"]:
        raise Invalid({"accepted": "承诺书已更新，请重新阅读后再确认"})
    Pledge.objects.get_or_create(registration=registration, text_version=version, defaults={"at": now})
    if "pledge" not in registration.done_steps:
        complete_step(registration, "pledge", by=by, at=now)


def _require_once(key: str, registration: Registration, by: Actor) -> datetime:
    """As `require`, and refuse a step that is done: an open session alone changes neither phone nor password."""
    if key in registration.done_steps:
        raise NotOpen(f"{STEPS[key].zh}已经办好。需要更换的，请带身份证到报名点办理")
    return require(key, registration, by)


def _password_problems(registration: Registration, *, login: str, save: str) -> dict[str, str]:
    problems = {}
    for field, label, password in (("login", "登录密码", login), ("save", "保存密码", save)):
        if problem := password_problem(registration, label, password):
            problems[field] = problem
    if not problems and (same := pair_missing(login, save)):
        problems["save"] = same[0]
    return problems


def password_problem(registration: Registration, label: str, password: str) -> str:
    """Return what keeps `password` from being this person's `label` (登录密码), empty when nothing does."""
    if not password:
        return f"请填写{label}"
    person, pinyin = document_of(registration), names.syllables(registration.name)
    own = own_data(number=person.number, birth=person.birth, phone=bound_phone(registration), pinyin=pinyin)
    sentences = missing(password, policy=PasswordPolicy(), own=own)
    return f"{label}：{sentences[0]}" if sentences else ""


def _code_context(sent: PhoneCode) -> str:
    return f"accounts_phonecode.phone_sealed.{sent.pk}"


def _digest(code_id: UUID, code: str) -> bytes:
    """A code has 6 digits: its digest is bound to its row, and good for ten minutes and five tries only."""
    return hashlib.sha256(f"{code_id}:{code}".encode()).digest()
