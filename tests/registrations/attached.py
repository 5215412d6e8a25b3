"""People of 2025 who have saved their form, and pictures of papers that nobody owns."""

import io

from PIL import Image, ImageDraw

from baoming.audit.actors import Actor, Party
from baoming.registrations.attached_queries import booklet_of, declaring_of, pictures_of
from baoming.registrations.models import Registration
from baoming.registrations.services.declarations import declare
from baoming.registrations.services.household import check_booklet, shown, upload_booklet
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, me, save, type_in
from tests.seasons_kept import loaded

FILLED_2025 = FILLED | {"history.0.to": ["2025-06"], "history.0.from": ["2020-09"]}


def paper(words: str = "HUKOU", *, kind: str = "JPEG", place: bool = False) -> bytes:
    """A picture of a page; `place`: with the place where it was taken, as telephones write it."""
    image = Image.new("RGB", (1200, 900), "white")
    ImageDraw.Draw(image).text((90, 90), words, fill="black")
    out = io.BytesIO()
    if place:
        exif = image.getexif()
        exif[0x010F] = "PHONE-MAKER"
        exif.get_ifd(0x8825)[2] = (28.0, 12.0, 30.0)
        image.save(out, kind, exif=exif)
    else:
        image.save(out, kind)
    return out.getvalue()


def saved(year: int = 2025, phase: str = "household") -> Registration:
    """Somebody who has saved their form, in a season of that year; the clock stands in `phase`."""
    loaded(year)
    row = candidate()
    type_in(row, FILLED_2025 if year == 2025 else FILLED)
    save(row)
    make.season(phase)
    row.refresh_from_db()
    return row


def site(row: Registration) -> Actor:
    return Actor(kind=Party.SITE, id="site-1", path=row.path, label="周敏")


def upload(row: Registration, *pages: str, consent: str | None = None, content: bytes | None = None) -> None:
    booklet = booklet_of(row.season)
    files = {purpose: content or paper(purpose) for purpose in booklet.pages if not pages or purpose in pages}
    ticked = booklet.consent.version if consent is None else consent
    upload_booklet(row.pk, row.season, files, consent=ticked, by=me(row))
    row.refresh_from_db()


def check(row: Registration, reason: str = "", *, seen: str | None = None, version: str = "") -> None:
    pictures = pictures_of(row)
    given = shown(pictures, booklet_of(row.season).pages) if seen is None else seen
    at = version or str(row.version)
    check_booklet(row.pk, matched=not reason, reason=reason, seen=given, version=at, by=site(row))
    row.refresh_from_db()


def declared(row: Registration, *kinds: str, revision: str = "0", **changes: object) -> None:
    declaring = declaring_of(row.season)
    files = {declaring.kinds[kind].purpose: paper(kind) for kind in kinds if kind in declaring.kinds}
    given: dict[str, object] = {
        "kinds": kinds, "none": not kinds, "files": files, "consent": declaring.consent.version,
        "save_password": PASSWORD, "device": "", "revision": revision,
    } | changes  # fmt: skip
    declare(row.pk, row.season, by=me(row), **given)  # type: ignore[arg-type]
    row.refresh_from_db()
