"""What two persons do: lost passwords and phones, restored versions, released forms."""

from baoming.audit.actors import Actor
from baoming.messages.models import Message
from baoming.messages.services import send
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import disputes, phone_resets, restores, save_resets
from tests import factories as make
from tests.audit.acts.register import act, at, card, of, own
from tests.audit.walking import Ask
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations import confirmed
from tests.registrations.test_save_form import PASSWORD, me, save, type_in

LOST = "19900007777"
WHY = "本人到场，核对了身份证和每一处改动"


def by_another(row: Registration) -> Actor:
    return make.staff(Organization.objects.get(pk=row.site_id)).actor


@act("office", "save_reset/ask")
def ask_reset() -> Ask:
    row = confirmed.saved()
    return Ask(of(row), own(row, "save-password/"), {"card": card(row)}, answers=(302,))


def asked_reset(kind: str) -> Ask:
    row = confirmed.saved()
    save_resets.ask_at_site(row.pk, document_of(row), reader="R01", nonce="n1", by=by_another(row))
    return Ask(of(row), own(row, "save-password/"), {"act": kind}, answers=(302,))


@act("office", "save_reset/confirm")
def confirm_reset() -> Ask:
    return asked_reset("confirm")


@act("office", "save_reset/cancel")
def cancel_reset() -> Ask:
    return asked_reset("cancel")


@act("office", "send_again")
def send_again() -> Ask:
    row = confirmed.saved()
    lost = send("passwords_set", season=row.season, recipient=row.pk, number=BOUND_PHONE, phone=row.site.phone)
    Message.objects.filter(pk=lost.pk).update(state="failed", reason="undelivered")
    return Ask(of(row), own(row, "messages/"), {"message": str(lost.pk)}, answers=(302,))


@act("office", "phone_reset/share")
def share_phone() -> Ask:
    row = confirmed.saved()
    return Ask(of(row), own(row, "phone/"), {"act": "share", "sharing_proof": "yes"}, answers=(302,))


@act("office", "phone_reset/ask")
def ask_phone() -> Ask:
    row = confirmed.saved()
    return Ask(of(row), own(row, "phone/"), {"card": card(row), "new_phone": LOST}, answers=(302,))


def asked_phone(kind: str) -> Ask:
    row = confirmed.saved()
    phone_resets.ask_phone_reset(
        row.pk, document_of(row), number=LOST, reader="R01", nonce="n1", by=by_another(row)
    )  # fmt: skip
    county = at(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY)
    return Ask(county, own(row, "phone/"), {"act": kind, "confirm_phone": LOST}, answers=(302,))


@act("office", "phone_reset/confirm")
def confirm_phone() -> Ask:
    return asked_phone("confirm")


@act("office", "phone_reset/cancel")
def cancel_phone() -> Ask:
    return asked_phone("cancel")


def tampered() -> Registration:
    """Somebody has saved a second version."""
    row = confirmed.ready()
    for raw in (FILLED, {**FILLED, "first_subject": ["HISTORY"]}):
        type_in(row, raw)
        save(row)
    make.season("confirmation")
    return row


@act("office", "restore/ask")
def ask_restore() -> Ask:
    row = tampered()
    return Ask(of(row), own(row, "restore/"), {"number": "1", "restore_reason": WHY}, answers=(302,))


def asked_restore(kind: str) -> Ask:
    row = tampered()
    restores.ask_restore(row.pk, number=1, reason=WHY, by=by_another(row))
    return Ask(of(row, Role.COUNTY), own(row, "restore/"), {"act": kind}, answers=(302,))


@act("office", "restore/confirm")
def confirm_restore() -> Ask:
    return asked_restore("confirm")


@act("office", "restore/decline")
def decline_restore() -> Ask:
    return asked_restore("decline")


def frozen() -> Registration:
    row = tampered()
    disputes.dispute(
        row.pk, first=2, password=PASSWORD, code="", device="", address="127.0.0.1", session="", by=me(row)
    )
    return row


@act("office", "dispute/ask")
def ask_release() -> Ask:
    row = frozen()
    return Ask(of(row), own(row, "dispute/"), {"found": "0", "release_reason": WHY}, answers=(302,))


def asked_release(kind: str) -> Ask:
    row = frozen()
    disputes.ask_release(row.pk, number=0, reason=WHY, by=by_another(row))
    return Ask(of(row, Role.COUNTY), own(row, "dispute/"), {"act": kind}, answers=(302,))


@act("office", "dispute/confirm")
def release() -> Ask:
    return asked_release("confirm")


@act("office", "dispute/decline")
def decline_release() -> Ask:
    return asked_release("decline")
