"""重签名单 on paper: whom a class teacher calls in again, and why (R20)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.documents.engine import press
from baoming.organizations.models import Organization
from baoming.registrations.class_lists import PrintLine
from baoming.registrations.services.class_sheets import printable
from baoming.registrations.services.slips import line_of, season_head
from baoming.registrations.signature_queries import SignatureLine
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid
from baoming.shared.moments import full_stamp, stamp
from baoming.shared.text import serial

TEMPLATE = Path(__file__).parents[1] / "print" / "resign_list.typ"
MOST = 1000  # lines of one list: some thirty pages


def print_resign_list(
    lines: Sequence[SignatureLine], *, season: Season, site: Organization, title: str, by: Actor
) -> bytes:
    """Return these lines as a PDF, and record who printed how many. `title`: the class, or 全部班级. Raises Invalid."""
    if not lines:
        raise Invalid({"class": "没有要重签的人，不用打印"})
    if len(lines) > MOST:
        raise Invalid({"class": f"要重签的有{len(lines)}人，一份名单最多{MOST}人，请先选班级，一个班一个班打印"})
    now = season_now(season.pk)
    head = season_head(season)
    data = {
        "season": asdict(head), "mark": head.mark, "site": asdict(line_of(site)), "title": printable(title),
        "print": asdict(PrintLine(at=full_stamp(now)[:16], by=by.label)), "lines": [_line(one) for one in lines],
    }  # fmt: skip
    made = press().render(TEMPLATE, data, made_at=now)  # first: what is locked from the record on, is for an instant
    record("print_resign_list", by=by, subject=site.pk, path=site.path, details={"count": len(lines)})
    return made


def _line(one: SignatureLine) -> Mapping[str, str]:
    row = one.person
    return {
        "class_name": printable(row.class_name), "student_no": row.student_no, "name": printable(row.name),
        "serial": serial(row.number) if row.number is not None else "", "why": f"第{one.was}版，{one.why}",
        "at": stamp(one.lost_at) if one.lost_at else "",
        "now": f"第{row.version}版，{'已打印' if one.printed else '待打印'}",
    }  # fmt: skip
