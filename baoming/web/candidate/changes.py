"""What was saved since this browser last showed it, and 这不是我改的 (A2, T1, T2)."""

from dataclasses import dataclass

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.forms.definition import Difference
from baoming.registrations.bursts import is_strange
from baoming.registrations.device_words import device_words
from baoming.registrations.form_queries import form_of, values_of, version_of, versions_since
from baoming.registrations.models import Dispute, FormVersion, Registration
from baoming.registrations.services import disputes
from baoming.registrations.services.access import code_at_bound_phone, offers_voice
from baoming.shared.errors import Invalid, NotOpen, Refused, TooMany
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.addresses import client_address
from baoming.web.candidate.form_views import changed_labels
from baoming.web.candidate.seen import keep_seen, oldest_news, seen_of
from baoming.web.devices import device_of
from baoming.web.sessions import left, row_key

_OWN = "考生本人"
_SEND = ("send", "voice")  # acts that ask for a code


@dataclass(frozen=True, slots=True)
class News:
    """One save, as its owner reads it."""

    version: FormVersion
    place: str  # the device in words, or who else it was
    labels: str
    grave: bool  # what was chosen has changed, and not from the browser before


def news_of(request: CandidateRequest) -> list[News]:
    """Return what was saved since, newest first; asks nothing where there is nothing."""
    mine = request.registration
    after = oldest_news(request, mine)
    if mine.version <= after:
        return []
    rows = {row.number: row for row in versions_since(mine, max(0, after - 1))}  # and the one before, to compare with
    return [_told(mine, row, rows.get(number - 1)) for number, row in rows.items() if number > after]


def settled_for(request: CandidateRequest) -> Dispute | None:
    """Return the release that this browser has not shown yet; asks nothing where everything was shown."""
    mine = request.registration
    if mine.disputed_at or seen_of(request, mine) >= mine.version:
        return None
    released = disputes.last_release(mine)
    return released if released and released.last > seen_of(request, mine) else None


def _told(mine: Registration, row: FormVersion, before: FormVersion | None) -> News:
    if row.by_label != _OWN:
        return News(row, f"由{row.by_label}办理", changed_labels(mine, row), grave=False)
    last = before.device if before else ""
    grave = bool(last) and is_strange(row.changed, version=row.number, device=row.device, before=last)
    return News(row, device_words(row.kind, device=row.device, before=last), changed_labels(mine, row), grave=grave)


@require_http_methods(["GET", "POST"])
@candidate_required
def changes(request: CandidateRequest) -> HttpResponse:
    """What is news here, what it was before; then: it was I, or it was not."""
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _page(request, {})
    if act == "mine":
        response = redirect("candidate:tasks")
        keep_seen(request, response, request.registration, request.registration.version)
        return response
    try:
        if act in _SEND:
            disputes.send_dispute_code(
                request.registration.pk, by=request.actor, address=client_address(request), voice=act == "voice"
            )
        elif _dispute(request).proof == Dispute.Proof.LOGIN:
            logout(request)
            return left(render(request, "candidate/frozen.html"))
    except Invalid as refusal:
        return _page(request, refusal.fields)
    except NotOpen as refusal:
        return _page(request, {"act": str(refusal)}, status=409)
    except (TooMany, Refused) as refusal:
        return _page(request, {"code" if act in _SEND else "password": str(refusal)})
    return redirect("candidate:changes")


def _dispute(request: CandidateRequest) -> Dispute:
    code = request.POST.get("code", "").strip()
    if "code" in request.POST and not code:
        raise Invalid({"code": "请填写短信里的6位验证码"})
    return disputes.dispute(
        request.registration.pk,
        first=oldest_news(request, request.registration) + 1,
        password=request.POST.get("password", ""),
        code=code,
        device=device_of(request),
        address=client_address(request),
        session=row_key(request),
        by=request.actor,
    )


def _page(request: CandidateRequest, errors: dict[str, str], *, status: int = 0) -> HttpResponse:
    mine = request.registration
    sent = code_at_bound_phone(mine, disputes.DISPUTE_CODE)
    context = {
        "errors": errors,
        "news": news_of(request),
        "after": oldest_news(request, mine),
        "rows": _differences(request),
        "dispute": disputes.last_dispute(mine),
        "closed": disputes.not_disputable(mine),
        "registration": mine,
        "sent": sent,
        "voice": sent and offers_voice(mine.pk, disputes.DISPUTE_CODE),
    }
    return render(request, "candidate/changes.html", context, status=status or (422 if errors else 200))


def _differences(request: CandidateRequest) -> list[Difference]:
    """Return each field that differs, by what it was and what it is."""
    mine, after = request.registration, oldest_news(request, request.registration)
    old, new = (version_of(mine, number) if number else None for number in (after, mine.version))
    return form_of(mine.season).differences(values_of(old), values_of(new)) if old and new else []
