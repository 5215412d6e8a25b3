"""Import a province's townships for a season: `manage.py import_townships 43 2023 townships.csv --kind real`.

A CSV table in UTF-8 or gb18030 with the columns 县区代码 (six digits of GB/T 2260) and 乡镇街道. Counties that the file
leaves out go on without a list, where the name is typed. Either the whole file is taken, or none of it.
"""

from baoming.forms import cleaning
from baoming.forms.townships import Townships
from baoming.registrations.form_queries import form_of
from baoming.seasons.models import Season
from baoming.seasons.services import load_data
from baoming.web.management.lists import ListCommand, lines, refuse

_COUNTY, _NAME = "县区代码", "乡镇街道"


class Command(ListCommand):
    help = "Take a list of townships as the season's own."

    def take(self, season: Season, content: bytes, *, source: str) -> str:
        counties = {code for listed in form_of(season).divisions.counties.values() for code in listed}
        found = _townships(content, counties)
        document = {"sample": False, "source": source, "townships": found}
        Townships.parse(document)
        load_data(season, {"townships": document})
        return f"{sum(map(len, found.values()))} townships in {len(found)} counties"


def _townships(content: bytes, counties: set[str]) -> dict[str, list[str]]:
    """Return the names of each county; raise CommandError with the faulty lines' numbers."""
    found, faults = dict[str, list[str]](), list[str]()
    for number, line in enumerate(lines(content, _COUNTY, _NAME), start=2):
        county, name = (line[_COUNTY] or "").strip(), (line[_NAME] or "").strip()
        if county not in counties:
            faults.append(f"line {number}: no county has the code {county[:12]}")
        elif fault := _fault(name):
            faults.append(f"line {number}: {fault}")
        elif name in found.setdefault(county, []):
            faults.append(f"line {number}: {name} stands in this county's list before")
        else:
            found[county].append(name)
    refuse(faults, empty=not found)
    return found


def _fault(name: str) -> str:
    """Return why nobody could choose this name, empty if they can."""
    try:
        return "" if cleaning.township(name) == name else "spaces around the name"
    except cleaning.Mistake as mistake:
        return str(mistake)
