"""Import a province's townships for a season: `manage.py import_townships 43 2023 townships.csv --kind real`.

A CSV table in UTF-8 or gb18030 with the columns 县区代码 (six digits of GB/T 2260) and 乡镇街道. Counties that the file
leaves out go on without a list, where the name is typed. Either the whole file is taken, or none of it.
"""

import csv
import io
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baoming.forms import cleaning
from baoming.forms.townships import Townships
from baoming.registrations.form_queries import form_of
from baoming.seasons.models import Season
from baoming.seasons.services import load_data
from baoming.web.management.commands.import_schools import decoded

_COUNTY, _NAME = "县区代码", "乡镇街道"
_SHOWN = 20  # faulty lines


class Command(BaseCommand):
    help = "Take a list of townships as the season's own."

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
        counties = {code for listed in form_of(season).divisions.counties.values() for code in listed}
        found = _townships(file.read_bytes(), counties)
        document = {"sample": False, "source": file.name, "townships": found}
        Townships.parse(document)
        load_data(season, {"townships": document})
        self.stdout.write(f"{sum(map(len, found.values()))} townships in {len(found)} counties")


def _townships(content: bytes, counties: set[str]) -> dict[str, list[str]]:
    """Return the names of each county; raise CommandError with the faulty lines' numbers."""
    table = csv.DictReader(io.StringIO(decoded(content), newline=""))
    if not {_COUNTY, _NAME} <= set(table.fieldnames or ()):
        raise CommandError(f"The first line must name the columns {_COUNTY} and {_NAME}")
    found, faults = dict[str, list[str]](), list[str]()
    for number, line in enumerate(table, start=2):
        county, name = (line[_COUNTY] or "").strip(), (line[_NAME] or "").strip()
        if county not in counties:
            faults.append(f"line {number}: no county has the code {county[:12]}")
        elif fault := _fault(name):
            faults.append(f"line {number}: {fault}")
        elif name in found.setdefault(county, []):
            faults.append(f"line {number}: {name} stands in this county's list before")
        else:
            found[county].append(name)
    if faults or not found:
        raise CommandError("\n".join(faults[:_SHOWN]) or "The list is empty")
    return found


def _fault(name: str) -> str:
    """Return why nobody could choose this name, empty if they can."""
    try:
        return "" if cleaning.township(name) == name else "spaces around the name"
    except cleaning.Mistake as mistake:
        return str(mistake)
