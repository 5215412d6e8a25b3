"""Files as offices hand them in, and the people they are about."""

import io
from collections.abc import Sequence

import xlsxwriter

from baoming.audit.actors import Actor
from baoming.imports.models import Import
from baoming.imports.services.applying import apply_import, run, undo_import
from baoming.imports.services.staging import stage
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, Registration
from baoming.seasons.models import Season
from tests import factories as make

PHYSICAL = ["报名序号", "姓名", "体检日期", "身高", "体重", "色觉", "体检结论"]
GOOD = ["2022-10-31", "172.5", "61", "正常", "合格"]
MORAL = ["报名序号", "姓名", "考核结果", "考核意见"]


def csv(*lines: Sequence[object], header: Sequence[str] = PHYSICAL, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(map(str, line)) for line in [header, *lines]).encode(encoding)


def xlsx(*lines: Sequence[object], header: Sequence[str] = PHYSICAL) -> bytes:
    """A text that begins with `=` becomes a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate([header, *lines]):
            for column, value in enumerate(line):
                sheet.write(number, column, value)
    return file.getvalue()


def numbered(here: Organization, running: int, name: str = "欧阳思远", **more: object) -> Registration:
    """Somebody of this site with a number; the season stands at the submission afterwards."""
    make.season("intake")
    row = make.registration(here, name=name, number=make.number(running, birth="20050316"), **more)
    row.number = int(here.parent.code) * 10_000 + running  # type: ignore[union-attr]
    row.save(update_fields=["number"])
    make.season("submission")
    return row


def line(row: Registration, *values: object, name: str = "") -> list[object]:
    return [f"{row.number:08d}", name or row.name, *(values or GOOD)]


def of(office: Organization) -> Actor:
    """Who works in this office."""
    role = {"site": Role.OPERATOR, "county": Role.COUNTY, "city": Role.CITY, "province": Role.PROVINCE}[office.level]
    known = Staff.objects.filter(path=office.path, role=role).select_related("office").first()
    return (known or make.staff(office, role)).actor


def staged(content: bytes, by: Actor, kind: str = "physical", filename: str = "体检.csv") -> Import:
    return stage(Season.objects.get(kind="demo"), kind, content, filename=filename, by=by)


def applied(row: Import, by: Actor) -> Batch:
    batch = apply_import(row.pk, by=by)
    run(batch.pk)
    batch.refresh_from_db()
    row.refresh_from_db()
    return batch


def undone(row: Import, by: Actor, reason: str = "导错了文件") -> Batch:
    batch = undo_import(row.pk, reason=reason, by=by)
    run(batch.pk)
    batch.refresh_from_db()
    return batch


def told(row: Import) -> dict[int, str]:
    """Line → what is wrong with it, of those that are."""
    return dict(row.lines.filter(change="bad").values_list("number", "sentence"))
