"""Cutting the name from the photographed card, and confirming it: the site, then the candidate (ux.md, rule 26)."""

from uuid import UUID, uuid4

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.photos.name_lines import NameBox
from baoming.registrations.apart import cut_name_apart, find_name_apart
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import picture_context, strip_context, strip_of
from baoming.registrations.services.sheets import void_signed
from baoming.registrations.services.steps import locked, refuse_if_completed, refuse_if_stopped
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.services import insert, update
from baoming.vault.services import keys

_GONE = Refused("这张姓名图片已经换过或处理过，请看过现在的图片再办理")
_MOVED = Refused("姓名图片的框刚刚在另一处移动过，请把现在截出的姓名和证件对照以后再采用")


def photograph_name(registration_id: UUID, picture: bytes, *, by: Actor) -> NameImage:
    """Find the name line on a photograph of the card's front, and propose where the name stands.

    The photograph is kept nowhere. What was at work before is replaced, by a row of its own: a page that shows the
    older one can no longer cut or confirm. A picture in use stays in use until the new one is confirmed. Raises
    PhotoRefused, CardUnclear, NotOpen.
    """
    found = find_name_apart(picture)  # before the lock: it takes long and decides nothing about the person
    name = cut_name_apart(found.strip, found.box)
    with transaction.atomic():
        registration = _at_site(registration_id, by)
        NameImage.objects.filter(registration=registration, confirmed_at=None).delete()
        image = NameImage(id=uuid4(), registration=registration)
        image.strip_sealed = keys().seal(found.strip, context=strip_context(image.pk))
        image.made_at, image.made_by = season_now(registration.season_id), by.label
        _cut(image, name, found.box)
        insert(image)
        record("photograph_name", by=by, subject=registration.pk, path=registration.path)
    return image


def move_box(registration_id: UUID, image_id: UUID, box: NameBox, *, by: Actor) -> NameImage:
    """Cut the name anew, where the box stands now. Raises Refused when another photograph was taken meanwhile."""
    image = NameImage.objects.filter(registration=registration_id, pk=image_id, confirmed_at=None).first()
    if image is None:
        raise _GONE
    box = box.moved()
    name = cut_name_apart(strip_of(image), box)
    with transaction.atomic():
        registration = _at_site(registration_id, by)
        image = _this(registration, image_id)
        _cut(image, name, box)
        update(image, "box", "picture_sealed")
    return image


@transaction.atomic
def confirm_name(registration_id: UUID, image_id: UUID, *, seen: str, by: Actor) -> NameImage:
    """Take the picture for the name: the site has compared it with the card. The strip is erased.

    `seen`: the frame that the page showed, as `framed` says it. A sheet that shows an older picture is void, and
    the signature on it. Raises NotOpen; Refused after completion, for an older picture, and where the frame has been
    moved since.
    """
    registration = _at_site(registration_id, by)
    refuse_if_completed(registration)
    image = _this(registration, image_id)
    if seen != framed(image):
        raise _MOVED
    now = season_now(registration.season_id)
    NameImage.objects.filter(registration=registration, current=True).update(current=False)
    image.current, image.confirmed_at, image.confirmed_by, image.strip_sealed = True, now, by.label, ""
    update(image, "current", "confirmed_at", "confirmed_by", "strip_sealed")
    void_signed(registration, reason="姓名图片已更换", by=by, at=now)
    record("confirm_name", by=by, subject=registration.pk, path=registration.path)
    return image


def retire_name_images(registration: Registration) -> None:
    """Put pictures of the name out of use, the one at work too: call after `locked`, where the name changes."""
    images = NameImage.objects.filter(registration=registration)
    images.filter(current=True).update(current=False)
    images.filter(confirmed_at=None).delete()


def framed(image: NameImage) -> str:
    """Return what a page hands back of the frame that it showed: with the strip, which never changes, the picture."""
    return ",".join(map(str, image.box))


@transaction.atomic
def answer_name(registration_id: UUID, image_id: UUID, *, same: bool, by: Actor) -> NameImage:
    """Keep what the candidate says to 这是您的姓名吗. A no takes the picture out of use; the site takes another.

    Safe to repeat. Raises Refused when the picture was replaced meanwhile, or after completion.
    """
    registration = locked(registration_id)
    refuse_if_stopped(registration)
    image = NameImage.objects.filter(registration=registration, pk=image_id, current=True).first()
    if image is None:
        raise _GONE
    answer = NameImage.Answer.YES if same else NameImage.Answer.NO
    if image.answer == answer:
        return image
    refuse_if_completed(registration)
    now = season_now(registration.season_id)
    image.answer, image.answered_at = answer, now
    update(image, "answer", "answered_at")
    if same:
        record("accept_name", by=by, subject=registration.pk, path=registration.path)
    else:
        record("refuse_name", by=by, subject=registration.pk, path=registration.path)
        void_signed(registration, reason="考生说姓名图片不对", by=by, at=now)
    return image


def _at_site(registration_id: UUID, by: Actor) -> Registration:
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"姓名图片由{PARTY_NAMES[Party.SITE]}对照证件拍摄")
    refuse_if_stopped(registration)
    return registration


def _this(registration: Registration, image_id: UUID) -> NameImage:
    image = NameImage.objects.filter(registration=registration, pk=image_id, confirmed_at=None).first()
    if image is None:
        raise _GONE
    return image


def _cut(image: NameImage, name: bytes, box: NameBox) -> None:
    image.box = list(box)
    image.picture_sealed = keys().seal(name, context=picture_context(image.pk))
