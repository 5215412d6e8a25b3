"""Reading photos: all of one person, and those of a class."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baoming.organizations.models import Organization
from baoming.registrations.models import Photo, Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept
from baoming.vault.services import keys

PHOTO_TABS: dict[str, str] = {
    "all": "全部", "faulty": "有问题，待处理", "retake": "待重拍", "passed": "人工放行", "none": "没有照片",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassOfPeople:
    """One class of a site, and how many of it stand under each tab."""

    name: str
    counts: Mapping[str, int]


def waiting_photo(registration: Registration) -> Photo | None:
    """The photo that was taken with a fault and waits for staff to let it pass, or for a better one."""
    return Photo.objects.filter(registration=registration, waiting=True).first()


@Kept
def photos_of(registration: Registration) -> QuerySet[Photo]:
    """Return every photo that was taken, newest first."""
    return Photo.objects.filter(registration=registration).order_by("-taken_at", "-pk")


def passing_context(photo_id: UUID) -> str:
    """Return the place a sealed reason is bound to."""
    return f"registrations_photo.passed_sealed.{photo_id}"


def passing_of(photo: Photo, season: Season) -> tuple[str, str]:
    """Return why a photo was let pass, as the season names it, and the words beside it; empty: it was not."""
    if not photo.passed_sealed:
        return "", ""
    kept = json.loads(keys().unseal(photo.passed_sealed, context=passing_context(photo.pk)))
    titles = {item["key"]: item["title"] for item in data(season, "photo")["overrides"]}
    return titles.get(kept["reason"], kept["reason"]), kept["note"]


def classes_of(season_id: int, site: Organization) -> list[ClassOfPeople]:
    """Return the classes of a site with their counts: one question."""
    rows = Registration.objects.filter(season=season_id).within(site.path).values("class_name")
    tabs = {key: Count("pk", filter=_under(key)) for key in PHOTO_TABS}
    found = rows.annotate(**tabs).order_by("class_name").values_list("class_name", *PHOTO_TABS)
    return [ClassOfPeople(name, dict(zip(PHOTO_TABS, counts, strict=True))) for name, *counts in found]


def faces(season_id: int, site: Organization, *, class_name: str, tab: str) -> QuerySet[Registration]:
    """Return the people of a site (or of one class) under a tab, as their class lists them."""
    rows = Registration.objects.filter(_under(tab), season=season_id).within(site.path)
    if class_name:
        rows = rows.filter(class_name=class_name)
    return rows.order_by("class_name", "student_no", "name_key", "pk")


def photo_work(season_id: int, path: str) -> list[Registration]:
    """Return an office's first twenty people whose photo is to be retaken, or waits to be decided."""
    return _photo_work(season_id, path, next_sibling(path))


@Kept
def _photo_work(season_id: int, low: str, high: str) -> QuerySet[Registration]:
    wanting = Q(photo_state="retake") | Q(photo_state="faulty")
    rows = Registration.objects.filter(wanting, season=season_id, stopped_at=None, path__gte=low, path__lt=high)
    return rows.order_by("-photo_state", "class_name", "student_no", "pk")[:20]


def shown_photos(people: Sequence[Registration]) -> dict[UUID, Photo]:
    """Return of each person the photo that waits to be decided, else the one in use: one question."""
    rows = Photo.objects.filter(Q(current=True) | Q(waiting=True), registration__in=people).order_by("waiting")
    return {row.registration_id: row for row in rows}


def _under(tab: str) -> Q:
    if tab == "all":
        return Q()
    return Q(photo_state="" if tab == "none" else tab)
