"""A candidate's acts on their own requests. What costs them something asks the save password, as a save does (0024).

The candidate's portal comes through here; sites, which act on a signed paper, do not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.audit.actors import Actor
from baoming.registrations.services.forms import proves, save_budget, still_proves, tell_wrong_save
from baoming.registrations.services.steps import locked
from baoming.reviews.asked import Raw
from baoming.reviews.case_queries import kind_of
from baoming.reviews.cases import Act, asks_save_password
from baoming.reviews.models import Case
from baoming.reviews.services.cases import act_on_case, open_case
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid

FIELD = "save_password"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was typed to prove that it is oneself. `device`: the cookie of a browser that has signed in before."""

    save_password: str
    device: str


def open_own(registration_id: UUID, season: Season, kind_key: str, *, raw: Raw, proof: Proof, by: Actor) -> Case:
    """As `open_case`. Raises Invalid without the save password where the kind stops everything; TooMany."""

    def act() -> Case:
        return open_case(registration_id, kind_key, raw=raw, by=by)

    asks = asks_save_password(kind_of(season, kind_key), None)
    return _proved(registration_id, act, proof=proof, by=by) if asks else act()


def act_on_own(case: Case, act: Act, *, seen: int, note: str, raw: Raw, proof: Proof, by: Actor) -> Case:
    """As `act_on_case`. Raises Invalid without the save password where something is taken back; TooMany."""

    def done() -> Case:
        return act_on_case(case.pk, act, seen=seen, by=by, note=note, raw=raw)

    asks = asks_save_password(kind_of(case.season, case.kind), act)
    return _proved(case.registration_id, done, proof=proof, by=by) if asks else done()


def _proved(registration_id: UUID, act: Callable[[], Case], *, proof: Proof, by: Actor) -> Case:
    """Act if the save password fits. A try is counted before it is judged, in the budget of saves."""
    if not proof.save_password:
        raise Invalid({FIELD: "请输入保存密码"})
    account = Account.objects.get(registration=registration_id)
    key, limit = save_budget(account, proof.device)
    last = take(key, limit)
    if not proves(account, proof.save_password):  # before the lock: nobody waits for a hash
        tell_wrong_save(registration_id, key, last=last, device=proof.device, by=by)
        raise Invalid({FIELD: "保存密码不正确，还没有办"})
    give_back(key, limit)  # it was the right one, whatever else is refused
    with transaction.atomic():
        locked(registration_id)
        if not still_proves(account):
            raise Invalid({FIELD: "保存密码刚刚重设过，还没有办，请用新的保存密码再试"})
        return act()
