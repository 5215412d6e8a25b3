"""How many candidates have one phone (ux.md, rule 8): one; siblings, or a guardian's, more with proof at the site."""

from uuid import UUID

from django.db import connection, transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.models import Registration
from baoming.registrations.services.steps import locked, refuse_if_stopped
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, NotOpen
from baoming.shared.services import update
from baoming.vault.services import keys

_BEFORE = {"alone": 1, "with_proof": 4}  # of a season that was loaded before its data said so


def require_free(registration: Registration, phone: str, *, at_site: bool = False, field: str = "phone") -> None:
    """Raise Invalid where as many others have this phone as may. Call after `locked`.

    `at_site`: the site has seen the person's card for it. Asked once a code has proved the phone, or by the site: who
    merely types numbers learns nothing. Two who bind one phone at the same instant wait for each other, until the
    first has committed; so it stands behind the lock of the person, and no other lock follows.
    """
    blind = keys().blind(phone, purpose="phone", season=registration.season_id)
    _one_at_a_time(blind)
    others = _others(registration, blind)
    limits = data(registration.season, "season").get("people_per_phone", _BEFORE)
    proved = at_site or registration.may_share_phone
    if others < limits["with_proof" if proved else "alone"]:
        return
    if proved:
        raise Invalid({field: f"这个手机号码已经绑定{others}名考生，不能再绑定，请换一个号码"})
    way = "请换一个号码；兄弟姐妹或同一监护人要共用的，请带户口簿等证明到报名点办理"
    raise Invalid({field: f"这个手机号码已经绑定别的考生。{way}"})


def _one_at_a_time(blind: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"phone:{blind.hex()}"])


def _others(registration: Registration, blind: bytes) -> int:
    """Return how many others of the season have this phone, anywhere. A statement of its own, after the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT registrations_with_phone(%s, %s, %s)", [registration.season_id, blind, registration.pk])
        return int(cursor.fetchone()[0])


@transaction.atomic
def allow_sharing(registration_id: UUID, *, proof: bool, by: Actor) -> None:
    """Let this person bind a phone that another candidate has: the site has seen the proof. Safe to repeat.

    Raises NotOpen for others than the site and for a stopped registration, Invalid without the proof.
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"共用手机由{PARTY_NAMES[Party.SITE]}核对证明后办理")
    refuse_if_stopped(registration)
    if not proof:
        raise Invalid({"sharing_proof": "请核对户口簿或监护证明原件，再勾选"})
    if registration.may_share_phone:
        return
    registration.may_share_phone = True
    update(registration, "may_share_phone")
    record("allow_shared_phone", by=by, subject=registration.pk, path=registration.path)
