"""这不是我改的 (A2, T2, R14): one word of the candidate freezes the form; the site and the county together release it.

Whatever secret is left proves it: the login password, the save password, or the bound phone. It changes nothing that
was saved, so one secret is enough; what a freeze is misused for is small: each save can be disputed once.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.models import Account
from baoming.accounts.services.buckets import give_back, take
from baoming.accounts.services.invitations import end_sessions
from baoming.accounts.services.sign_in import WrongCredentials
from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Dispute, Registration
from baoming.registrations.services.access import issue_code, phone_of, tried_code, use_code
from baoming.registrations.services.forms import proves, save_budget, tell_wrong_save
from baoming.registrations.services.proofs import prove_login
from baoming.registrations.services.restores import carry_out_restore, drop_restore, request_restore
from baoming.registrations.services.steps import (
    clear_holds,
    locked,
    place_hold,
    refuse_if_stopped,
    require_two_hands,
    written_reason,
)
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, update

DISPUTE = "dispute"  # kind of the hold
DISPUTE_CODE = "dispute_code"
_FROZEN = ["form", "signature", "final_review"]  # completion and tickets ask for no hold at all
_WHY = "考生申明报名信息不是本人改的，已冻结，等报名点核对、县（市、区）决定"
_WRONG = "密码不正确，报名信息没有冻结。登录密码、保存密码填哪一个都可以，都不记得的请用短信验证码"


@kept_one
def open_dispute(registration: Registration) -> QuerySet[Dispute]:
    """Return the dispute that has not been released."""
    return Dispute.objects.filter(registration=registration).exclude(state="released")


@kept_one
def last_dispute(registration: Registration) -> QuerySet[Dispute]:
    """Return the newest dispute, open or released."""
    return Dispute.objects.filter(registration=registration).order_by("-pk")[:1]


@kept_one
def last_release(registration: Registration) -> QuerySet[Dispute]:
    """Return the newest dispute that site and county have settled: they have judged every version up to its `last`."""
    return Dispute.objects.filter(registration=registration, state="released").order_by("-pk")[:1]


@transaction.atomic
def send_dispute_code(registration_id: UUID, *, by: Actor, address: str, voice: bool = False) -> None:
    """Send a code to the bound phone, for who remembers no password. Raises NotOpen, TooMany."""
    registration = locked(registration_id)
    _require_disputable(registration)
    if not registration.phone_sealed:
        raise NotOpen("还没有绑定手机，请填登录密码或保存密码")
    issue_code(registration, bound_phone(registration), template=DISPUTE_CODE, address=address, voice=voice)


def dispute(
    registration_id: UUID, *, first: int, password: str, code: str, device: str, address: str, session: str, by: Actor
) -> Dispute:
    """Freeze the form and end all sessions; site and county see it at once. Safe to repeat.

    `session` goes on where the save password or the phone was the proof. Not for the login password: who has stolen it
    would sign the owner out and stay in; so all sign in again.
    `first`: the oldest of the versions in doubt; the newest is always one. Raises TooMany, Invalid by field, and
    NotOpen where nothing was saved, where the offices have judged this version, and after the final review.
    """
    account = Account.objects.get(registration=registration_id)
    proof = (
        _by_code(registration_id, code)
        if code
        else _by_password(registration_id, account, password, device=device, address=address, by=by)
    )
    with transaction.atomic():
        registration = locked(registration_id)
        if (there := open_dispute(registration)) is not None:
            return there
        _require_disputable(registration)
        made = _freeze(registration, first=first, proof=proof, by=by)
        end_sessions(account, keep="" if proof is Dispute.Proof.LOGIN else session)
    return made


def _freeze(registration: Registration, *, first: int, proof: Dispute.Proof, by: Actor) -> Dispute:
    last, now = registration.version, season_now(registration.season_id)
    made = insert(Dispute(registration=registration, first=min(max(1, first), last), last=last, proof=proof, at=now))
    place_hold(registration, kind=DISPUTE, steps=_FROZEN, reason=_WHY, by=by)
    _mark(registration, now)
    drop_restore(registration, by=by)
    details = {"version": last, "proof": proof.value}
    record("dispute", by=by, subject=registration.pk, path=registration.path, details=details)
    if registration.phone_sealed:
        phone = registration.site.phone
        send(
            "form_disputed",
            season=registration.season,
            recipient=registration.pk,
            number=bound_phone(registration),
            phone=phone,
        )
    return made


@transaction.atomic
def ask_release(registration_id: UUID, *, number: int, reason: str, by: Actor) -> Dispute:
    """Ask the county to release: with version `number` restored, or, for 0, with what stands. For the site.

    Raises NotOpen, Refused where it is asked for already, Invalid without a reason or for a version that cannot
    be restored.
    """
    registration, asked = _open_to(registration_id, by, Party.SITE, "核对考生的申明、申请解除冻结")
    if asked.state == Dispute.State.ASKED:
        raise Refused("已经申请解除冻结，正在等县（市、区）决定")
    written = written_reason(reason, "解除冻结", longest=200)
    if number:
        request_restore(registration, number=number, reason=written, by=by)
    asked.state, asked.number, asked.reason = Dispute.State.ASKED, number, written
    asked.asked_at, asked.asked_by, asked.asked_label = season_now(registration.season_id), by.id, by.label
    update(asked, "state", "number", "reason", "asked_at", "asked_by", "asked_label")
    details = {"restores": number}
    record("ask_release", by=by, subject=registration.pk, path=registration.path, details=details)
    return asked


@transaction.atomic
def release(registration_id: UUID, *, by: Actor) -> Dispute:
    """Release what the site has asked for, restoring the version it named. For the county.

    Raises NotOpen for others and for the one who asked; Refused where nothing waits, and as `confirm_restore` does.
    """
    registration, asked = _open_to(registration_id, by, Party.COUNTY, "解除冻结")
    if asked.state != Dispute.State.ASKED:
        raise Refused("报名点还没有核对和申请解除，请先由报名点核对")
    if by.id == asked.asked_by:
        raise NotOpen("解除冻结要两个人办理，申请的人自己不能决定")
    require_two_hands(asked.asked_by, by)
    outcome = "核对后内容没有变"
    if asked.number:
        made = carry_out_restore(registration, by=by)
        outcome = f"已恢复为第{asked.number}版，即第{made.number}版"
    now = season_now(registration.season_id)
    asked.last = registration.version  # what was restored is judged too, and not disputed again
    _decide(asked, Dispute.State.RELEASED, by=by, at=now)
    clear_holds(registration, DISPUTE, by=by, at=now)
    _mark(registration, None)
    details = {"restores": asked.number}
    record("release", by=by, subject=registration.pk, path=registration.path, details=details)
    if registration.phone_sealed:
        number, phone = bound_phone(registration), registration.site.phone
        send(
            "dispute_ended",
            season=registration.season,
            recipient=registration.pk,
            number=number,
            outcome=outcome,
            phone=phone,
        )
    return asked


@transaction.atomic
def decline_release(registration_id: UUID, *, by: Actor) -> None:
    """Leave it frozen: the county sends it back to the site, or the site takes its request back. Safe to repeat."""
    registration = locked(registration_id)
    if by.kind not in (Party.SITE, Party.COUNTY):
        raise NotOpen(f"由{PARTY_NAMES[Party.SITE]}撤回，或由{PARTY_NAMES[Party.COUNTY]}决定")
    asked = open_dispute(registration)
    if asked is None or asked.state != Dispute.State.ASKED:
        return
    if asked.number:
        drop_restore(registration, by=by)
    _decide(asked, Dispute.State.OPEN, by=by, at=season_now(registration.season_id))
    record("decline_release", by=by, subject=registration.pk, path=registration.path)


def not_disputable(registration: Registration) -> str:
    """Return why this person's form cannot be frozen now, empty when it can: for the page, which decides nothing."""
    try:
        _require_disputable(registration)
    except NotOpen as refusal:
        return str(refusal)
    return ""


