"""Accounts of staff: who may open, change and close which, and what takes a second person (T16, R4).

A county does it alone for its own sites. A system administrator does it for everybody; where the role is
guarded (`BY_TWO`), before or after, it becomes a proposal that a security administrator decides. So does
resetting anybody's second factor: with a new code besides, one person would be whoever they like.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from baoming.accounts.models import Account
from baoming.accounts.services import second_factor
from baoming.accounts.services.invitations import end_sessions, invite
from baoming.audit.services import record
from baoming.organizations.models import Organization, Staff, StaffProposal
from baoming.organizations.roles import ADMINISTRATORS, BY_TWO, LEVELS, ROLE_NAMES, SECOND_FACTOR, Role
from baoming.shared.errors import Invalid, Refused
from baoming.shared.paths import within

_HANDLE = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_TWO_IN_ONE = "这个人已经是系统、安全或审计管理员，三员不能由一个人兼任"
Kind = StaffProposal.Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """The account as it is to be. `person`: blind index of the ID number, empty where it was not asked."""

    office: Organization
    role: Role
    name: str
    handle: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code`: to be shown once to who acted; `waits`: a second person decides."""

    code: str = ""
    waits: bool = False


@transaction.atomic
def add(wanted: Wanted, *, by: Staff) -> Outcome:
    """Open an account without a password; its owner sets one by the code. Raises Invalid by field, Refused."""
    _require_reach(by, wanted.office.path, wanted.role)
    problems = {}
    if not _HANDLE.fullmatch(wanted.handle):
        problems["handle"] = "账号用3—32个小写字母、数字，以字母开头"
    elif Account.objects.filter(handle=wanted.handle).exists() or _pending().filter(handle=wanted.handle).exists():
        problems["handle"] = "这个账号已经有人用，请换一个"
    if not 2 <= len(wanted.name) <= 50:
        problems["name"] = "请填写姓名"
    _require_person(wanted, problems)
    if problems:
        raise Invalid(problems)
    if wanted.role in BY_TWO:
        return _propose(Kind.ADD, None, wanted, by)
    return Outcome(code=_add(wanted, by=by))


@transaction.atomic
def change(staff_id: int, act: str, *, by: Staff, wanted: Wanted | None = None) -> Outcome:
    """Change, disable, enable an account or give it a new code: at once, or as a proposal. `act`: a `Kind`.

    Raises Refused outside `by`'s reach and for the own account, Invalid by field.
    """
    staff = Staff.objects.select_for_update(of=("self",)).select_related("account", "office").get(pk=staff_id)
    _require_reach(by, staff.path, Role(staff.role))
    if staff.person == by.person:
        raise Refused("自己的账号由另一名管理员调整")
    if _pending().filter(staff=staff).exists():
        raise Refused("这个账号有一项申请在等安全管理员核准，请等核准以后再办")
    wanted = wanted or Wanted(staff.office, Role(staff.role), staff.name, staff.account.handle, staff.person)
    _require_reach(by, wanted.office.path, wanted.role)
    problems: dict[str, str] = {}
    if act == Kind.FACTOR and Role(staff.role) not in SECOND_FACTOR:
        raise Refused("这个岗位登录不用动态口令，不需要重设")
    if act == Kind.CHANGE:
        _require_person(wanted, problems, but=staff)
    if problems:
        raise Invalid(problems)
    if takes_two(act, Role(staff.role), wanted.role):
        return _propose(Kind(act), staff, wanted, by)
    return Outcome(code=_change(staff, Kind(act), wanted, by=by))


@transaction.atomic
def decide(proposal_id: UUID, *, approve: bool, by: Staff) -> Outcome:
    """Approve or decline a proposal. Raises Refused for the own one, for oneself, and twice.

    The code of a guarded account is shown to who approves: the proposer never sees it.
    """
    proposal = StaffProposal.objects.select_for_update(of=("self",)).select_related("by", "office").get(pk=proposal_id)
    if proposal.decided_at is not None:
        raise Refused("这项申请已经办过了")
    subject = proposal.staff.person if proposal.staff else proposal.person
    require_second_person(proposal.by.person, subject, by)
    proposal.decided_by, proposal.decided_at, proposal.approved = by, timezone.now(), approve
    proposal.save(update_fields=["decided_by", "decided_at", "approved"])
    details = {"kind": proposal.kind, "approved": approve}
    record("answer_staff", by=by.actor, subject=proposal.pk, path=proposal.path, details=details)
    if not approve:
        return Outcome()
    wanted = Wanted(proposal.office, Role(proposal.role), proposal.name, proposal.handle, proposal.person)
    if proposal.staff is None:
        return Outcome(code=_add(wanted, by=by))
    return Outcome(code=_change(proposal.staff, Kind(proposal.kind), wanted, by=by))


