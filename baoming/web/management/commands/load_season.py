"""Load a season's versioned data files (architecture rule 10): `manage.py load_season 43 2023 --kind demo`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

import baoming
from baoming.messages.templates import TemplateRefused
from baoming.messages.templates import check as check_texts
from baoming.organizations.services import load_offices
from baoming.registrations.journey import VERSION
from baoming.schedule.models import Phase
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.services import load_data
from baoming.shared.moments import BEIJING

PACKAGES = Path(baoming.__file__).parent
_DOCUMENTS = {  # key: package that owns the file
    "season": "seasons", "phases": "schedule", "fees": "payments", "eligibility": "reviews", "cases": "reviews",
    "review_form": "reviews", "checks": "checks", "imports": "imports",
    "form": "forms", "schools": "forms", "townships": "forms", "photo": "photos", "pledge": "registrations",
    "person_check": "registrations", "documents": "registrations",
    "messages": "messages",
}  # fmt: skip


class Command(BaseCommand):
    help = "Load or renew a season from the data files of its province and year; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("province")
        parser.add_argument("year", type=int)
        parser.add_argument("--kind", choices=Season.Kind.values, default=Season.Kind.REAL)

    def handle(self, *args: object, province: str, year: int, kind: str, **options: object) -> None:
        try:
            load(province, year, kind)
        except TemplateRefused as refusal:
            raise CommandError(str(refusal)) from None


@transaction.atomic
def load(province: str, year: int, kind: str) -> Season:
    """Load offices, season, phases and documents; returns the season. Raises TemplateRefused for texts of messages."""
    load_offices(province)
    content = documents(province, year)
    head = content["season"]
    season, _ = Season.objects.update_or_create(
        province=province,
        year=year,
        kind=kind,
        defaults={"name": head["name"], "authority": head["authority"], "journey_version": VERSION},
    )
    check_texts(content["messages"])
    load_data(season, {key: one for key, one in content.items() if key not in imported(season)})
    for position, phase in enumerate(content["phases"]):
        Phase.objects.update_or_create(season=season, key=phase["key"], defaults=_phase(phase, position))
    return season


def imported(season: Season) -> set[str]:
    """Return the documents that the province has imported for itself: what is shipped is no newer than they are."""
    found = set()
    for key in ("schools", "townships"):
        newest = SeasonData.objects.filter(season=season, key=key).order_by("-version").first()
        if newest is not None and not newest.content.get("sample"):
            found.add(key)
    return found


def documents(province: str, year: int) -> dict[str, Any]:
    """Return the documents as the data files have them now. Raises FileNotFoundError where there are none."""
    return {key: _read(package, province, year, key) for key, package in _DOCUMENTS.items()}


def _read(package: str, province: str, year: int, key: str) -> Any:
    path = PACKAGES / package / "data" / province / str(year) / f"{key}.json"
    return json.loads(path.read_text("utf-8"))


def _phase(content: dict[str, Any], position: int) -> dict[str, object]:
    return {
        "name": content["name"],
        "actor": content["actor"],
        "opens": _moment(content["opens"]),
        "closes": _moment(content["closes"]),
        "day_from": content.get("day_from"),
        "day_to": content.get("day_to"),
        "closed_weekends": content.get("closed_weekends", False),
        "closed_days": content.get("closed_days", []),
        "sample": content["sample"],
        "position": position,
        "extension_days": content.get("extension_days"),
    }


def _moment(text: str | None) -> datetime | None:
    """Read a Beijing time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None
