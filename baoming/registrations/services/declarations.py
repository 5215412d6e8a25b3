"""Declaring bonus points and special plans (优惠加分、专项计划) in their own window, or the right is lost (R13).

Each declaration is a version of its own, proved by the save password: it is no field of the form, whose window is
another one, and what it gives or loses weighs as much as a save (docs/decisions/0024).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.forms.attached import Declaring
from baoming.registrations import journey
from baoming.registrations.attached_queries import declaring_of, newest_declaration, pictures_of
from baoming.registrations.journey import Trait
from baoming.registrations.models import Declaration, Evidence, Registration
from baoming.registrations.services.evidence import keep_pictures, read_pictures
from baoming.registrations.services.forms import WrongSavePassword, proves, save_budget, still_proves, tell_wrong_save
from baoming.registrations.services.steps import (
    complete_step,
    locked,
    refuse_if_completed,
    refuse_if_disputed,
    state_now,
)
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid, Refused
from baoming.shared.services import insert, update

STEP = "declarations"


def declare(
    registration_id: UUID, season: Season, *, kinds: Sequence[str], none: bool, files: Mapping[str, bytes],
    consent: str, save_password: str, device: str, revision: str, by: Actor,
) -> Declaration:  # fmt: skip
    """Declare `kinds`, each with a picture of its evidence, or that there is nothing to declare.

    `revision`: the number of the declaration that the page showed, 0 for none. Raises TooMany, WrongSavePassword,
    Invalid by purpose, Changed, NotOpen by the clock after the lock.
    """
    declaring = declaring_of(season)
    chosen = _chosen(declaring, kinds, none=none)
    account = Account.objects.get(registration=registration_id)
    key, limit = save_budget(account, device)
    last = take(key, limit)
    if not proves(account, save_password):  # before the lock: nobody waits for a hash
        tell_wrong_save(registration_id, key, last=last, device=device, by=by)
        raise WrongSavePassword("保存密码不正确，还没有申报")
    wanted = {declaring.kinds[kind].purpose for kind in chosen}
    sent = {purpose: content for purpose, content in files.items() if purpose in wanted}
    pictures = read_pictures(sent, declaring.consent, ticked=consent) if sent else {}
    with transaction.atomic():
        registration = locked(registration_id)
        if not still_proves(account):
            raise WrongSavePassword("保存密码刚刚重设过，还没有申报，请用新的保存密码再试")
        made = _new(registration, chosen, revision=revision, by=by)

        def then(kept: list[Evidence]) -> None:
            _write(registration, made, declaring, consent=declaring.consent.version if kept else "", by=by)

        keep_pictures(registration, pictures, declaring.consent, at=made.at, then=then)
    give_back(key, limit)
    return made


def _chosen(declaring: Declaring, kinds: Sequence[str], *, none: bool) -> list[str]:
    chosen = [key for key in declaring.kinds if key in kinds]
    if bool(chosen) == none or not set(kinds) <= set(declaring.kinds):
        raise Invalid({"kinds": "请勾选要申报的项目；都不申报的，只勾选“不申报”"})
    return chosen


def _new(registration: Registration, chosen: list[str], *, revision: str, by: Actor) -> Declaration:
    """Return the next declaration, if this person may declare now."""
    refuse_if_completed(registration)
    refuse_if_disputed(registration)
    state, clock = state_now(registration)
    journey.require(STEP, by.kind, replace(state, traits=state.traits | {Trait.DECLARES}))
    before = newest_declaration(registration)
    if revision != str(before.number if before else 0):
        raise Changed("刚刚在另一处申报过，请看过现在的内容再改")
    number = before.number + 1 if before else 1
    return Declaration(registration=registration, number=number, kinds=chosen, at=clock.now)


def _write(registration: Registration, made: Declaration, declaring: Declaring, *, consent: str, by: Actor) -> None:
    pictures = pictures_of(registration)
    lacking = {
        kind.purpose: f"请上传{kind.evidence}的照片"
        for key, kind in declaring.kinds.items()
        if key in made.kinds and kind.purpose not in pictures
    }
    if lacking:
        raise Invalid(lacking)
    made.pictures = {key: str(pictures[declaring.kinds[key].purpose].pk) for key in made.kinds}
    made.consent = consent
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
