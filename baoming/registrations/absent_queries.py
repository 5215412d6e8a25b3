"""Reading what concerns who cannot come: leave to hand in a photo, the photos that came, and where slips went (R27)."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from baoming.registrations.models import HandIn, Registration, SlipHandover
from baoming.registrations.services.system_checks import newest_check
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept, kept_one
from baoming.vault.file_services import SealedFiles
from baoming.vault.services import keys

HANDED = SealedFiles(HandIn, "file", "hand_ins", "交来的照片读不出，请退回，让考生重交；其余资料都在")
_ANSWERED = (HandIn.State.HANDED, HandIn.State.ACCEPTED, HandIn.State.RETURNED)
ABSENT = "absent"  # the reason of typed entry


def is_absent(registration: Registration) -> bool:
    """Whether this person was typed because they cannot come, and has not come since."""
    if registration.reading != Registration.Reading.TYPED:
        return False
    check = newest_check(registration)
    return check is not None and check.reason == ABSENT


def phone_context(hand_in_id: UUID) -> str:
    """Return the place a sealed phone number is bound to."""
    return f"registrations_handin.phone_sealed.{hand_in_id}"


def phone_of(hand_in: HandIn) -> str:
    """Return the number that its code was sent to."""
    return keys().unseal(hand_in.phone_sealed, context=phone_context(hand_in.pk)).decode()


def content_context(handover_id: UUID) -> str:
    """Return the place the sealed content of a handover is bound to."""
    return f"registrations_sliphandover.content_sealed.{handover_id}"


def content_of(handover: SlipHandover) -> Mapping[str, str]:
    """Open to whom a slip went, and why."""
    content: Mapping[str, str] = json.loads(
        keys().unseal(handover.content_sealed, context=content_context(handover.pk))
    )
    return content


def answered_hand_in(registration: Registration) -> HandIn | None:
    """Return the newest leave by which a photo came: somebody has read what was sent to its phone."""
    return _answered(registration)


@kept_one
def _answered(registration: Registration) -> QuerySet[HandIn]:
    rows = HandIn.objects.filter(registration=registration, state__in=_ANSWERED)
    return rows.order_by("-number")[:1]


def newest_hand_in(registration: Registration) -> HandIn | None:
    """Return the newest leave to hand in a photo, however it stands."""
    return _newest(registration)


@kept_one
def _newest(registration: Registration) -> QuerySet[HandIn]:
    return HandIn.objects.filter(registration=registration).order_by("-number")[:1]


@Kept
def handovers_of(registration: Registration) -> QuerySet[SlipHandover]:
    """Return where slips of this person went, newest first."""
    return SlipHandover.objects.filter(registration=registration).order_by("-slip")


def handed_in(season_id: int, path: str) -> list[HandIn]:
    """Return an office's first twenty photos that came and wait to be looked at, the oldest first."""
    return _handed_in(season_id, path, next_sibling(path))


@Kept
def _handed_in(season_id: int, low: str, high: str) -> QuerySet[HandIn]:
    rows = HandIn.objects.filter(state=HandIn.State.HANDED, registration__season=season_id)
    rows = rows.filter(registration__path__gte=low, registration__path__lt=high, registration__stopped_at=None)
    return rows.select_related("registration").order_by("handed_at", "pk")[:20]
