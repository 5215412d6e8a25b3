"""Declaring bonus points and special plans (优惠加分、专项计划) in their own window, or the right is lost (R13).

Each declaration is a version of its own, proved by the save password: it is no field of the form, whose window is
another one, and what it gives or loses weighs as much as a save (docs/decisions/0024).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.forms.attached import Declaring
from baoming.messages.services import send
from baoming.registrations import journey
from baoming.registrations.attached_queries import declaring_of, drafts_of, newest_declaration, pictures_of
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.journey import Trait
from baoming.registrations.models import Declaration, Registration
from baoming.registrations.services.evidence import keep_drafts, lost_of, read_each, take_drafts
from baoming.registrations.services.forms import (
    WrongSavePassword,
    proves,
    save_budget,
    still_proves,
    tell_wrong_save,
)
from baoming.registrations.services.sheets import void_signed
from baoming.registrations.services.steps import (
    complete_step,
    locked,
    refuse_if_completed,
    refuse_if_disputed,
    state_now,
)
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid, Refused
from baoming.shared.moments import short
from baoming.shared.services import insert, update

STEP = "declarations"


def declare(
    registration_id: UUID, season: Season, *, kinds: Sequence[str], none: bool, files: Mapping[str, bytes],
    consent: str, save_password: str, device: str, revision: str, by: Actor,
) -> Declaration:  # fmt: skip
    """Declare `kinds`, each with a picture of its evidence, or that there is nothing to declare.

    `revision`: the number of the declaration that the page showed, 0 for none. Pictures are kept as drafts before
    anything else is refused: whoever mistypes the password chooses none anew. What is missing is named all at once.
    What changes the printed sheet voids it, and the signature on it. Safe to repeat. Raises Invalid by purpose,
    TooMany, WrongSavePassword, Changed, NotOpen by the clock after the lock.
    """
    declaring = declaring_of(season)
    wanted = {kind.purpose for key, kind in declaring.kinds.items() if key in kinds}
    sent = {purpose: content for purpose, content in files.items() if purpose in wanted}
    errors = _keep_drafts(registration_id, declaring, sent, consent=consent, by=by) if sent else {}
    chosen = [key for key in declaring.kinds if key in kinds]
    there = _there(registration_id) | sent.keys()
    if missing := _missing(declaring, kinds, there, none=none, save_password=save_password) | errors:
        raise Invalid(missing)
    account = Account.objects.get(registration=registration_id)
    key, limit = save_budget(account, device)
    last = take(key, limit)
    if not proves(account, save_password):  # before the lock: nobody waits for a hash
        tell_wrong_save(registration_id, key, last=last, device=device, by=by)
        raise WrongSavePassword("保存密码不正确，还没有申报")
    give_back(key, limit)  # it was the right one, whatever else is refused
    with transaction.atomic():
        registration = locked(registration_id)
        if not still_proves(account):
            raise WrongSavePassword("保存密码刚刚重设过，还没有申报，请用新的保存密码再试")
        if (done := _declared_before(registration, chosen, wanted, revision=revision)) is not None:
            return done
        made = _new(registration, chosen, revision=revision, by=by)
        taken = take_drafts(registration, wanted)
        made.consent = max(taken, key=lambda one: one.at).consent if taken else ""
        _write(registration, made, declaring, by=by)
    return made


def _keep_drafts(
    registration_id: UUID, declaring: Declaring, files: Mapping[str, bytes], *, consent: str, by: Actor
) -> dict[str, str]:
    """Keep what can be read; return what is wrong with the rest. Raises NotOpen where nobody may declare now."""
    pictures, errors = read_each(files, declaring.consent, ticked=consent)
    lost = lost_of(Registration(pk=registration_id), pictures)
    with transaction.atomic():
        registration = locked(registration_id)
        keep_drafts(registration, pictures, declaring.consent, lost=lost, at=_moment(registration, by))
    return errors


def _missing(
    declaring: Declaring, kinds: Sequence[str], there: Collection[str], *, none: bool, save_password: str
) -> dict[str, str]:
    """Return all that is missing on the page, in its order; `there`: the purposes of pictures that were ever sent."""
    found = {}
    if bool(kinds) == none or not set(kinds) <= set(declaring.kinds):
        found["kinds"] = "请勾选要申报的项目；都不申报的，只勾选“不申报”"
    found |= _lacking(declaring, kinds, there)
    return found if save_password else found | {"save_password": "请输入保存密码"}


def _there(registration_id: UUID) -> set[str]:
    person = Registration(pk=registration_id)
    return {*pictures_of(person), *drafts_of(person)}


def _lacking(declaring: Declaring, kinds: Sequence[str], there: Collection[str]) -> dict[str, str]:
    """Return a sentence for each of `kinds` whose evidence is not `there`."""
    return {
        kind.purpose: f"请上传{kind.evidence}的照片"
        for key, kind in declaring.kinds.items()
        if key in kinds and kind.purpose not in there
    }


def _declared_before(
    registration: Registration, chosen: list[str], wanted: set[str], *, revision: str
) -> Declaration | None:
    """Return what the same request declared before: nothing else was chosen, and no other picture sent."""
    newest = newest_declaration(registration)
    if newest is None or (str(newest.number - 1), newest.kinds) != (revision, chosen):
        return None
    return None if wanted & drafts_of(registration).keys() else newest


def _moment(registration: Registration, by: Actor) -> datetime:
    """Return the season's moment if this person may declare now; raise NotOpen. Call after `locked`."""
    refuse_if_completed(registration)
    refuse_if_disputed(registration)
    state, clock = state_now(registration)
    journey.require(STEP, by.kind, replace(state, traits=state.traits | {Trait.DECLARES}))
    return clock.now