def takes_two(act: str, *roles: Role) -> bool:
    """Whether `act` on an account that has, or is to have, these roles waits for a second person."""
    return act == Kind.FACTOR or not BY_TWO.isdisjoint(roles)


def require_second_person(proposer: str, subject: str, by: Staff) -> None:
    """Raise Refused where who decides is who asked, or whom it is about."""
    if by.person in (proposer, subject):
        raise Refused("申请要由另一个人核准，不能由提出的人或本人核准")


def _propose(kind: Kind, staff: Staff | None, wanted: Wanted, by: Staff) -> Outcome:
    made = StaffProposal.objects.create(
        kind=kind, staff=staff, office=wanted.office, path=wanted.office.path, role=wanted.role.value,
        handle=wanted.handle, name=wanted.name, person=wanted.person, by=by,
    )  # fmt: skip
    details = {"kind": kind.value, "role": wanted.role.value}
    record("propose_staff", by=by.actor, subject=made.pk, path=made.path, details=details)
    return Outcome(waits=True)


def _add(wanted: Wanted, *, by: Staff) -> str:
    account = Account.objects.create(handle=wanted.handle, kind=Account.Kind.STAFF)
    code = invite(account)
    staff = Staff(account=account, office=wanted.office, path=wanted.office.path, role=wanted.role, name=wanted.name)
    staff.person = wanted.person or staff.person
    staff.code_by, staff.code_at = by.person, timezone.now()
    _save(staff)
    details = {"role": wanted.role.value}
    record("add_staff", by=by.actor, subject=account.pk, path=staff.path, details=details)
    return code


def _change(staff: Staff, kind: Kind, wanted: Wanted, *, by: Staff) -> str:
    """Do it; whoever is signed in with the account is signed out."""
    account = staff.account
    code = ""
    if kind is Kind.CHANGE:
        staff.office, staff.path, staff.role = wanted.office, wanted.office.path, wanted.role.value
        staff.person = wanted.person or staff.person
        _save(staff)
    elif kind is Kind.CODE:
        code = invite(account)
        staff.code_by, staff.code_at = by.person, timezone.now()
        staff.save(update_fields=["code_by", "code_at"])
    elif kind is Kind.FACTOR:
        second_factor.reset(account)
    else:
        account.is_active = kind is Kind.ENABLE
        account.save(update_fields=["is_active"])
    end_sessions(account)
    details = {"kind": kind.value, "role": staff.role}
    record("change_staff", by=by.actor, subject=account.pk, path=staff.path, details=details)
    return code


def _save(staff: Staff) -> None:
    """The database has the last word about three administrators in one person."""
    try:
        with transaction.atomic():
            staff.save()
    except IntegrityError:
        raise Refused(_TWO_IN_ONE) from None


def _require_person(wanted: Wanted, problems: dict[str, str], *, but: Staff | None = None) -> None:
    if wanted.role not in LEVELS[wanted.office.level]:
        problems["role"] = f"{wanted.office.name}没有“{ROLE_NAMES[wanted.role]}”这个岗位"
    if wanted.role not in ADMINISTRATORS:
        return
    others = Staff.objects.filter(person=wanted.person, role__in=ADMINISTRATORS)
    others = others.exclude(pk=but.pk) if but else others
    if not wanted.person:
        problems["number"] = "任命管理员要填本人的公民身份号码，用来核对三员不是同一个人"
    elif others.exists():
        problems["number"] = _TWO_IN_ONE


def _require_reach(by: Staff, path: str, role: Role) -> None:
    """A county: operators and teachers of its own sites. A system administrator: everybody in the province."""
    own = Role(by.role)
    if not within(path, by.path) or (own is Role.COUNTY and role not in LEVELS["site"]) or not own.may("manage_staff"):
        raise Refused("这个账号不归本机构管理")


def _pending() -> QuerySet[StaffProposal]:
    return StaffProposal.objects.filter(decided_at=None)
