"""A name or an identity number that the police have changed: taken over, and judged anew (R6, R20)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from baoming.accounts.models import Account, candidate_handle
from baoming.audit.actors import Actor
from baoming.registrations import document_numbers
from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import SEXES, IdentityDocument, checked
from baoming.registrations.models import Registration
from baoming.registrations.overflow_queries import overflows_of
from baoming.registrations.queries import DEBT, NOBODY, document_context, document_of, id_of_number, owes_reading
from baoming.registrations.services.intake import write_unique
from baoming.registrations.services.name_images import retire_name_images
from baoming.registrations.services.other_documents import name_document
from baoming.registrations.services.person_checks import end_open_checks
from baoming.registrations.services.sheets import void_sheets
from baoming.registrations.services.steps import complete_step, place_hold
from baoming.reviews.asked import Raw
from baoming.reviews.services.corrections import open_again
from baoming.seasons.queries import season_now
from baoming.shared import names
from baoming.shared.errors import Invalid, Refused
from baoming.shared.moments import BEIJING, day
from baoming.shared.services import update
from baoming.shared.text import mask_document
from baoming.vault.services import keys

_OWES = "姓名或证件号码有变更，需要到报名点读新的身份证核验"
_ANOTHERS = "这个号码刚刚有人报名，没有变更。请核对是不是重复报名"
_TAKEN = (
    "name", "name_key", "name_initials", "sex", "document_sealed", "number_blind", "last_four_blind", "too_wide",
    "document_kind", "lifelong_blind",
)  # fmt: skip


def identity_asked(registration: Registration, raw: Raw) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return the new name and number, what was left empty as it is; or what is wrong with them."""
    name, number = (next(iter(raw.get(key, ())), "").strip() for key in ("name", "number"))
    old = document_of(registration)
    if not name and not number:
        return {}, {"name": "请填写新的姓名或新的号码，没有变的不填"}
    try:
        new = _document(registration, old, name, number)
    except Invalid as refusal:
        return {}, {("number" if key == "number" else "name"): said for key, said in refusal.fields.items()}
    if (new.name, new.number) == (old.name, old.number):
        return {}, {"name": "和现在登记的相同，没有要变更的"}
    if new.number != old.number and _is_another(registration, new.number):
        return {}, {"number": "这个号码已有人报名，请核对；确是同一人的，先按“疑似重复报名”办理"}
    return {"name": new.name, "number": new.number}, {}


def identity_shown(registration: Registration, extra: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what changes, sex and birth among it as the number says them; numbers masked."""
    if not extra:
        return []
    old, number = document_of(registration), extra["number"]
    rows = [
        ("姓名", old.name, extra["name"]),
        (old.number_label, mask_document(old.number), mask_document(number)),
        ("性别", SEXES[old.sex], SEXES[document_numbers.sex(old.kind, number) or old.sex]),
        ("出生日期", day(old.birth), day(document_numbers.birth_date(old.kind, number) or old.birth)),
    ]
    return [row for row in rows if row[1] != row[2] or (row[0] == old.number_label and old.number != number)]


def change_identity(registration: Registration, extra: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Take over name and number; what was judged and signed by them falls, and the new card is owed. After `locked`.

    Raises Refused where the number has come to be another's since it was asked.
    """
    old = document_of(registration)
    new = _document(registration, old, extra["name"], extra["number"])
    if new.number != old.number and _is_another(registration, new.number):
        raise Refused(_ANOTHERS)
    if new.name != old.name:  # a name cut from a picture is of another name
        retire_name_images(registration)
    ring, season = keys(), registration.season_id
    registration.name, registration.sex = new.name, new.sex
    registration.name_key, registration.name_initials = names.pinyin_key(new.name), names.initials(new.name)
    registration.document_sealed = ring.seal(new.to_json(), context=document_context(registration.pk))
    registration.number_blind = ring.blind(new.number, purpose="id", season=season)
    registration.last_four_blind = ring.blind(new.number[-4:], purpose="last4", season=season)
    name_document(registration, new)
    registration.too_wide = len(overflows_of(registration.season, new))
    if write_unique(partial(update, registration, *_TAKEN), registration, new) is not None:
        raise Refused(_ANOTHERS)  # another county's file of this number, that nobody could see yet
    _follow(registration)
    end_open_checks(registration)
    void_sheets(registration, reason="姓名或证件号码有变更", at=at)
    complete_step(registration, "identity", by=by, at=at)
    if new.kind is Kind.RESIDENT and not owes_reading(registration):
        place_hold(registration, kind=DEBT, steps=[], by=by, reason=_OWES)
    open_again(registration, ("intake", "confirmation", "submission"), by=by, at=at)


def _follow(registration: Registration) -> None:
    """The account is found by the number: it goes by the new one from now on, its passwords stay."""
    if registration.account_id is not None:
        handle = candidate_handle(registration.season_id, bytes(registration.number_blind))
        Account.objects.filter(pk=registration.account_id).update(handle=handle)


def _document(registration: Registration, old: IdentityDocument, name: str, number: str) -> IdentityDocument:
    """Return the document with what was given; sex and birth as the number says them. Raises Invalid.

    A foreigner's old number, once replaced by one of the new form, goes on being theirs.
    """
    kind, today = old.kind, season_now(registration.season_id).astimezone(BEIJING).date()
    wanted = number or old.number
    if sentence := document_numbers.problem(kind, wanted, today=today):
        raise Invalid({"number": sentence})
    wanted = document_numbers.canonical(kind, wanted)
    renewed = kind is Kind.FOREIGN and document_numbers.is_old_form(old.number) and wanted != old.number
    new = replace(
        old, name=name or old.name, number=wanted, sex=document_numbers.sex(kind, wanted) or old.sex,
        birth=document_numbers.birth_date(kind, wanted) or old.birth, stated=old.number if renewed else old.stated,
    )  # fmt: skip
    return checked(new, today=today, real_season=registration.season.is_real)


def _is_another(registration: Registration, number: str) -> bool:
    """Whether somebody else in the province is registered by this number."""
    return id_of_number(registration.season_id, number) not in (registration.pk, NOBODY)
