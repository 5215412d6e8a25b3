"""Import a province's list of schools for a season: `manage.py import_schools 43 2023 schools.csv --kind real`.

A CSV table in UTF-8 or gb18030 with the columns 学校代码 and 学校名称. Either the whole list is taken, or none of it.
"""

from baoming.forms import cleaning
from baoming.forms.fields import Field
from baoming.forms.schools import Schools
from baoming.registrations.form_queries import form_of
from baoming.seasons.models import Season
from baoming.seasons.services import load_data
from baoming.web.management.lists import ListCommand, lines, refuse

_CODE, _NAME = "学校代码", "学校名称"


class Command(ListCommand):
    help = "Take a list of schools as the season's own."

    def take(self, season: Season, content: bytes, *, source: str) -> str:
        field = next(one for one in form_of(season).fields if one.kind == "school")
        rows = _rows(content, field)
        document = {"sample": False, "source": source, "schools": rows}
        Schools.parse(document)
        load_data(season, {"schools": document})
        return f"{len(rows)} schools"


def _rows(content: bytes, field: Field) -> list[dict[str, str]]:
    """Return code and name of each line; raise CommandError with the faulty lines' numbers."""
    rows, faults, seen = [], list[str](), set[str]()
    for number, line in enumerate(lines(content, _CODE, _NAME), start=2):
        code, name = (line[_CODE] or "").strip(), (line[_NAME] or "").strip()
        if not (code.isascii() and code.isalnum() and len(code) <= 12):
            faults.append(f"line {number}: a code has up to 12 letters and digits")
        elif fault := _fault(name, field):
            faults.append(f"line {number}: {fault}")
        elif code in seen or name in seen:
            faults.append(f"line {number}: code or name stands in the list before")
        seen |= {code, name}
        rows.append({"code": code, "name": name})
    refuse(faults, empty=not rows)
    return rows


def _fault(name: str, field: Field) -> str:
    """Return why nobody could choose a school of this name, empty if they can."""
    try:
        return "" if cleaning.text(field, name) == name and name else "the name is empty"
    except cleaning.Mistake as mistake:
        return str(mistake)
