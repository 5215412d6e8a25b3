"""告知书: a decision in writing, with reasons, basis and the way against it, to be signed for (教学〔2017〕4号)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from baoming.documents.engine import render
from baoming.registrations.sheets import SeasonHead
from baoming.reviews.cases import Kind
from baoming.shared.moments import BEIJING, day, full_stamp
from baoming.shared.text import serial

TEMPLATE = Path(__file__).parent / "print" / "decision_notice.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice says. `asked`, `decided`: title and answer in words. `place`: 2 is decided after an objection."""

    name: str
    name_image: bytes | None  # where no font has a character of the name
    number: int | None
    asked: Sequence[tuple[str, str]]
    outcome: str
    decided: Sequence[tuple[str, str]]
    reason: str
    office: str
    at: datetime
    place: int


def remedy(kind: Kind, place: int) -> str:
    """Return what can be done against a decision: an objection once, in time."""
    if place > 1 or not kind.objection_days:
        return "这是对异议的复核决定。"
    way = "登录考生综合信息平台或到报名点提出，由作出决定的机构复核"
    return f"对决定有异议的，可以在签收之日起{kind.objection_days}天内，{way}。"


def notice_pdf(notice: Notice, kind: Kind, *, season: SeasonHead, made_at: datetime) -> bytes:
    """Return the notice as PDF/A-2b, one page."""
    data = {
        "season": asdict(season), "mark": season.mark, "title": kind.title, "basis": kind.basis,
        "name": notice.name, "name_image": notice.name_image,
        "number": serial(notice.number) if notice.number else "未发号",
        "asked": list(notice.asked), "outcome": notice.outcome, "decided": list(notice.decided),
        "reason": notice.reason, "remedy": remedy(kind, notice.place), "office": notice.office,
        "decided_on": day(notice.at.astimezone(BEIJING).date()), "made": full_stamp(made_at)[:16],
        "place": str(notice.place),
    }  # fmt: skip
    return render(TEMPLATE, data, made_at=made_at)
