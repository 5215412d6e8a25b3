"""First login: the candidate proves to hold the slip and to know the card (R9).

A person who is not registered costs the same work as one who is (T7): the same questions to the
database, one card unsealed, one code compared at least. Neither words nor time tell who registered.
"""

from datetime import date
from functools import cache
from hmac import compare_digest
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.codes import CodeUnreadable, code_digest
from baoming.accounts.models import Account, candidate_handle
from baoming.accounts.services.buckets import put_back, take
from baoming.accounts.throttling import CLAIM_ADDRESS
from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.registrations.document_numbers import canonical_any
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Activation, Registration
from baoming.registrations.queries import NOBODY, document_context, document_of, id_of_number
from baoming.registrations.services.steps import locked, refuse_if_stopped
from baoming.schedule.queries import phase_times
from baoming.seasons.models import Season
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.moments import moment
from baoming.shared.names import same_name
from baoming.shared.queries import Kept, kept_one
from baoming.shared.scope_queries import enter_people
from baoming.shared.services import insert, update
from baoming.vault.services import keys

MISMATCH = "姓名、证件号、有效期或激活码不一致，请核对后再试。激活码印在报名序号通知单上"
_NO_DIGEST = bytes(32)


class ClaimRefused(Refused):
    """What was typed does not fit; which part is not said."""


def claim(*, season: Season, name: str, number: str, valid_to: date | None, code: str, address: str) -> Registration:
    """Return the registration that all four belong to, with an account to sign in to.

    `valid_to` is None for 长期. Tries are counted first, by network address alone: the code has 80
    bits, and a count by the person named would let anyone who knows an ID number lock its owner out.
    The count outlives a refusal; a success puts it back. The same code is good again until both
    passwords are set. Raises TooMany, ClaimRefused (one sentence for every mismatch), NotOpen once
    the window is closed.
    """
    budget = (f"claim-at:{address}", CLAIM_ADDRESS)
    take(*budget)
    try:
        wanted = canonical_any(number)
    except ValueError:
        raise ClaimRefused(MISMATCH) from None
    try:
        digest = code_digest(code)
    except CodeUnreadable:
        digest = _NO_DIGEST
    pk, card = card_of_number(season.pk, wanted)
    _refuse_guess(pk, digest, person_fits=_fits(card, name, valid_to))
    claimed = _claimed(pk, name=name, valid_to=valid_to, digest=digest)
    put_back(*budget)
    return claimed


def card_of_number(season_id: int, number: str) -> tuple[UUID, IdentityDocument]:
    """Return whose number it is and their card, which this transaction may see; NOBODY and a blank card for none.

    Two columns are read and one card unsealed for either: the work does not tell who is registered (Z2).
    """
    pk = id_of_number(season_id, number)
    enter_people([pk])
    name, sealed = _sealed_card(pk) or ("", _sealed_nobody())
    context = "nobody" if pk == NOBODY else document_context(pk)
    return pk, IdentityDocument.from_json(name, keys().unseal(sealed, context=context))


@kept_one
def _sealed_card(pk: UUID) -> "QuerySet[Registration, tuple[str, str]]":
    return Registration.objects.filter(pk=pk).values_list("name", "document_sealed")


def _refuse_guess(registration_id: UUID, digest: bytes, *, person_fits: bool) -> None:
    """Refuse what does not fit before anything is locked or read whole; all is compared before that is decided."""
    digests = _digests(registration_id)
    fits = [compare_digest(bytes(kept), digest) for kept in digests or [_NO_DIGEST]]
    # Who has no slip has no code that fits: least of all one that nobody can read, which is as blank as none.
    if not digests or not any(fits) or not person_fits:
        raise ClaimRefused(MISMATCH)


@Kept
def _digests(registration_id: UUID) -> "QuerySet[Activation, bytes | memoryview[int]]":
    return Activation.objects.filter(registration=registration_id).values_list("digest", flat=True)


def _fits(card: IdentityDocument, name: str, valid_to: date | None) -> bool:
    """Both are compared, whatever the first says."""
    named, until = same_name(name, card.name), card.valid_to == valid_to
    return named and until


@transaction.atomic
def _claimed(registration_id: UUID, *, name: str, valid_to: date | None, digest: bytes) -> Registration:
    """Give the account; what fitted is compared again after the lock."""
    registration = locked(registration_id)
    codes = Activation.objects.filter(registration=registration).order_by("-slip")
    mine = next((code for code in codes if compare_digest(bytes(code.digest), digest)), None)
    card = document_of(registration)
    if mine is None or not _fits(card, name, valid_to):
        raise ClaimRefused(MISMATCH)
    if mine.revoked_at is not None:
        raise ClaimRefused("这个激活码已经作废，请用最近一次打印的报名序号通知单；没有拿到请联系报名点")
    if mine.used_at is not None:
        raise ClaimRefused("两个密码已经设置，激活码不再使用，请用登录密码登录")
    refuse_if_stopped(registration)
    _require_open(registration)
    _give_account(registration)
    actor = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
    record("claim", by=actor, subject=registration.pk, path=registration.path)
    return registration


@cache
def _sealed_nobody() -> str:
    day = date(1900, 1, 1)
    card = IdentityDocument(
        name="", sex="1", ethnicity="01", birth=day, address="—" * 24, number="0" * 18, issuer="—" * 10,
        valid_from=day, valid_to=day,
    )  # fmt: skip
    return keys().seal(card.to_json(), context="nobody")


def _require_open(registration: Registration) -> None:
    """After the lock, by the season's clock."""
    time = phase_times(registration.season_id, path=registration.path, subject=registration.pk)["sign_up"]
    if time.open:
        return
    if time.opens:
        raise NotOpen(f"缴报名费、填报信息{moment(time.opens)}开放，激活码到时有效，请妥善保管")
    raise NotOpen("缴报名费、填报信息的时间已经结束，激活码不再有效。如确有困难，请联系报名点")


def _give_account(registration: Registration) -> None:
    """Make the account at the first claim; it has no password until both are set."""
    if registration.account_id is not None:
        return
    handle = candidate_handle(registration.season_id, bytes(registration.number_blind))
    registration.account = insert(Account(kind=Account.Kind.CANDIDATE, handle=handle, password=make_password(None)))
    update(registration, "account")
