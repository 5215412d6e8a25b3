"""Names that no font draws, and the pictures that stand for them on pages and papers (ux.md, rule 26)."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from baoming.documents.engine import named
from baoming.documents.glyphs import missing
from baoming.registrations.models import NameImage, Registration
from baoming.shared.names import is_rare
from baoming.shared.queries import Kept
from baoming.vault.file_services import FileLost
from baoming.vault.sealing import SealBroken
from baoming.vault.services import keys

log = logging.getLogger("baoming.names")


def lacking(name: str) -> list[str]:
    """Return the characters of a name that no font of ours draws; asks the fonts only where there is a rare one."""
    return missing(name) if any(map(is_rare, name)) else []


def lacking_said(name: str) -> str:
    """Return those characters as a sentence names them: `U+E001`, `“𰀀”（U+30000）`."""
    return "、".join(map(named, lacking(name)))


def picture_context(image_id: UUID) -> str:
    """Return the place a sealed picture of a name is bound to."""
    return f"registrations_nameimage.picture_sealed.{image_id}"


def strip_context(image_id: UUID) -> str:
    """Return the place a sealed strip is bound to."""
    return f"registrations_nameimage.strip_sealed.{image_id}"


def picture_of(image: NameImage) -> bytes:
    """Open the sealed picture of a name. Raises FileLost."""
    return _opened(image, image.picture_sealed, picture_context(image.pk))


def strip_of(image: NameImage) -> bytes:
    """Open the sealed strip around the name, which is there until the site has confirmed. Raises FileLost."""
    return _opened(image, image.strip_sealed, strip_context(image.pk))


def _opened(image: NameImage, sealed: str, context: str) -> bytes:
    try:
        return keys().unseal(sealed, context=context)
    except SealBroken:
        log.error("name image %s cannot be read", image.pk)
        raise FileLost("姓名图片读不出，请在报名点受理台重新拍摄身份证正面截取") from None


def name_image(registration: Registration) -> NameImage | None:
    """Return the picture that stands for the name: confirmed by the site, and the candidate has not said no."""
    return next((one for one in images_of(registration) if one.current and one.answer != NameImage.Answer.NO), None)


@Kept
def images_of(registration: Registration) -> QuerySet[NameImage]:
    """Return the picture in use and the one at work, of one person."""
    return NameImage.objects.filter(registration=registration).order_by("-made_at")[:10]


def name_pictures(registrations: Sequence[Registration]) -> dict[UUID, bytes]:
    """Return the pictures that are printed instead of names: asks only where a name lacks a character."""
    rare = [row.pk for row in registrations if lacking(row.name)]
    if not rare:
        return {}
    images = NameImage.objects.filter(registration__in=rare, current=True).exclude(answer=NameImage.Answer.NO)
    return {image.registration_id: picture_of(image) for image in images}
