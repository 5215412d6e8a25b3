"""A person's photos as pages show them: the picture, what the check found, who let it pass or wants another."""

from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.photos.geometry import Fault, Head
from baoming.registrations.models import Photo, Registration, ScannedPage
from baoming.registrations.photo_queries import passing_of, photos_of
from baoming.registrations.services.photos import RULED, RULED_TITLE
from baoming.seasons.queries import data
from baoming.shared.moments import stamp
from baoming.web.access import OfficeRequest

_GLANCE = TimestampSigner(salt="photos on a page that was recorded as seen")
_MINUTES = 10
_PLACE = (
    Fault.TOO_SMALL,
    Fault.TOO_LARGE,
    Fault.ASIDE,
    Fault.CROWN_CUT,
    Fault.CROWN_LOW,
    Fault.EYES_HIGH,
    Fault.EYES_LOW,
)
# What the check has judged, as a person reads it; eyes shut, lips and jewellery it cannot see.
_CHECKS: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    ("只有一张正脸", (Fault.NO_FACE, Fault.SEVERAL_FACES)),
    ("头部大小、位置", _PLACE),
    ("坐正、双眼可见", (Fault.TILTED, Fault.EYES_HIDDEN, Fault.BROWS_HIDDEN)),
    ("清晰", (Fault.BLURRED, Fault.COMPRESSED)),
    ("光线均匀、无反光", (Fault.TOO_DARK, Fault.TOO_BRIGHT, Fault.HALF_LIT, Fault.GLARE)),
    ("背景颜色、无阴影", (Fault.BACKDROP, Fault.UNEVEN_BACKDROP)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One photo with its words. `said` is its state; `kind` the mark beside it (done, doing, problem, later)."""

    row: Photo
    href: str
    head: Head | None
    faults: list[Fault]
    checks: list[tuple[str, bool]]
    said: str
    kind: str
    passed: str  # why, what was seen, by whom
    retake: str  # why another is asked for
    asked: str  # by whom


def picture(photo: Photo, registration: Registration, *, href: str = "") -> Picture:
    """Return one photo as pages show it."""
    measured, faults = photo.measured, photo.found
    kind, said = _state(photo)
    return Picture(
        row=photo,
        href=href or f"{reverse('office:photo_file', args=[registration.pk])}?photo={photo.pk}",
        head=measured.head if measured else None,
        faults=faults,
        checks=[(title, not set(faults).intersection(of)) for title, of in _CHECKS] if measured else [],
        said=said,
        kind=kind,
        passed=_passed(photo, registration),
        retake=_retake(photo, registration),
        asked=_asked(photo),
    )


def at_desk(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """What the desk's panel needs: the photo in use, the one that waits, the one before, and why one may pass."""
    rows = photos_of(registration)
    lists = data(request.season, "photo")
    used = next((row for row in rows if row.current), None)
    waiting = next((row for row in rows if row.waiting), None)
    before = next((row for row in rows if not row.current and not row.waiting), None)
    return {
        "photo": picture(used, registration) if used else None,
        "waiting": picture(waiting, registration) if waiting else None,
        "before": picture(before, registration) if before and used and not waiting else None,
        "overrides": [(item["key"], item["title"]) for item in lists["overrides"]],
    }


def of_person(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """What the page of one candidate needs: every photo, and whether another can be asked for."""
    rows = photos_of(registration)
    used = next((row for row in rows if row.current), None)
    free = "completion" not in registration.done_steps and registration.stopped_at is None
    may = free and used is not None and request.staff.may("return_photo")
    returned = used is not None and used.returned_at is not None
    return {
        "pictures": [picture(row, registration, href=seen_href(request, registration, row)) for row in rows],
        "used_photo": used,
        "may_retake": may and not returned,
        "may_keep": may and used is not None and _may_keep(used, request.actor.kind),
        "retakes": retake_options(request),
    }


def _may_keep(used: Photo, by: Party) -> bool:
    """Whether the mark may be taken away again: by the office that made it, unless it was decided in a case."""
    return used.returned_kind == by and used.returned_reason != RULED


def retake_options(request: OfficeRequest) -> list[tuple[str, str]]:
    return [(item["key"], f"照片{item['title']}") for item in data(request.season, "photo")["retakes"]]


def seen_href(request: OfficeRequest, registration: Registration, photo: Photo) -> str:
    """Return the address of a picture on a page whose view is recorded as a whole: not recorded again."""
    address = reverse("office:photo_file", args=[registration.pk])
    return f"{address}?photo={photo.pk}&seen={glance(request, photo)}"


def glance(request: OfficeRequest, photo: Photo | ScannedPage) -> str:
    """Return a token that says: this member of staff sees this photo on a page that was recorded as a whole."""
    return _GLANCE.sign(_glanced(request, photo)).partition(":")[2]


def at_a_glance(request: OfficeRequest, photo: Photo | ScannedPage, token: str) -> bool:
    """Whether `token` was given for this photo to this member of staff within the last minutes."""
    try:
        _GLANCE.unsign(f"{_glanced(request, photo)}:{token}", max_age=_MINUTES * 60)
    except BadSignature:
        return False
    return True


def _glanced(request: OfficeRequest, photo: Photo | ScannedPage) -> str:
    return f"{request.staff.pk}.{photo.pk}"


def _state(photo: Photo) -> tuple[str, str]:
    if photo.waiting:
        return "problem", "有问题，没有采用"
    if not photo.current:
        return "later", "已换下" if photo.passed_at or not photo.faults else "没有采用"
    if photo.returned_at:
        return "problem", "待重拍"
    return "done", "人工放行" if photo.passed_at else "合格"


def _passed(photo: Photo, registration: Registration) -> str:
    if not photo.passed_at:
        return ""
    reason, note = passing_of(photo, registration.season)
    return f"{reason}：{note}（{photo.passed_by}，{stamp(photo.passed_at)}）"


def _retake(photo: Photo, registration: Registration) -> str:
    if not photo.returned_at:
        return ""
    titles = {item["key"]: item["title"] for item in data(registration.season, "photo")["retakes"]}
    titles[RULED] = RULED_TITLE
    return f"照片{titles.get(photo.returned_reason, '需要重拍')}"


def _asked(photo: Photo) -> str:
    if not photo.returned_at:
        return ""
    return f"{PARTY_NAMES[Party(photo.returned_kind)]} {photo.returned_by}，{stamp(photo.returned_at)}"
