"""Rows of a list as the page shows them: words and marks made here, so that the template only writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from baoming.audit.actors import Party
from baoming.registrations.identity_documents import SEXES
from baoming.registrations.journey import BITS
from baoming.registrations.list_queries import Line, holds_of, masked_numbers
from baoming.registrations.worklists import Facts, Stuck, stage_of, stuck
from baoming.reviews.debts import Terms, owed_days
from baoming.reviews.queries import submitted_among
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import BEIJING
from baoming.shared.text import serial

_PHOTO, _FEE, _NUMBER, _SIGNATURE = (BITS[step] for step in ("photo", "registration_fee", "number", "signature"))
_NOTHING = ("", "")
_PHOTOS = {"faulty": "有问题", "retake": "待重拍"}


class Row(NamedTuple):
    """One person. A pair is a mark (todo, doing, done, problem, later, quiet, none) and its words."""

    id: UUID
    number: tuple[str, str]
    name: str
    sex: str
    document: str
    site: str
    class_name: str
    student_no: str
    reading: tuple[str, str]
    photo: tuple[str, str]
    fee: tuple[str, str]
    version: int
    saved: str
    print: tuple[str, str]
    signature: tuple[str, str]
    debt: tuple[str, str]
    stuck: str
    quiet: bool


class Owing(NamedTuple):
    """By what it is told for how long somebody owes a card read: the season's terms and moment."""

    terms: Terms
    now: datetime


def rows_of(
    lines: Sequence[Line], *, viewer: Party, phases: Mapping[str, PhaseTime], sites: Mapping[UUID, str], owing: Owing
) -> list[Row]:
    """Return the rows of one page. `sites`: names to show, by id; empty where the site is known anyway."""
    holds, unsubmitted = holds_of(lines), _unsubmitted(lines)
    rows = []
    for line, document in zip(lines, masked_numbers(lines), strict=True):
        facts = _facts(line, holds.get(line.id, ()), submitted=line.id not in unsubmitted)
        where = stuck(facts, viewer, phases)
        rows.append(_row(line, document, viewer, sites.get(line.site_id, ""), owing, where))
    return rows


def _unsubmitted(lines: Sequence[Line]) -> set[UUID]:
    """Return those who wait for the county while their site has still to submit them; asks where there are any."""
    ready = {line.id for line in lines if stage_of(line.done) == "complete"}
    return ready - submitted_among(list(ready)) if ready else ready


def _facts(line: Line, holds: Sequence[str], *, submitted: bool) -> Facts:
    return Facts(
        done=line.done, fallen=line.fallen, version=line.version, printed_version=line.printed_version, holds=holds,
        debts=line.debts, photo=line.photo_state, stopped=line.stopped_at is not None, decider=Party(line.decider),
        referred=line.approval_since is not None, submitted=submitted,
    )  # fmt: skip


def _row(line: Line, document: str, viewer: Party, site: str, owing: Owing, where: Stuck) -> Row:
    number = serial(line.number) if line.number is not None else ""
    return Row(
        line.id, (number[:4], number[4:]), line.name, SEXES[line.sex], document, site, line.class_name,
        line.student_no, _reading(line), _photo(line), _fee(line), line.version, _stamp(line.saved_at),
        _print(line, viewer), _signature(line), _debt(line, owing), where.words, where.quiet,
    )  # fmt: skip


def _reading(line: Line) -> tuple[str, str]:
    return ("doing", "手工录入") if line.reading == "typed" else ("plain", _stamp(line.read_at))


def _photo(line: Line) -> tuple[str, str]:
    if line.photo_state in _PHOTOS:
        return "problem", _PHOTOS[line.photo_state]
    if line.done & _PHOTO:
        return "quiet", "已采"
    return ("problem", "待重拍") if line.fallen & _PHOTO else ("none", "未采")


def _fee(line: Line) -> tuple[str, str]:
    if line.done & _FEE:
        return "quiet", "已缴"
    return ("none", "未缴") if line.done & _NUMBER else _NOTHING


def _print(line: Line, viewer: Party) -> tuple[str, str]:
    if not line.version:
        return _NOTHING
    if not line.printed_version:
        return ("todo" if viewer is Party.SITE else "none"), "未打印"
    if line.printed_version == line.version:
        return "plain", f"第{line.version}版，有效"
    return "problem", f"第{line.printed_version}版，已作废"


def _signature(line: Line) -> tuple[str, str]:
    if line.done & _SIGNATURE:
        return "plain", f"第{line.signed_version}版"
    if line.fallen & _SIGNATURE:
        return "problem", "待重签"
    if not line.printed_version:
        return _NOTHING
    return ("quiet", "待签") if line.printed_version == line.version else ("later", "待重打")


def _debt(line: Line, owing: Owing) -> tuple[str, str]:
    if line.debt_since is None or line.stopped_at is not None:
        return "none", "无"
    if late := owing.terms.overdue(line.debt_since, owing.now):
        return "problem", f"超期{late}天"
    return "doing", f"第{owed_days(line.debt_since, owing.now)}天"


def _stamp(value: datetime | None) -> str:
    """As the filter `stamp`, without strftime: a page has a hundred of them."""
    if value is None:
        return ""
    local = value.astimezone(BEIJING)
    return f"{local.month:02d}-{local.day:02d} {local.hour:02d}:{local.minute:02d}"
