"""Another phone (R11, R17): by the save password and a code to the new one; the old one is told."""

from uuid import UUID

from django.db import transaction

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Registration
from baoming.registrations.services.access import bind, issue_code, phone_of, readable_phone, tried_code, use_code
from baoming.registrations.services.forms import (
    WrongSavePassword,
    proves,
    refuse_empty,
    save_budget,
    still_proves,
    tell_wrong_save,
)
from baoming.registrations.services.steps import locked, refuse_if_disputed, refuse_if_stopped
from baoming.shared.errors import Invalid, NotOpen

REBIND_CODE = "rebind_code"


def send_rebind_code(registration_id: UUID, number: str, *, by: Actor, address: str, voice: bool = False) -> None:
    """Send a code to the new phone. Raises Invalid, NotOpen, TooMany."""
    phone = readable_phone(number)
    with transaction.atomic():
        registration = _bound(registration_id)
        if phone == bound_phone(registration):
            raise Invalid({"phone": "这就是现在绑定的手机，不用更换"})
        issue_code(registration, phone, template=REBIND_CODE, address=address, voice=voice)


def rebind_phone(registration_id: UUID, *, code: str, save_password: str, device: str, by: Actor) -> None:
    """Bind the phone that got the code; tries of both are counted. Raises TooMany, Invalid, WrongSavePassword."""
    account = Account.objects.get(registration=registration_id)
    refuse_empty(save_password)
    key, limit = save_budget(account, device)
    last = take(key, limit)
    sent = tried_code(registration_id, code, template=REBIND_CODE)
    if not proves(account, save_password):  # before the lock: nobody waits for a hash
        tell_wrong_save(registration_id, key, last=last, device=device, by=by)
        raise WrongSavePassword("保存密码不正确，手机没有更换")
    with transaction.atomic():
        registration = _bound(registration_id)
        if not still_proves(account):
            raise WrongSavePassword("保存密码刚刚重设过，手机没有更换，请用新的保存密码再试")
        old, new = bound_phone(registration), phone_of(sent)
        if new == old:
            raise Invalid({"code": "这个验证码是发到原手机的，请填新手机号码，重新获取"})
        use_code(sent)
        bind(registration, new)
        record("rebind_phone", by=by, subject=registration.pk, path=registration.path)
        phone = registration.site.phone
        send(
            "phone_left", season=registration.season, recipient=registration.pk, number=old, tail=new[-4:], phone=phone
        )
        send("phone_bound", season=registration.season, recipient=registration.pk, number=new, phone=phone)
    give_back(key, limit)


def _bound(registration_id: UUID) -> Registration:
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    refuse_if_disputed(registration)
    if "passwords" not in registration.done_steps:
        raise NotOpen("两个密码还没有设置，现在还不能更换手机", go="passwords")
    return registration