def _require_disputable(registration: Registration) -> None:
    refuse_if_stopped(registration)
    if not registration.version:
        raise NotOpen("报名信息还没有保存过，没有可以申明的改动")
    if "final_review" in registration.done_steps:
        raise NotOpen("市（州）已经终审。有不是本人改动的，请带身份证到报名点，按信息变更办理")
    judged = last_dispute(registration)
    if judged is not None and judged.state == Dispute.State.RELEASED and judged.last >= registration.version:
        raise NotOpen(f"第{judged.last}版已经由报名点和县（市、区）核对过。仍有疑问的，请带身份证到报名点")


def _by_password(
    registration_id: UUID, account: Account, password: str, *, device: str, address: str, by: Actor
) -> Dispute.Proof:
    """Return which password this is. A try counts as one of each: no way to guess either more often than elsewhere."""
    if not password:
        raise Invalid({"password": "请填写登录密码或保存密码，填一个就行"})
    try:
        prove_login(registration_id, password, device=device, address=address, sentence=_WRONG)
    except WrongCredentials:
        key, limit = save_budget(account, device)
        last = take(key, limit)
        if not proves(account, password):
            tell_wrong_save(registration_id, key, last=last, device=device, by=by)
            raise Invalid({"password": _WRONG}) from None
        give_back(key, limit)
        return Dispute.Proof.SAVE
    return Dispute.Proof.LOGIN


def _by_code(registration_id: UUID, code: str) -> Dispute.Proof:
    sent = tried_code(registration_id, code, template=DISPUTE_CODE)
    registration = Registration.objects.get(pk=registration_id)
    if phone_of(sent) != bound_phone(registration):
        raise Invalid({"code": "验证码不是发到绑定手机的，请重新获取"})
    use_code(sent)
    return Dispute.Proof.PHONE


def _open_to(registration_id: UUID, by: Actor, actor: Party, act: str) -> tuple[Registration, Dispute]:
    registration = locked(registration_id)
    if by.kind is not actor:
        raise NotOpen(f"{act}由{PARTY_NAMES[actor]}办理")
    found = open_dispute(registration)
    if found is None:
        raise Refused("没有冻结，可能已经解除，请刷新后核对")
    return registration, found


def _decide(asked: Dispute, state: Dispute.State, *, by: Actor, at: datetime) -> None:
    asked.state, asked.decided_at, asked.decided_by, asked.decided_label = state, at, by.id, by.label
    update(asked, "state", "last", "decided_at", "decided_by", "decided_label")


def _mark(registration: Registration, moment: datetime | None) -> None:
    """Keep on the row, which every request of the owner reads, that the form is frozen."""
    registration.disputed_at = moment
    update(registration, "disputed_at")
