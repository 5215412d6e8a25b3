"""Whose line it is: people of an office's area found by number or document, for all lines of a file at once."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from baoming.checks.models import CheckLine, CheckResult
from baoming.imports.sheets import Row
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from baoming.shared.text import without_dot
from baoming.vault.services import keys

NOT_HERE = "不在本单位的范围里，请核对报名序号或证件号码；确是本单位考生的，请联系报名点"
_OTHER_DOCUMENT = "报名序号和证件号码不是同一名考生，请核对"
_NO_LINE = "这个行标识不在本机构导出的名单里，请用本机构导出的文件填写结果"
_OTHER_CHECK = "这一行是另一类核查的名单，请选择对应的类别导入"
MOVED = "考生已经转到本机构的范围以外，请由上级机构导出这名考生再核查"
_ANSWERED = "这一行的结果已经导入过，不用再导；结果有更正的，请重新导出这名考生再核查"
_OTHER_NAME = "姓名和报名信息里的不一样，请对照报名登记表核对"
# What the check of a file looks at; the sealed fields stay where they are.
_LOOKED_AT = (
    "id", "season_id", "path", "number", "number_blind", "name", "done", "traits", "fallen", "held", "debts",
    "decider", "stopped_at", "household_state", "version", "printed_version", "signed_version",
)  # fmt: skip


def find_people(season: Season, path: str, rows: Sequence[Row]) -> dict[int, Registration]:
    """Return line → the person of this area that it is about; says in `problems` of a row why there is none.

    Whoever is not found is told of in the same words, whether nobody has the number or somebody of another area.
    """
    area = Registration.objects.within(path).filter(season=season).only(*_LOOKED_AT)
    sought = [row for row in rows if row.number or row.document]
    blinds = {row.document: _blind(row.document, season.pk) for row in sought if row.document}
    by_number = {one.number: one for one in _those(area, number__in={row.number for row in sought if row.number})}
    by_blind = {
        bytes(one.number_blind): one
        for one in _those(area, number_blind__in={blinds[row.document] for row in sought if not row.number})
    }
    found = {}
    for row in sought:
        blind = blinds.get(row.document, b"")
        person = by_number.get(row.number) if row.number else by_blind.get(blind)
        if problem := _problem(row, person, blind):
            row.problems.append(problem)
        elif person is not None:
            found[row.line] = person
    _refuse_doubles(rows, found)
    return found


def find_lines(season: Season, path: str, check: str, rows: Sequence[Row]) -> dict[int, Registration]:
    """As `find_people`, by the lines of lists of this kind that the office at `path` has exported.

    Which line it is stands among the values of the row. Who has moved away since may be out of sight: an office
    sees the people of its area alone, and the line says so.
    """
    sought = {row.token: row for row in rows if row.token}
    lines = {
        line.pk: line
        for line in CheckLine.objects.filter(pk__in=list(sought), batch__season=season, batch__path=path)
        .select_related("batch").annotate(answered=Exists(CheckResult.objects.filter(line=OuterRef("pk"))))
    }  # fmt: skip
    people = Registration.objects.only(*_LOOKED_AT).in_bulk([line.registration_id for line in lines.values()])
    found = {}
    for row in rows:
        line = lines.get(row.token) if row.token else None
        if row.token and line is None:
            row.problems.append(_NO_LINE)
        elif line is not None and line.batch.kind != check:
            row.problems.append(_OTHER_CHECK)
        elif line is not None and line.answered:
            row.problems.append(_ANSWERED)
        elif line is not None and line.registration_id not in people:
            row.problems.append(MOVED)
        elif line is not None:
            found[row.line] = people[line.registration_id]
            row.values["line"] = str(line.pk)
    _refuse_doubles(rows, found)
    return found


def _those(area: QuerySet[Registration], **sought: Iterable[object]) -> QuerySet[Registration] | list[Registration]:
    return area.filter(**{key: list(ones) for key, ones in sought.items()}) if all(sought.values()) else []


def _blind(document: str, season_id: int) -> bytes:
    return keys().blind(document, purpose="id", season=season_id)


def _problem(row: Row, person: Registration | None, blind: bytes) -> str:
    if person is None:
        return NOT_HERE
    if blind and bytes(person.number_blind) != blind:
        return _OTHER_DOCUMENT
    if row.name and without_dot(row.name) != without_dot(person.name):
        return _OTHER_NAME
    return ""


def _refuse_doubles(rows: Sequence[Row], found: dict[int, Registration]) -> None:
    """Let no line of a person count who has several: nobody knows which of them does."""
    lines: dict[object, list[int]] = {}
    for line, person in found.items():
        lines.setdefault(person.pk, []).append(line)
    for row in rows:
        whose = found.get(row.line)
        others = [line for line in lines[whose.pk] if line != row.line] if whose is not None else []
        if others:
            told = "、".join(map(str, others[:5])) + ("等" if len(others) > 5 else "")
            row.problems.append(f"和第{told}行是同一名考生，请只保留一行")
