"""The second step of signing in: a code of the authenticator, or setting one up. Nobody is signed in before it.

Between the steps the browser has a session that is nobody's; it names the account and what its password was, and
keeps the sealed secret that this browser alone is offered where there is no authenticator yet.
"""

import time

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods

from baoming.accounts import totp
from baoming.accounts.models import Account
from baoming.accounts.services import pins, second_factor
from baoming.accounts.services.telling import tell_sign_in, tell_sign_out
from baoming.audit.actors import STRANGER
from baoming.audit.services import record
from baoming.documents.engine import qr_svg
from baoming.organizations.roles import ADMINISTRATORS, AT_DESK, SECOND_FACTOR, Role
from baoming.shared.errors import Invalid, Refused
from baoming.web.addresses import client_address
from baoming.web.devices import device_of, keep_device

_WAITING = "second_step"  # key in the session
_PATIENCE = 10 * 60  # seconds between the two steps
_LONGEST = 40  # characters read of a code
_AGAIN = "这一步等得太久，或者已经办过了。请重新填写账号和密码"


def enter(request: HttpRequest, account: Account) -> HttpResponse:
    """Sign in who has given the password, or lead on to the second step where the role needs one."""
    role = Role(account.staff.role)
    if role not in SECOND_FACTOR:
        return _inside(request, account, _first_page(account), way="password")
    ready = second_factor.is_set_up(account)
    if ready and role not in ADMINISTRATORS and second_factor.was_proved(account, device_of(request)):
        return _inside(request, account, _first_page(account), way="password")
    _leave(request, to=account)
    waiting = {"account": str(account.pk), "hash": account.get_session_auth_hash(), "at": int(time.time())}
    if not ready:
        waiting["offer"] = second_factor.offer(account)
    request.session[_WAITING] = waiting
    return redirect("office:second_step" if ready else "office:authenticator")


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Six digits of the authenticator, or a recovery code."""
    account = _waiting(request)
    if account is None:
        return _from_the_start(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            typed, address = request.POST.get("code", "")[:_LONGEST], client_address(request)
            recovered = second_factor.prove(account, typed, device=device_of(request), address=address)
        except Refused as refusal:
            errors = told(refusal, account)
        else:
            if recovered:
                record("use_recovery_code", by=account.staff.actor, subject=account.pk, path=account.staff.path)
            way = "recovery_code" if recovered else "code"
            page = redirect("office:account") if recovered else _first_page(account)
            return _inside(request, account, page, way=way)
    return render(request, "office/second_step.html", {"errors": errors}, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator by its first code; the answer shows the recovery codes, this once."""
    account = _waiting(request)
    offered = request.session[_WAITING].get("offer") if account else None
    if account is None or offered is None or second_factor.is_set_up(account):
        return _from_the_start(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            codes = second_factor.confirm(account, offered, request.POST.get("code", "")[:_LONGEST])
        except Refused as refusal:
            errors = told(refusal, account)
        else:
            record("bind_authenticator", by=account.staff.actor, subject=account.pk, path=account.staff.path)
            shown = render(request, "office/recovery_codes.html", {"codes": codes, "handle": account.handle})
            return _inside(request, account, shown, way="code")
    secret = second_factor.secret_of(account, offered)
    drawing, _ = qr_svg(totp.address(secret, account.handle))
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    context = {"errors": errors, "handle": account.handle, "groups": groups, "drawing": drawing}
    return render(request, "office/authenticator.html", context, status=422 if errors else 200)


def _waiting(request: HttpRequest) -> Account | None:
    """Return whose second step this browser waits for: not too long, and by the password that it gave."""
    waiting = request.session.get(_WAITING)
    if not waiting or time.time() - waiting["at"] > _PATIENCE:
        return None
    account = Account.objects.filter(pk=waiting["account"], kind=Account.Kind.STAFF, is_active=True).first()
    if account is None or not constant_time_compare(waiting["hash"], account.get_session_auth_hash()):
        return None
    return account


def _from_the_start(request: HttpRequest) -> HttpResponse:
    return render(request, "office/sign_in.html", {"errors": {"handle": _AGAIN}, "handle": ""}, status=409)


def _first_page(account: Account) -> HttpResponse:
    """The day, or before it the PIN, where a desk is locked and none is set."""
    if Role(account.staff.role) not in AT_DESK or pins.has_pin(account):
        return redirect("office:today")
    return redirect(f"{reverse('office:account_pin')}?first=1")


def _inside(request: HttpRequest, account: Account, response: HttpResponse, *, way: str) -> HttpResponse:
    """Sign in, in a session of a new name; this browser is the account's own from now on. `way`: what was proved."""
    _leave(request, to=account)
    login(request, account)
    device = keep_device(request, response, account)
    if way != "password":
        second_factor.remember_proof(account, device)
    staff = account.staff
    tell_sign_in(by=staff.actor, subject=account.pk, path=staff.path, device=device, way=way)
    if staff.role in AT_DESK:
        record("begin_shift", by=staff.actor, subject=account.pk, path=staff.path)
    return response


def _leave(request: HttpRequest, *, to: Account) -> None:
    """Whoever is signed in here is not any more (换人), also where the desk is locked; it is told of somebody else."""
    former = getattr(request, "held", None) or getattr(request, "staff", None)
    if former is not None and former.account_id != to.pk:
        by, device = former.actor, device_of(request)
        tell_sign_out(by=by, subject=former.account_id, path=former.path, device=device)
    request.session.flush()


def told(refusal: Refused, account: Account) -> dict[str, str]:
    """Return the sentence at the field of the code. Where the tries have ended the audit is told, once for each end."""
    if isinstance(refusal, second_factor.LastTry):
        record("use_up_codes", by=STRANGER, subject=account.pk, path=account.staff.path)
    return refusal.fields if isinstance(refusal, Invalid) else {"code": str(refusal)}
