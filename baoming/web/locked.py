"""The page of a locked desk. That nothing else can be seen or done is the session's (sessions.py); here is the way on.

What was asked when the desk was found locked is kept on the page: a page by its address, a form sealed, so that
who passes by reads nothing of it, and who gives the PIN can send it again.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from baoming.accounts.browsers import SHIFT
from baoming.accounts.models import Account, Session
from baoming.accounts.services import pins, shifts
from baoming.audit.services import record
from baoming.organizations.models import Staff
from baoming.vault.sealing import SealBroken
from baoming.vault.services import keys
from baoming.web.sessions import row_key

LOCKED = 423
MOST = 300_000  # characters of a form that is kept, sealed; no form of the office is longer, files are chosen again
SECRETS = frozenset({"password", "pin", "again"})  # what is typed hidden; it is typed again, never written into a page
_ADDRESS = 400


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent to a locked desk: where to, and each of its fields."""

    address: str
    fields: list[tuple[str, str]]


def door(request: HttpRequest) -> HttpResponse:
    """423 in the place of any page or act; the audit is told once that the desk is locked."""
    holder: Staff = getattr(request, "held")  # noqa: B009
    note(request, holder, why=request.session.locked)  # type: ignore[attr-defined]
    if request.method != "POST":
        return page(request, holder, back=request.get_full_path(), status=LOCKED)
    kept = "" if request.FILES else _sealed(request, holder.account)
    return page(request, holder, back=came_from(request), sent=kept, lost=not kept, status=LOCKED)


def note(request: HttpRequest, holder: Staff, *, why: str) -> None:
    """Lock the desk if it is not yet, and record it. `why`: as `lock_reason`."""
    if shifts.lock(row_key(request)):
        record("lock_desk", by=holder.actor, subject=holder.account_id, path=holder.path, details={"why": why})


def page(
    request: HttpRequest, holder: Staff, *, back: str, sent: str = "", lost: bool = False,
    errors: dict[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Ask who holds the shift for the PIN, or for the password where none opens it."""
    since = _since(request)
    context = {
        "holder": holder,
        "since": since,
        "over": since is not None and timezone.now() - since >= SHIFT,
        "with_pin": pins.opens(holder.account),
        "has_pin": pins.has_pin(holder.account),
        "back": own_address(back),
        "sent": sent,
        "lost": lost,
        "errors": errors or {},
    }
    return render(request, "office/locked.html", context, status=status)


def kept_form(sent: str, account: Account) -> Kept | None:
    """Open what was sealed for this account; None for anything else."""
    try:
        kept = json.loads(keys().unseal(sent, context=_context(account)))
    except SealBroken:
        return None
    return Kept(kept["address"], [(name, text) for name, text in kept["fields"]])


def came_from(request: HttpRequest) -> str:
    """Return the page of ours on which the form stood, as far as the browser says."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def own_address(address: str) -> str:
    """Return an address of this portal, or the first page's; never that of the lock itself."""
    own = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    own = own and len(address) <= _ADDRESS
    doors = (reverse("office:unlock"), reverse("office:lock"), reverse("office:sign_in"))
    return address if own and not address.startswith(doors) else reverse("office:today")


def _since(request: HttpRequest) -> datetime | None:
    return Session.objects.filter(session_key=row_key(request)).values_list("shift_at", flat=True).first()


def _sealed(request: HttpRequest, account: Account) -> str:
    """Return the form that was sent, for nobody but the account; empty where it is too long or holds a secret."""
    if not SECRETS.isdisjoint(request.POST):
        return ""
    fields = [(name, text) for name, texts in request.POST.lists() for text in texts if name != "csrfmiddlewaretoken"]
    packed = json.dumps({"address": request.get_full_path(), "fields": fields}).encode()
    sealed = keys().seal(packed, context=_context(account))
    return sealed if len(sealed) <= MOST else ""


def _context(account: Account) -> str:
    return f"office.locked.{account.pk}"
