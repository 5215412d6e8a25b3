"""转报名点: a county moves a file between its sites; to another county it asks, and that county accepts (R4, R8)."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.organizations.models import Organization, SiteSeason
from baoming.registrations.models import Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services.moves import Listed, falls_by_move, move_to_site
from baoming.registrations.services.steps import locked, refuse_if_completed, refuse_if_stopped
from baoming.registrations.services.voids import drop_number, open_for_reissue
from baoming.reviews.decisions import chosen, reasons, written
from baoming.reviews.models import Transfer
from baoming.reviews.queries import open_transfer, standing_transfers
from baoming.reviews.services.cases import cases_follow
from baoming.reviews.services.eligibility import refuse_if_other
from baoming.reviews.services.sealing import sealed
from baoming.reviews.services.submissions import drop_submission
from baoming.seasons.queries import data, season_clock
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from baoming.shared.paths import within
from baoming.shared.queries import next_ids
from baoming.shared.scope_queries import at_people
from baoming.shared.services import insert, update

_State = Transfer.State
_LATER = [  # columns written by the answer; the others never change (migration 0005)
    "state", "answered_at", "answered_by", "answer_sealed", "fell", "number", "entry", "class_name", "student_no",
]  # fmt: skip


@transaction.atomic
def transfer(
    registration_id: UUID,
    *,
    to: Organization | None,
    reason: str,
    note: str,
    by: Actor,
    shown: Collection[str] | None = None,
) -> Transfer:
    """Move the file to the site `to` of the same county at once, its number kept; to another county's, ask.

    For the county, until it has completed the person. `shown`: what the page said would fall by a move
    within the county. Raises Invalid, NotOpen, Changed. The same asked twice is one.
    """
    registration = locked(registration_id)
    now = _require_may_move(registration, by)
    found = reasons(data(registration.season, "cases")["transfer"])
    one = chosen(found, reason, field="transfer", sentence="请选择转报名点的事由")
    said = written(note, field="transfer_note", sentence="请写明情况", needed=one.key == "other")
    target = _target(registration, to)
    if (asked := open_transfer(registration)) is not None:
        if asked.to_site_id == target.pk:
            return asked
        raise NotOpen(f"已申请转到{asked.to_site.name}，正在等对方县接收。要改请先撤销这次申请")
    [pk] = next_ids(Transfer, 1)
    made = Transfer(
        pk=pk, registration=registration, from_site=registration.site, to_site=target, from_path=registration.path,
        to_path=target.path, reason=reason, at=now, by_kind=by.kind, by_label=by.label,
    )  # fmt: skip
    made.note_sealed = sealed(made, said)
    if same_county(registration.site, target):
        refuse_if_other(falls_by_move(registration, keeps_number=True), shown)
        _move(made, registration, by=by, at=now)
    else:
        made.state = _State.ASKED
        insert(made)
        record("ask_transfer", by=by, subject=registration.pk, path=registration.path)
    return made


@transaction.atomic
def undo_transfer(registration_id: UUID, *, transfer_id: int, reason: str, by: Actor) -> Transfer:
    """Take back what was asked, or bring a person moved within the county back to the old site. Safe to repeat.

    A sheet printed before the move stays void: the person signs anew. What another county has accepted
    it can only send back by a transfer of its own. Raises NotOpen, Invalid, Changed.
    """
    registration = locked(registration_id)
    made = Transfer.objects.select_related("from_site", "to_site").filter(registration=registration, pk=transfer_id)
    row = made.first()
    if row is not None and row.undone_at is not None:
        return row
    said = written(reason, field="undo_reason", sentence="请填写撤销的原因，它会留在经过里")
    if row is None or standing_transfers(registration)[:1] != [row]:
        raise Changed("这之后又有新的变动，请先看最新的一次。撤销从最近的一个开始")
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"撤销转报名点由{PARTY_NAMES[Party.COUNTY]}办理")
    if row.state == _State.DONE:
        now = _require_may_move(registration, by)
        if not same_county(row.from_site, row.to_site):
            raise NotOpen("对方县已经接收，不能撤销。要转回去，请现在的县再办一次转报名点，由原来的县接收")
        drop_submission(registration, reason="报名点已变动", by=by, at=now)
        move_to_site(registration, row.from_site, back=listed(row), by=by, at=now)
        cases_follow(registration)
    else:
        now = season_clock(registration.season_id).now
    row.undone_at, row.undone_by, row.undo_sealed = now, by.label, sealed(row, said, "undo_sealed")
    row.save(update_fields=["undone_at", "undone_by", "undo_sealed"])
    record("undo_transfer", by=by, subject=registration.pk, path=registration.path)
    return row


@transaction.atomic
def accept_transfer(transfer_id: int, *, by: Actor) -> Transfer:
    """Take a file of another county into the site it asks for, for the receiving county. Safe to repeat.

    The old number carries the old county's code: it is voided for ever, and the new site issues another
    at its desk; where intake is over, it opens for this one person. Raises NotOpen; Refused where there
    is no such file to take.
    """
    with _answering(transfer_id, by) as (registration, row):
        if row.state == _State.DONE:
            return row
        if row.state == _State.DECLINED:
            raise NotOpen("已经答复没有接收。要接收，请对方县再申请一次")
        now = _require_movable(registration)
        _target(registration, row.to_site)
        row.fell = falls_by_move(registration, keeps_number=False)
        if registration.number is not None:
            row.number = drop_number(registration, reason=f"转到{row.to_site.name}"[:200], by=by, at=now)
            open_for_reissue(registration, by=by, at=now)
        _move(row, registration, by=by, at=now)
        return row


@transaction.atomic
def decline_transfer(transfer_id: int, *, reason: str, by: Actor) -> Transfer:
    """Leave the file where it is, for the receiving county, with a reason that the asking one reads. Safe to repeat."""
    with _answering(transfer_id, by) as (registration, row):
        if row.state == _State.DECLINED:
            return row
        if row.state == _State.DONE:
            raise NotOpen("这名考生已经接收。要转回去，请再办一次转报名点")
        said = written(reason, field="answer", sentence="请填写不接收的原因，申请的县会看到")
        row.answer_sealed = sealed(row, said, "answer_sealed")
        row.state, row.answered_by = _State.DECLINED, by.label
        row.answered_at = season_clock(registration.season_id).now
        row.save(update_fields=["state", "answer_sealed", "answered_at", "answered_by"])
        record("decline_transfer", by=by, subject=registration.pk, path=registration.path)
        return row


@contextmanager
def _answering(transfer_id: int, by: Actor) -> Iterator[tuple[Registration, Transfer]]:
    """Open the door to one person of another county, locked first. Raises Refused for what is not to be answered."""
    there = Transfer.objects.filter(pk=transfer_id, undone_at=None).first()
    if there is None or by.kind is not Party.COUNTY or not within(there.to_path, by.path):
        raise Refused("没有找到这次申请，对方县可能刚刚撤销，请刷新页面")
    with at_people([there.registration_id]):
        registration = locked(there.registration_id)
        rows = Transfer.objects.select_related("from_site", "to_site").filter(pk=transfer_id, undone_at=None)
        if (row := rows.first()) is None:
            raise Refused("对方县刚刚撤销了这次申请，不用答复")
        yield registration, row


def same_county(one: Organization, other: Organization) -> bool:
    return one.parent_id == other.parent_id


def listed(row: Transfer) -> Listed:
    """Return how the old school listed the person."""
    return Listed(row.entry, row.class_name, row.student_no)


def _require_may_move(registration: Registration, by: Actor) -> datetime:
    """Return the season's moment if this county may move the person now; raise NotOpen."""
    if by.kind is not Party.COUNTY or not within(registration.path, by.path):
        raise NotOpen(f"转报名点由考生所在{PARTY_NAMES[Party.COUNTY]}办理")
    return _require_movable(registration)


