"""A forgotten login password (R11): by a code to the bound phone and the card's validity. The save password stays.

A phone that was changed at the site counts once its day is over, and is bound by the code that is typed here.

Known and unknown people cost the same: one search, one card unsealed, one job queued; the answer is one sentence.
"""

from contextlib import suppress
from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone

from baoming.accounts.services.buckets import put_back, take
from baoming.accounts.throttling import RECOVERY_ADDRESS
from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.document_numbers import canonical_any
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Registration
from baoming.registrations.queries import NOBODY
from baoming.registrations.services.access import (
    issue_code,
    offers_voice,
    password_problem,
    phone_of,
    tried_code,
    use_code,
)
from baoming.registrations.services.claim import card_of_number
from baoming.registrations.services.phone_resets import reachable_phone, settle_phone
from baoming.registrations.services.steps import locked
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, Refused, TooMany
from baoming.shared.jobs import defer
from baoming.shared.services import update

LOGIN_CODE = "login_code"
MISMATCH = "证件号码、有效期或验证码不一致，或者验证码已过10分钟、已试错5次。请核对，或重新获取验证码"


class RecoveryRefused(Refused):
    """What was typed does not fit; which part is not said."""


def ask_login_code(*, season: Season, number: str, valid_to: date | None, address: str, voice: bool = False) -> None:
    """Let a job send a code to the bound phone of the person whose card this is; nobody is told whether there is one.

    Raises TooMany by network address.
    """
    take(f"recover-at:{address}", RECOVERY_ADDRESS)
    found = _person(season, number, valid_to)
    if voice:
        defer("registrations.send_login_code", registration_id=str(found), voice=1)
    else:  # as a worker of the former version reads it, too
        defer("registrations.send_login_code", registration_id=str(found))


@transaction.atomic
def send_login_code(registration_id: UUID, *, voice: bool = False) -> None:
    """Send the code, to people who have a password to forget and a phone to hear of it. Too many: nothing is sent.

    `voice`: by a call where one may be made, else by SMS; who asked is told neither.
    """
    if registration_id == NOBODY:
        return
    registration = locked(registration_id)
    if "passwords" not in registration.done_steps or not registration.phone_sealed:
        return
    phone = reachable_phone(registration)
    spoken = voice and offers_voice(registration.pk, LOGIN_CODE, phone=phone)
    with suppress(TooMany):
        issue_code(registration, phone, template=LOGIN_CODE, address="", voice=spoken)


def recover_login(
    *, season: Season, number: str, valid_to: date | None, code: str, login: str, address: str
) -> Registration:
    """Set a new login password; every session of the person ends. Raises TooMany, RecoveryRefused, Invalid.

    What is wrong with the new password is told only to whoever has the code.
    """
    take(f"recover-at:{address}", RECOVERY_ADDRESS)
    found = _person(season, number, valid_to)
    try:
        sent = tried_code(found, code, template=LOGIN_CODE)
    except Invalid:
        raise RecoveryRefused(MISMATCH) from None
    with transaction.atomic():
        registration = locked(sent.subject)
        account = registration.account
        proved = phone_of(sent)
        if account is None or proved not in (bound_phone(registration), reachable_phone(registration)):
            raise RecoveryRefused(MISMATCH)
        if problem := password_problem(registration, "登录密码", login):
            raise Invalid({"login": problem})
        if check_password(login, account.save_password):
            raise Invalid({"login": "登录密码不能和保存密码相同，请另设一个"})
        use_code(sent)
        account.set_password(login)
        account.login_recovered_at = timezone.now()
        update(account, "password", "login_recovered_at")
        me = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
        settle_phone(registration, proved, by=me)
        record("recover_login", by=me, subject=registration.pk, path=registration.path)
        phone = registration.site.phone
        send(
            "login_recovered",
            season=registration.season,
            recipient=registration.pk,
            number=bound_phone(registration),
            phone=phone,
        )
    put_back(f"recover-at:{address}", RECOVERY_ADDRESS)
    return registration


def _person(season: Season, number: str, valid_to: date | None) -> UUID:
    """Return whose number and validity these are; NOBODY for none, for the same work."""
    try:
        pk, card = card_of_number(season.pk, canonical_any(number))
    except ValueError:  # no number at all: nobody's
        return NOBODY
    return pk if card.valid_to == valid_to else NOBODY
