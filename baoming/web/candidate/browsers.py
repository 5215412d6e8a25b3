"""Where the candidate is signed in, and signing out from afar."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.accounts.services.browsers import browsers_of
from baoming.accounts.services.telling import device_tag
from baoming.audit.queries import logins
from baoming.audit.services import record
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.devices import device_of
from baoming.web.office.words import VERBS
from baoming.web.sessions import digest, sign_out_from_afar


@require_http_methods(["GET", "POST"])
@candidate_required
def browsers(request: CandidateRequest) -> HttpResponse:
    """The list; POST signs out one of the others, or all of them."""
    if request.method == "POST":
        if sign_out_from_afar(request):
            row = request.registration
            record("leave_browsers", by=request.actor, subject=row.pk, path=row.path)
        return redirect("candidate:browsers")
    own = digest(request.session.session_key or "")
    context = {
        "rows": browsers_of(request.user),
        "own": own,
        "words": VERBS,
        "logins": logins(request.registration.pk),
        "here": device_tag(device_of(request)),
    }
    return render(request, "candidate/browsers.html", context)
