"""消息: all that was sent to the own phone, also when the SMS did not arrive (ux.md 44)."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from baoming.messages.inbox import letters
from baoming.messages.services.outbox import read_until
from baoming.web.access import CandidateRequest, candidate_required


@require_http_methods(["GET", "POST"])
@candidate_required
def messages(request: CandidateRequest) -> HttpResponse:
    """The newest first, unread ones marked; a press says that those shown have been read, and no later one."""
    mine = request.registration
    if request.method == "POST":
        if (shown := _moment(request.POST.get("shown", ""))) is not None:
            read_until(mine.pk, shown)
        return redirect("candidate:messages")
    found = letters(mine.pk, request.season)
    return render(
        request, "candidate/messages.html", {"letters": found, "unread": [one for one in found if one.unread]}
    )


def _moment(text: str) -> datetime | None:
    """Read what the page has said of its newest message; None for what it never says."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
