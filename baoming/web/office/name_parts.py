"""What pages of an office show of a name that no font draws: the picture that stands for it, and the work at it."""

from typing import Any

from django.urls import reverse

from baoming.photos.name_lines import STRIP, NameBox
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import images_of, lacking, lacking_said, name_image
from baoming.registrations.services.name_images import framed

_SIDES = {"left": "左边", "top": "上边", "width": "宽", "height": "高"}
_MOVES = (
    ("left:-", "←", "左移"), ("left:+", "→", "右移"), ("top:-", "↑", "上移"), ("top:+", "↓", "下移"),
    ("width:-", "变窄", "变窄"), ("width:+", "变宽", "变宽"),
    ("height:-", "变矮", "变矮"), ("height:+", "变高", "变高"),
)  # fmt: skip


def name_picture(registration: Registration) -> str:
    """Return the address of the picture that stands for the name; empty where the name is text."""
    if lacking(registration.name) and name_image(registration):
        return reverse("office:name_image", args=[registration.pk])
    return ""


def name_work(registration: Registration) -> dict[str, Any]:
    """What the desk needs: which characters no font has, the picture in use, and the one at work with its frame."""
    said = lacking_said(registration.name)
    if not said:
        return {"said": ""}
    images = images_of(registration)
    at_work = next((image for image in images if image.confirmed_at is None), None)
    used = next((image for image in images if image.current), None)
    refused = used is not None and used.answer == NameImage.Answer.NO
    return {
        "said": said,
        "used": used,
        "refused": refused,
        "settled": used is not None and not refused and at_work is None,
        "at_work": at_work,
        "seen": framed(at_work) if at_work else "",
        "box": NameBox(*at_work.box) if at_work else None,
        "strip": STRIP[2:],
        "sides": _SIDES,
        "moves": _MOVES,
        "address": reverse("office:name_image", args=[registration.pk]),
    }
