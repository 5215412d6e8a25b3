"""What the commands that take a province's list for a season have in common: whose list, and how it is read."""

import csv
import io
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baoming.seasons.models import Season

_SHOWN = 20  # faulty lines


class ListCommand(BaseCommand):
    """Finds the season and hands it with the file's content to `take`, which says what was taken."""

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
        self.stdout.write(self.take(season, file.read_bytes(), source=file.name))

    def take(self, season: Season, content: bytes, *, source: str) -> str:
        """Take the whole list or raise CommandError; `source` is the file's name."""
        raise NotImplementedError


def lines(content: bytes, *columns: str) -> list[dict[str, str]]:
    """Return the lines of a table that has these columns; raise CommandError for any other."""
    table = csv.DictReader(io.StringIO(_decoded(content), newline=""))
    try:
        if not set(columns) <= set(table.fieldnames or ()):
            raise CommandError(f"The first line must name the columns {' and '.join(columns)}")
        return list(table)
    except csv.Error as fault:
        raise CommandError(f"line {table.line_num + 1}: {fault}; is a quotation mark left open?") from None


def refuse(faults: list[str], *, empty: bool) -> None:
    """Raise CommandError with the faulty lines, or for a list without any."""
    if faults or empty:
        raise CommandError("\n".join(faults[:_SHOWN]) or "The list is empty")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise CommandError("The file is neither UTF-8 nor gb18030: save it as CSV UTF-8") from None
