"""Restoring a version (R14): the site asks with a reason, the county decides; the old content becomes the newest.

A frozen form (这不是我改的) is restored by its release alone, which calls what stands behind these acts (`disputes`).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.forms.definition import as_raw
from baoming.forms.fields import Values
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone, form_of, newest_version, values_of, version_of
from baoming.registrations.models import FormVersion, Registration, Restore
from baoming.registrations.queries import state_of
from baoming.registrations.services.forms import changed_words, write_version
from baoming.registrations.services.steps import (
    locked,
    refuse_if_completed,
    refuse_if_stopped,
    require_two_hands,
    written_reason,
)
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import short
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, update

_WITH_RELEASE = "报名信息已经冻结，恢复以前的版本要和解除冻结一并办理：报名点在“考生申明”里核对后申请，县（市、区）决定"


@kept_one
def asked_restore(registration: Registration) -> QuerySet[Restore]:
    """Return the request that waits for the county."""
    return Restore.objects.filter(registration=registration, state="asked")


@transaction.atomic
def ask_restore(registration_id: UUID, *, number: int, reason: str, by: Actor) -> Restore:
    """Ask the county to restore version `number`. A request that a later save has overtaken makes room for this one.

    Raises NotOpen for others than the site, while frozen, once stopped or completed, and once confirmation is over;
    Invalid for a version that is not an older one, or without a reason; Refused while another waits.
    """
    registration = locked(registration_id)
    _refuse_if_frozen(registration)
    return request_restore(registration, number=number, reason=reason, by=by)


def request_restore(registration: Registration, *, number: int, reason: str, by: Actor) -> Restore:
    """As `ask_restore`, of a frozen form too. Call after `locked`."""
    _require_open(registration, by, Party.SITE, "申请恢复以前的版本")
    old = version_of(registration, number) if 0 < number < registration.version else None
    if old is None:
        raise Invalid({"number": "请选择要恢复的以前的一版"})
    written = written_reason(reason, "恢复版本", longest=200)
    now = season_now(registration.season_id)
    if (there := asked_restore(registration)) is not None:
        if there.base == registration.version:
            raise Refused(f"已经申请恢复第{there.number}版，正在等县（市、区）决定")
        _decide(there, Restore.State.DECLINED, by=by, at=now)
    values = values_of(old)
    if values == values_of(version_of(registration, registration.version)):
        raise Invalid({"number": f"第{number}版和现在的内容相同，不用恢复"})
    _refuse_if_outgrown(registration, number, values)
    details = {"version": number}
    record("ask_restore", by=by, subject=registration.pk, path=registration.path, details=details)
    return insert(
        Restore(
            registration=registration, number=number, base=registration.version, reason=written, asked_at=now,
            asked_by=by.id, asked_label=by.label,
        )
    )  # fmt: skip


@transaction.atomic
def confirm_restore(registration_id: UUID, *, by: Actor) -> FormVersion:
    """Restore what the site has asked for, as version n+1; prints and signature fall as with any save.

    Raises NotOpen for others than the county and for the one who asked, while frozen, once stopped or completed,
    and once confirmation is over; Refused where nothing waits, or something was saved since it was asked.
    """
    registration = locked(registration_id)
    _refuse_if_frozen(registration)
    return carry_out_restore(registration, by=by)


def carry_out_restore(registration: Registration, *, by: Actor) -> FormVersion:
    """As `confirm_restore`, of a frozen form too. Call after `locked`."""
    _require_open(registration, by, Party.COUNTY, "恢复以前的版本")
    asked = asked_restore(registration)
    if asked is None:
        raise Refused("没有等待决定的恢复申请，可能已经办过，请刷新后核对")
    if by.id == asked.asked_by:
        raise NotOpen("恢复版本要两个人办理，申请的人自己不能决定")
    require_two_hands(asked.asked_by, by)
    if asked.base != registration.version:
        raise Refused(f"申请以后考生又保存了第{registration.version}版，请报名点核对后重新申请")
    now = season_now(registration.season_id)
    values = values_of(version_of(registration, asked.number))
    _refuse_if_outgrown(registration, asked.number, values)
    before = values_of(newest_version(registration))
    version = write_version(registration, values, at=now, by=by, before=before)
    asked.made = version.number
    _decide(asked, Restore.State.DONE, by=by, at=now)
    details = {"version": version.number, "of": asked.number, "changed": list(version.changed)}
    record("confirm_restore", by=by, subject=registration.pk, path=registration.path, details=details)
    send(
        "form_restored", season=registration.season, recipient=registration.pk, number=bound_phone(registration),
        of=str(asked.number), version=str(version.number), at=short(now),
        changed=changed_words(registration, version), phone=registration.site.phone,
    )  # fmt: skip
    return version


@transaction.atomic
def decline_restore(registration_id: UUID, *, by: Actor) -> None:
    """Decline, for the county; or take back, for the site. Safe to repeat. Raises NotOpen for others, while frozen."""
    registration = locked(registration_id)
    _refuse_if_frozen(registration)
    if by.kind not in (Party.SITE, Party.COUNTY):
        raise NotOpen(f"由{PARTY_NAMES[Party.SITE]}撤回，或由{PARTY_NAMES[Party.COUNTY]}决定")
    drop_restore(registration, by=by)


def drop_restore(registration: Registration, *, by: Actor) -> None:
    """End the request that waits, if one does: a freeze and its release bring an own one. Call after `locked`."""
    if (asked := asked_restore(registration)) is None:
        return
    _decide(asked, Restore.State.DECLINED, by=by, at=season_now(registration.season_id))
    details = {"version": asked.number}
    record("decline_restore", by=by, subject=registration.pk, path=registration.path, details=details)


def _refuse_if_outgrown(registration: Registration, number: int, values: Values) -> None:
    """Refuse an older version that the form of today would not take as it is: part of it would be lost in silence."""
    kept, problems = form_of(registration.season).clean(as_raw(values))
    if problems or kept != values:
        raise Refused(f"第{number}版是按以前的填报项目保存的，不能恢复，请考生按现在的项目填写后保存")


def _refuse_if_frozen(registration: Registration) -> None:
    if registration.disputed_at is not None:
        raise NotOpen(_WITH_RELEASE)


def _require_open(registration: Registration, by: Actor, actor: Party, act: str) -> None:
    """Raise NotOpen unless `actor` may restore now. Asked in no phase but until confirmation is over."""
    if by.kind is not actor:
        raise NotOpen(f"{act}由{PARTY_NAMES[actor]}办理")
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    if state_of(registration).phases["confirmation"].over:
        raise NotOpen("县区完成的时间已经结束，不能再恢复版本。确有错误的，请按信息变更办理")


def _decide(asked: Restore, state: Restore.State, *, by: Actor, at: datetime) -> None:
    asked.state, asked.decided_at, asked.decided_by, asked.decided_label = state, at, by.id, by.label
    update(asked, "state", "made", "decided_at", "decided_by", "decided_label")
