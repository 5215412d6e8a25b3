"""At the desk: the name of a card that no font draws, as a picture (ux.md, rule 26)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.services import record
from baoming.photos.name_lines import STEP, NameBox
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import images_of, name_image, picture_of, strip_of
from baoming.registrations.services.name_images import confirm_name, move_box, photograph_name
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import png
from baoming.web.office.desk import show_file
from baoming.web.office.scope import one
from baoming.web.uploads import sent_file, sent_id

_MISSING = "请先拍摄或选择身份证正面（有姓名、照片的一面）的照片，再上传"


@require_POST
@staff_may("intake")
def work(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Take a photograph of the card's front, move the frame around the name, or confirm what it cuts out."""
    registration = one(request, registration_id)
    try:
        if request.POST.get("act") == "confirm":
            seen = request.POST.get("seen", "")
            confirm_name(registration.pk, sent_id(request, "image"), seen=seen, by=request.actor)
        elif "image" in request.POST:
            move_box(registration.pk, sent_id(request, "image"), _box(request), by=request.actor)
        else:
            upload = sent_file(request, "front", missing=_MISSING)
            photograph_name(registration.pk, upload.read(), by=request.actor)
    except Refused as refusal:
        return show_file(request, one(request, registration_id), {"front": str(refusal)})
    return redirect("office:desk_file", registration.pk)


@require_safe
@staff_may("see_candidates")
def picture(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The picture of the name, for staff of the area: in use, or at work, or the strip it is cut from.

    `of=used` is the one that the site confirmed even where the candidate has said no: the desk compares it.
    """
    registration = one(request, registration_id)
    of = request.GET.get("of", "")
    image = _at_desk(registration, of) if of else name_image(registration)
    if image is None:
        raise Refused("这名考生没有姓名图片，请到受理台拍摄身份证正面截取")
    content = strip_of(image) if of == "strip" else picture_of(image)
    record("see_name", by=request.actor, subject=registration.pk, path=registration.path)
    return png(content)


def _at_desk(registration: Registration, of: str) -> NameImage | None:
    images = images_of(registration)
    if of == "used":
        return next((image for image in images if image.current), None)
    return next((image for image in images if image.confirmed_at is None), None)


def _box(request: OfficeRequest) -> NameBox:
    """Return the frame that was typed, moved by the button that was pressed: `left:-5`."""
    sides = [request.POST.get(side, "") for side in NameBox._fields]
    if not all(side.isascii() and side.isdigit() and len(side) < 4 for side in sides):
        raise Refused("框的位置请填0到400的整数，也可以用方向按钮移动")
    side, _, by = request.POST.get("move", "").partition(":")
    steps = {side: STEP if by == "+" else -STEP} if side in NameBox._fields else {}
    return NameBox(*map(int, sides)).moved(**steps)
