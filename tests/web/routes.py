"""The routes of both portals out of their URL tables, and an address for each."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from baoming.audit.actors import Actor, Party
from baoming.documents.models import PrintFile
from baoming.messages.models import Announcement
from baoming.registrations.models import Registration, ScannedPage
from baoming.registrations.services.batches import start_batch
from baoming.reviews.models import Case
from tests.imports.planted import import_of
from tests.registrations.scanned import signed_page
from tests.reviews.asking import asked


def routes(portal: str) -> dict[str, URLPattern]:
    """Every named route of a portal, out of its URL table."""
    return {str(pattern.name): pattern for pattern in _patterns(get_resolver(f"baoming.config.urls_{portal}"))}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        elif pattern.name:
            yield pattern


def takes_an_id(pattern: URLPattern) -> bool:
    return any(isinstance(converter, UUIDConverter) for converter in pattern.pattern.converters.values())


def file_of(row: Registration) -> PrintFile:
    """A file of prints of this person's site, made on first use."""
    values = {"kind": "registration_form", "season": row.season, "title": "高三（1）班", "at": row.created_at}
    return PrintFile.objects.get_or_create(path=row.path, defaults=values)[0]


def address(name: str, row: Registration) -> str:
    if name == "signed_page" and not ScannedPage.objects.filter(registration=row).exists():
        signed_page(row)
    ids = {
        "registration_id": row.pk,
        "site_id": row.site_id,
        "file_id": file_of(row).pk,
        "batch_id": batch_of(row),
        "import_id": import_of(row).pk,
        "kind": "accommodation" if name == "case_new" else "signature",
        "announcement_id": announcement_of(row).pk,
        "case_id": case_of(row).pk,
    }
    asked = routes("office")[name].pattern.converters
    return reverse(f"office:{name}", kwargs={key: ids[key] for key in asked})


def batch_of(row: Registration) -> UUID:
    """A batch of the site's over this one person; not run."""
    key, by = UUID(int=7), Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    return start_batch(row.season, "signature", [row.pk], key=key, about="", options={}, by=by).pk


def announcement_of(row: Registration) -> Announcement:
    """What the county of `row` has announced."""
    values = {"office": "县招办", "title": "须知", "text": "带户口簿", "opens": row.created_at, "by_label": "王秀兰"}
    return Announcement.objects.get_or_create(season=row.season, path=row.path[:9], defaults=values)[0]


def case_of(row: Registration) -> Case:
    """A request of this person that waits at the site, made on first use."""
    return Case.objects.filter(registration=row).first() or asked(row, "fee_exemption")


def _any_address(portal: str, name: str) -> str:
    samples = {
        "registration_id": UUID(int=1),
        "site_id": UUID(int=1),
        "batch_id": UUID(int=1),
        "import_id": UUID(int=1),
        "kind": "signature",
        "file_id": UUID(int=1),
        "announcement_id": UUID(int=1),
        "case_id": UUID(int=1),
        "key": "exam",
        "no": 1,
        "code": "BM1.F",
    }
    asked = routes(portal)[name].pattern.converters
    return reverse(f"{portal}:{name}", kwargs={key: samples[key] for key in asked})
