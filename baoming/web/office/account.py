"""The own account of whoever is signed in: what it is proved by, and what can be renewed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.accounts.services import pins, second_factor
from baoming.accounts.services.browsers import browsers_of
from baoming.accounts.services.telling import device_tag
from baoming.audit.queries import logins
from baoming.audit.services import record
from baoming.organizations.roles import AT_DESK, SECOND_FACTOR, Role
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.devices import device_of
from baoming.web.office.second_step import told
from baoming.web.sessions import digest, sign_out_from_afar


@require_safe
@staff_may("own_account")
def index(request: OfficeRequest) -> HttpResponse:
    """Authenticator, recovery codes, and browsers that are signed in."""
    return _page(request)


@require_POST
@staff_may("own_account")
def browsers(request: OfficeRequest) -> HttpResponse:
    """Sign out one of the other browsers, or all of them."""
    if sign_out_from_afar(request):
        record("leave_browsers", by=request.actor, subject=request.staff.account_id, path=request.staff.path)
    return redirect("office:account")


@require_POST
@staff_may("own_account")
def codes(request: OfficeRequest) -> HttpResponse:
    """Ten new recovery codes for a code of the authenticator, shown once."""
    account = request.staff.account
    try:
        made = second_factor.renew_codes(account, request.POST.get("code", "")[:40], device=device_of(request))
    except Refused as refusal:
        return _page(request, errors=told(refusal, account))
    record("renew_recovery_codes", by=request.actor, subject=account.pk, path=request.staff.path)
    return render(request, "office/recovery_codes.html", {"codes": made, "handle": account.handle})


def _page(request: OfficeRequest, *, errors: dict[str, str] | None = None) -> HttpResponse:
    account = request.staff.account
    needed, at_desk = Role(request.staff.role) in SECOND_FACTOR, Role(request.staff.role) in AT_DESK
    context = {
        "handle": account.handle,
        "role": request.staff.get_role_display(),
        "needed": needed,
        "codes_left": second_factor.codes_left(account) if needed else 0,
        "at_desk": at_desk,
        "has_pin": at_desk and pins.has_pin(account),
        "rows": browsers_of(account),
        "own": digest(request.session.session_key or ""),
        "logins": logins(account.pk),
        "here": device_tag(device_of(request)),
        "errors": errors or {},
    }
    return render(request, "office/account.html", context, status=422 if errors else 200)
