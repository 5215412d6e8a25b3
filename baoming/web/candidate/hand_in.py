"""交照片: who cannot come hands in the photo by a code from an SMS, before there is an account (R27).

Nothing is seen here but the masked name and the photo itself. What the code has opened is kept in the session of this
browser, on the server, and ends with it.
"""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baoming.registrations.absent_queries import HANDED
from baoming.registrations.models import HandIn
from baoming.registrations.services.hand_ins import (
    find_hand_in,
    hand_in_picture,
    keep_picture,
    require_open,
)
from baoming.shared.errors import Refused
from baoming.shared.scope_queries import enter_people
from baoming.shared.text import mask_name
from baoming.web.access import CandidateRequest
from baoming.web.addresses import client_address
from baoming.web.headers import jpeg
from baoming.web.uploads import sent_file

_OPENED = "hand_in"  # in the session: person and leave
_ASKED = {"number": "请填写考生的证件号码", "code": "请填写短信里的交照片码"}


@require_http_methods(["GET", "POST"])
def hand_in(request: CandidateRequest) -> HttpResponse:
    """Number and code, then the photo: looked at, changed, handed in. Refusals stand at their fields."""
    if request.method != "POST":
        return _page(request, _opened(request), {})
    acts = {"open": _open, "picture": _picture, "hand_in": _hand_in, "leave": _leave}
    act = acts.get(request.POST.get("act", ""), _open)
    return act(request)


@require_safe
def picture(request: CandidateRequest) -> HttpResponse:
    """The picture that was chosen, for the browser that chose it."""
    opened = _opened(request)
    if opened is None or not opened.file:
        return redirect("candidate:hand_in")  # which asks for the code, or for the picture
    return jpeg(HANDED.read(opened))


def _open(request: CandidateRequest) -> HttpResponse:
    number, code = request.POST.get("number", ""), request.POST.get("code", "")
    errors = {key: said for key, said in _ASKED.items() if not request.POST.get(key, "").strip()}
    if errors:
        return _page(request, None, errors)
    try:
        found = find_hand_in(season=request.season, number=number, code=code, address=client_address(request))
    except Refused as refusal:
        return _page(request, None, {"code": str(refusal)})
    request.session[_OPENED] = [str(found.registration_id), str(found.pk)]
    return redirect("candidate:hand_in")


def _picture(request: CandidateRequest) -> HttpResponse:
    opened = _opened(request)
    if opened is None:
        return redirect("candidate:hand_in")
    try:
        file = sent_file(request, "photo", missing="请先选择照片，再上传")
        keep_picture(opened.registration_id, opened.pk, file.read())
    except Refused as refusal:
        return _page(request, opened, {"photo": str(refusal)})
    return redirect("candidate:hand_in")


def _hand_in(request: CandidateRequest) -> HttpResponse:
    opened = _opened(request)
    if opened is None:
        return redirect("candidate:hand_in")
    try:
        hand_in_picture(opened.registration_id, opened.pk, seen=request.POST.get("seen", ""))
    except Refused as refusal:
        return _page(request, opened, {"photo": str(refusal)})
    del request.session[_OPENED]
    return render(request, "candidate/hand_in_done.html", {"asked": opened.registration.site})


def _leave(request: CandidateRequest) -> HttpResponse:
    request.session.pop(_OPENED, None)
    return redirect("candidate:hand_in")


def _opened(request: CandidateRequest) -> HandIn | None:
    """Return what this browser's code has opened, while it is open; a code that has ended since is forgotten."""
    kept = request.session.get(_OPENED)
    if not kept:
        return None
    person, leave = map(UUID, kept)
    enter_people([person])
    found = HandIn.objects.filter(pk=leave, registration=person).select_related("registration__site").first()
    try:
        if found is not None:
            require_open(found, request.clock.now)
            return found
    except Refused:
        pass
    del request.session[_OPENED]
    return None


def _page(request: CandidateRequest, opened: HandIn | None, errors: dict[str, str]) -> HttpResponse:
    context = {
        "errors": errors,
        "number": "" if opened else request.POST.get("number", "")[:40],
        "opened": opened,
        "name": mask_name(opened.registration.name) if opened else "",
    }
    return render(request, "candidate/hand_in.html", context, status=422 if errors else 200)
