"""Who sits at the desk (当班): locking it, going on by the PIN, and setting one."""

import time

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from baoming.accounts.models import Account
from baoming.accounts.services import pins, shifts
from baoming.accounts.services.shifts import Answer
from baoming.accounts.services.sign_in import LastTry, check
from baoming.accounts.services.telling import tell_last_try
from baoming.audit.actors import STRANGER
from baoming.audit.services import record
from baoming.organizations.models import Staff
from baoming.shared.errors import Invalid, Refused
from baoming.web import locked
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.addresses import client_address
from baoming.web.devices import device_of
from baoming.web.sessions import SEEN, left, row_key

_LONGEST = 128  # characters read of a PIN or password
_ENDED = "当班口令连续填错，已经退出登录。请重新填写账号和密码"


@require_POST
@staff_may("keep_desk")
def lock(request: OfficeRequest) -> HttpResponse:
    """The operator leaves the desk; the page that was open is where to go on."""
    locked.note(request, request.staff, why="hand")
    back = urlencode({"back": locked.own_address(locked.came_from(request))})
    return redirect(f"{reverse('office:unlock')}?{back}")


@require_http_methods(["GET", "POST"])
def unlock(request: OfficeRequest) -> HttpResponse:
    """The locked desk asks for the PIN of who holds the shift, and goes on with the page or form of before."""
    back, sent = _kept(request, "back"), _kept(request, "sent")
    holder = request.held
    if holder is None:
        return _onward(request, request.staff, back, sent)
    # It may be the first thing that is asked since the desk was left.
    locked.note(request, holder, why=request.session.locked)  # type: ignore[attr-defined]
    if request.method != "POST":
        return locked.page(request, holder, back=back, status=locked.LOCKED)
    found = shifts.unlock(holder.account, row_key(request), request.POST.get("pin", "")[:_LONGEST])
    if found.answer is Answer.OPEN:
        _opened(request, holder, found)
        request.staff = holder  # for the page's frame
        return _onward(request, holder, back, sent)
    if found.answer is Answer.ENDED:
        return _ended(request, holder)
    errors = {"pin": f"不对，请再填一次。还可以试{found.left}次，用完以后要用密码重新登录"}
    return locked.page(request, holder, back=back, sent=sent, errors=errors, status=422)


@require_http_methods(["GET", "POST"])
@staff_may("keep_desk")
def pin(request: OfficeRequest) -> HttpResponse:
    """Set or change the own PIN, for the password."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _set_pin(request)
        except Refused as refusal:
            if isinstance(refusal, LastTry):
                own = request.staff
                tell_last_try(refusal, subject=own.account_id, path=own.path, device=device_of(request))
            errors = refusal.fields if isinstance(refusal, Invalid) else {"password": str(refusal)}
        else:
            return redirect("office:today" if request.POST.get("first") else "office:account")
    first = (request.POST if errors else request.GET).get("first", "")
    context = {"errors": errors, "first": bool(first), "has_pin": pins.has_pin(request.staff.account)}
    return render(request, "office/pin.html", context, status=422 if errors else 200)


def _set_pin(request: OfficeRequest) -> None:
    account, typed = request.staff.account, request.POST.get("pin", "")[:_LONGEST]
    pins.require_good(typed, own=[account.handle])
    if typed != request.POST.get("again", ""):
        raise Invalid({"again": "两次填写的口令不一致，请再填一次"})
    check(
        account.handle,
        request.POST.get("password", "")[:_LONGEST],
        kind=Account.Kind.STAFF,
        device=device_of(request),
        address=client_address(request),
        sentence="密码不对，请再填一次",
    )
    pins.set_pin(account, typed)
    record("set_pin", by=request.actor, subject=account.pk, path=request.staff.path)


def _opened(request: OfficeRequest, holder: Staff, found: shifts.Unlocked) -> None:
    request.session[SEEN] = int(time.time())  # the row says so too, from this transaction on
    wrong = {"wrong": found.wrong}
    if found.anew:
        record("begin_shift", by=holder.actor, subject=holder.account_id, path=holder.path, details=wrong)
    else:
        record("unlock_desk", by=holder.actor, subject=holder.account_id, path=holder.path, details=wrong)


def _ended(request: HttpRequest, holder: Staff) -> HttpResponse:
    # Nobody has proved to be the holder: a stranger acted.
    record("use_up_pins", by=STRANGER, subject=holder.account_id, path=holder.path)
    logout(request)
    context = {"errors": {"handle": _ENDED}, "handle": "", "told": "已经退出登录"}
    return left(render(request, "office/sign_in.html", context, status=409))


def _onward(request: HttpRequest, staff: Staff | None, back: str, sent: str) -> HttpResponse:
    """Show the form that was sent to the locked desk, to be sent now, or go back to the page."""
    if staff is None:
        return redirect("office:sign_in")
    if request.POST.get("stay"):  # the page lies beneath (lock.js)
        return HttpResponse(status=204)
    form = locked.kept_form(sent, staff.account) if sent else None
    if form is None:
        return redirect(locked.own_address(back))
    return render(request, "office/send_again.html", {"form": form, "back": locked.own_address(back)})


def _kept(request: HttpRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "")[: locked.MOST]
