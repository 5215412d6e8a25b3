"""Photos: the picture itself, letting one pass, having one taken again, and a class at a glance (R7)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.services import record, record_many
from baoming.organizations.models import Organization
from baoming.organizations.queries import sites_of
from baoming.registrations.models import Photo, Registration
from baoming.registrations.photo_queries import PHOTO_TABS, classes_of, faces, shown_photos
from baoming.registrations.queries import photo_bytes
from baoming.registrations.services.retakes import ask_retake, keep_photo
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import jpeg
from baoming.web.office.areas import Area, office_or_404
from baoming.web.office.progress import Column, choose
from baoming.web.office.scope import one
from baoming.web.office.story import acted, show
from baoming.web.office.story.pictures import Picture, at_a_glance, picture, retake_options, seen_href
from baoming.web.uploads import sent_id

PAGE = 60
_COLUMNS: tuple[Column, ...] = (("在办", lambda counted: counted.there),)


@dataclass(frozen=True, slots=True)
class Face:
    """One person of the page, and the photo to look at."""

    person: Registration
    picture: Picture | None


@require_safe
@staff_may("see_candidates")
def photo_file(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The picture itself, for staff of the area: the one in use, or the one that is named."""
    registration = one(request, registration_id)
    photo = _named(registration, request.GET.get("photo"))
    content = photo_bytes(photo)
    if not at_a_glance(request, photo, request.GET.get("seen", "")):
        record("see_photo", by=request.actor, subject=registration.pk, path=registration.path)
    return jpeg(content)


@require_POST
@staff_may("return_photo")
def retake(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Mark the photo as to be retaken; from a class's page, go back to it."""
    registration = one(request, registration_id)
    try:
        ask_retake(registration.pk, sent_id(request, "photo"), reason=request.POST.get("retake", ""), by=request.actor)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"retake": str(refusal)}
        return show(request, one(request, registration_id), errors=errors, typed=request.POST.dict())
    if "class" in request.POST:
        asked = {key: request.POST.get(key, "")[:60] for key in ("site", "class", "tab", "page")}
        return redirect(f"{reverse('office:photos')}?{urlencode(asked)}")
    return redirect("office:candidate", registration.pk)


@require_POST
@staff_may("return_photo")
def keep(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Take back that the photo is to be retaken."""

    def act(registration: Registration) -> None:
        keep_photo(registration.pk, sent_id(request, "photo"), by=request.actor)

    return acted(request, registration_id, act, field="retake")


@require_safe
@staff_may("see_photos")
def photos(request: OfficeRequest) -> HttpResponse:
    """The photos of a class on one page, faults named; each of those shown reads in the own log who has looked."""
    area = office_or_404(request)
    if not area.is_listed:
        return choose(request, area, "照片", _COLUMNS)
    sites = [site for site, _ in sites_of(request.season.pk, area.path)]
    site = next((site for site in sites if str(site.pk) == request.GET.get("site")), sites[0] if sites else None)
    names = [(str(one.pk), one.name) for one in sites]
    context: dict[str, Any] = {"area": area, "sites": names, "site_id": "", "faces": []}
    if site is not None:
        context |= _class(request, area, site)
    if shown := [face for face in context["faces"] if face.picture]:
        seen: dict[UUID, tuple[str, dict[str, object]]] = {face.person.pk: (face.person.path, {}) for face in shown}
        record_many("see_photos", by=request.actor, subjects=seen)
    return render(request, "office/photos.html", context)


def _class(request: OfficeRequest, area: Area, site: Organization) -> dict[str, Any]:
    """One class of a site (or all of it), one tab, one page."""
    classes = classes_of(request.season.pk, site)
    wanted, tab = request.GET.get("class", ""), request.GET.get("tab", "all")
    chosen = wanted if wanted in {one.name for one in classes} else ""
    tab = tab if tab in PHOTO_TABS else "all"
    counts = {key: sum(one.counts[key] for one in classes if chosen in ("", one.name)) for key in PHOTO_TABS}
    pages = max(1, -(-counts[tab] // PAGE))
    page = min(max(1, _number(request.GET.get("page"))), pages)
    people = faces(request.season.pk, site, class_name=chosen, tab=tab)[(page - 1) * PAGE : page * PAGE]
    address = {**area.chosen, "site": str(site.pk), "class": chosen}
    return {
        "site_id": str(site.pk),
        "classes": [(one.name, f"{one.name}　{one.counts['all']}人") for one in classes if one.name],
        "chosen": chosen,
        "tab": tab,
        "tabs": [_tab(key, counts[key], tab, address) for key in PHOTO_TABS],
        "faces": _faces(request, list(people)),
        "retakes": retake_options(request),
        "first": (page - 1) * PAGE + 1,
        "total": counts[tab],
        "page": page,
        "pages": pages,
        "address": f"?{urlencode({**address, 'tab': tab})}&page=",
    }


def _tab(key: str, count: int, current: str, address: dict[str, str]) -> dict[str, Any]:
    tone = "problem" if key in ("faulty", "retake") and count else ""
    return {
        "title": PHOTO_TABS[key], "count": count, "current": key == current, "tone": tone,
        "href": f"?{urlencode({**address, 'tab': key})}",
    }  # fmt: skip


def _faces(request: OfficeRequest, people: list[Registration]) -> list[Face]:
    """Each person with the photo that waits, else the one in use: one question for all."""
    found = shown_photos(people)
    made = []
    for person in people:
        person.season = request.season
        photo = found.get(person.pk)
        shown = picture(photo, person, href=seen_href(request, person, photo)) if photo else None
        made.append(Face(person, shown))
    return made


def _named(registration: Registration, wanted: str | None) -> Photo:
    """The photo of this person that is asked for; 404 for any other."""
    rows = Photo.objects.filter(registration=registration)
    try:
        photo = rows.filter(pk=UUID(wanted)).first() if wanted else rows.filter(current=True).first()
    except ValueError:
        photo = None
    if photo is None:
        raise Http404
    return photo


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