def _new(registration: Registration, chosen: list[str], *, revision: str, by: Actor) -> Declaration:
    """Return the next declaration, if this person may declare now."""
    now = _moment(registration, by)
    before = newest_declaration(registration)
    if revision != str(before.number if before else 0):
        raise Changed("刚刚在另一处申报过，请看过现在的内容再改")
    number = before.number + 1 if before else 1
    return Declaration(registration=registration, number=number, kinds=chosen, at=now)


def _write(registration: Registration, made: Declaration, declaring: Declaring, *, by: Actor) -> None:
    pictures = pictures_of(registration)
    if lacking := _lacking(declaring, made.kinds, pictures):  # taken away since it was asked
        raise Invalid(lacking)
    made.pictures = {key: str(pictures[declaring.kinds[key].purpose].pk) for key in made.kinds}
    before = newest_declaration(registration)
    if before and (before.kinds, before.pictures) == (made.kinds, made.pictures):
        raise Refused("和已经申报的相比没有改动，不用再申报")
    Declaration.objects.filter(registration=registration, newest=True).update(newest=False)
    insert(made)
    traits = set(registration.traits) - {Trait.DECLARES.value}
    registration.traits = sorted(traits | ({Trait.DECLARES.value} if made.kinds else set()))
    update(registration, "traits")
    details = {"version": made.number, "count": len(made.kinds)}
    record("declare", by=by, subject=registration.pk, path=registration.path, details=details)
    if made.kinds:
        complete_step(registration, STEP, by=by, at=made.at)
    if made.kinds != (before.kinds if before else []):  # the sheet names them
        void_signed(registration, reason="加分、专项申报有改动", by=by, at=made.at)
    _notify(registration, made)


def _notify(registration: Registration, made: Declaration) -> None:
    """Tell the bound phone, in the same transaction (R14). What was declared stays out: an SMS is read by others."""
    send(
        "declared",
        season=registration.season,
        recipient=registration.pk,
        number=bound_phone(registration),
        at=short(made.at),
        version=str(made.number),
        phone=registration.site.phone,
    )
