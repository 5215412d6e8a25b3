"""The slip of who cannot come: to a guardian at the site, or its code by SMS, with reason and log (R27).

By one person: whoever issues numbers can print a slip at any time, so a second one would guard nothing. What guards is
that the SMS goes only to the phone whose code has brought a photo (a mistyped number has not answered), that the code
alone opens nothing (name, number and validity are asked with it), and that both are events which the candidate reads
in their own log.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.absent_queries import answered_hand_in, content_context, phone_of
from baoming.registrations.models import Registration, SlipHandover
from baoming.registrations.queries import newest_slip
from baoming.registrations.services.access import count_message
from baoming.registrations.services.hand_ins import require_absent
from baoming.registrations.services.slips import new_slip_code, printed_slip
from baoming.registrations.services.steps import locked
from baoming.shared.errors import Invalid, Refused
from baoming.shared.services import insert
from baoming.vault.services import keys

LONGEST = 60  # characters of the reason
_LONGEST_WORDS = 40  # of a name, a relation, a paper
_ASKED = {
    "guardian": "请填写监护人姓名",
    "relation": "请填写与考生的关系",
    "document": "请填写看过的证件，例如居民身份证",
}
Way = SlipHandover.Way


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who takes the slip: `document` is what was seen, as it is named (居民身份证), without its number."""

    guardian: str
    relation: str
    document: str


@transaction.atomic
def hand_slip_over(registration_id: UUID, guardian: Guardian, *, reason: str, by: Actor) -> bytes:
    """Print the slip for a guardian, and keep who took it. Raises Invalid by field, NotOpen, Refused."""
    registration = locked(registration_id)
    require_absent(registration)
    words = _guardian(guardian) | _reason(reason)
    pdf = printed_slip(registration, by=by)
    slip = newest_slip(registration)
    assert slip is not None  # printed in this transaction
    _keep(registration, Way.GUARDIAN, words, slip=slip.slip, by=by, at=slip.made_at)
    return pdf


@transaction.atomic
def send_slip(registration_id: UUID, *, reason: str, by: Actor) -> None:
    """Send a new activation code to the phone whose code has brought a photo.

    Raises Invalid, NotOpen, Refused, TooMany.
    """
    registration = locked(registration_id)
    require_absent(registration)
    words = _reason(reason)
    noted = answered_hand_in(registration)
    if noted is None:
        raise Refused("还没有从哪部手机交来过照片，不能发短信。请等交照片码用过以后再发，或者把通知单交给监护人")
    number = phone_of(noted)
    code, running, now = new_slip_code(registration)
    count_message(number)
    _keep(registration, Way.SMS, {**words, "phone": number}, slip=running, by=by, at=now)
    send(
        "slip_code", season=registration.season, recipient=registration.pk, number=number, ticket=code,
        phone=registration.site.phone,
    )  # fmt: skip


def _keep(
    registration: Registration, way: SlipHandover.Way, content: Mapping[str, str], *, slip: int, by: Actor, at: datetime
) -> None:
    pk = uuid4()
    sealed = keys().seal(json.dumps(content, ensure_ascii=False).encode(), context=content_context(pk))
    insert(
        SlipHandover(
            id=pk, registration=registration, slip=slip, way=way, content_sealed=sealed, at=at, by_label=by.label
        )
    )
    details = {"slip": slip, "way": str(way)}
    record("hand_over_slip", by=by, subject=registration.pk, path=registration.path, details=details)


def _guardian(guardian: Guardian) -> dict[str, str]:
    words = {key: value.strip() for key, value in asdict(guardian).items()}
    problems = {key: _ASKED[key] for key, value in words.items() if not 1 <= len(value) <= _LONGEST_WORDS}
    if problems:
        raise Invalid(problems)
    return words


def _reason(reason: str) -> dict[str, str]:
    written = reason.strip()
    if not 2 <= len(written) <= LONGEST:
        raise Invalid({"reason": f"请填写不能到场的原因，2到{LONGEST}个字"})
    return {"reason": written}
