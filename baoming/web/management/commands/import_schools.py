"""Import a province's list of schools for a season: `manage.py import_schools 43 2023 schools.csv --kind real`.

A CSV table in UTF-8 or gb18030 with the columns 学校代码 and 学校名称. Either the whole list is taken, or none of it.
"""

import csv
import io
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baoming.forms import cleaning
from baoming.forms.fields import Field
from baoming.forms.schools import Schools
from baoming.registrations.form_queries import form_of
from baoming.seasons.models import Season
from baoming.seasons.services import load_data

_CODE, _NAME = "学校代码", "学校名称"
_SHOWN = 20  # faulty lines


class Command(BaseCommand):
    help = "Take a list of schools as the season's own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("province")
        parser.add_argument("year", type=int)
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=Season.Kind.values, default=Season.Kind.REAL)

    def handle(self, *args: object, province: str, year: int, file: Path, kind: str, **options: object) -> None:
        try:
            season = Season.objects.get(province=province, year=year, kind=kind)
        except Season.DoesNotExist:
            raise CommandError(f"There is no season {province} {year} ({kind}): run `manage.py load_season`") from None
        field = next(one for one in form_of(season).fields if one.kind == "school")
        rows = _rows(file.read_bytes(), field)
        document = {"sample": False, "source": file.name, "schools": rows}
        Schools.parse(document)
        load_data(season, {"schools": document})
        self.stdout.write(f"{len(rows)} schools")


def _rows(content: bytes, field: Field) -> list[dict[str, str]]:
    """Return code and name of each line; raise CommandError with the faulty lines' numbers."""
    table = csv.DictReader(io.StringIO(decoded(content), newline=""))
    if not {_CODE, _NAME} <= set(table.fieldnames or ()):
        raise CommandError(f"The first line must name the columns {_CODE} and {_NAME}")
    rows, faults, seen = [], list[str](), set[str]()
    for number, line in enumerate(table, start=2):
        code, name = (line[_CODE] or "").strip(), (line[_NAME] or "").strip()
        if not (code.isascii() and code.isalnum() and len(code) <= 12):
            faults.append(f"line {number}: a code has up to 12 letters and digits")
        elif fault := _fault(name, field):
            faults.append(f"line {number}: {fault}")
        elif code in seen or name in seen:
            faults.append(f"line {number}: code or name stands in the list before")
        seen |= {code, name}
        rows.append({"code": code, "name": name})
    if faults or not rows:
        raise CommandError("\n".join(faults[:_SHOWN]) or "The list is empty")
    return rows


def _fault(name: str, field: Field) -> str:
    """Return why nobody could choose a school of this name, empty if they can."""
    try:
        return "" if cleaning.text(field, name) == name and name else "the name is empty"
    except cleaning.Mistake as mistake:
        return str(mistake)


def decoded(content: bytes) -> str:
    """Return a table's text, of UTF-8 or gb18030; raise CommandError for any other."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise CommandError("The file is neither UTF-8 nor gb18030: save it as CSV UTF-8") from None