def _require_movable(registration: Registration) -> datetime:
    """Return the season's moment if a person can still be moved now; raise NotOpen."""
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    clock = season_clock(registration.season_id)
    phases = state_of(registration, clock=clock).phases
    if phases["confirmation"].over:
        raise NotOpen("县区完成的时间已经结束，不能再转报名点")
    if registration.number is None and phases["intake"].over:
        raise NotOpen("报名点审核、采集的时间已经结束，这名考生还没有报名序号，转过去也不能再发号")
    return clock.now


def _target(registration: Registration, to: Organization | None) -> Organization:
    if to is None or to.level != Organization.Level.SITE:
        raise Invalid({"site": "请选择转入的报名点；外县的填报名点代码，例如0103-01"})
    if to.pk == registration.site_id:
        raise Invalid({"site": "考生就在这个报名点，请选择另一个"})
    if not SiteSeason.objects.filter(season=registration.season_id, site=to, opened_at__isnull=False).exists():
        raise Invalid({"site": f"{to.name}还没有开通采集，请先由所在县开通，或选择另一个"})
    return to


def _move(made: Transfer, registration: Registration, *, by: Actor, at: datetime) -> None:
    drop_submission(registration, reason="报名点已变动", by=by, at=at)
    made.fell = made.fell or falls_by_move(registration, keeps_number=True)
    was = move_to_site(registration, made.to_site, by=by, at=at)
    cases_follow(registration)
    made.entry, made.class_name, made.student_no = was.entry, was.class_name, was.student_no
    made.state, made.answered_at, made.answered_by = _State.DONE, at, by.label
    if made._state.adding:
        insert(made)
    else:
        update(made, *_LATER)
    record("transfer", by=by, subject=registration.pk, path=registration.path, details={"undone": made.fell})
