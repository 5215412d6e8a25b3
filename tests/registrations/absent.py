"""Somebody who cannot come (R27), brought as far as a test wants them by the services themselves."""

import json
from functools import cache

import pytest
from django.test import Client, override_settings

from baoming.accounts.models import Bucket
from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.absent_queries import newest_hand_in
from baoming.registrations.apart import examine_apart
from baoming.registrations.models import HandIn, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import hand_ins, photos
from baoming.registrations.services.intake import open_file
from baoming.registrations.services.numbers import issue_number
from standins.faces import face
from tests import factories as make
from tests.registrations.checked import answered
from tests.reviews import files

PHONE, CODE = "19900007001", "7G2K-0000-0000-0000"


def away(reason: str = "absent", *, matched: bool = True) -> Registration:
    """Who was typed at a site and whom the registers know."""
    season, site = make.season(), make.site()
    row = open_file(make.document(), season=season, site=site, by=files.site(_of(site)), reason=reason)
    if matched:
        answered(row)
    return row


def _of(site: object) -> Registration:
    return Registration(site=site, path=site.path)  # type: ignore[misc,attr-defined]


def issued(row: Registration, *, code: str = CODE, phone: str = PHONE) -> HandIn:
    """Leave to hand a photo in, by a code that a test knows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hand_ins, "new_activation_code", lambda: code)
        return hand_ins.issue_hand_in(row.pk, phone, by=files.site(row))


def forget_counts() -> None:
    """As if a minute had passed since the last message to this phone, and a day since the first code."""
    Bucket.objects.all().delete()


@cache
def _examined(picture: bytes, profile: str) -> ExaminedPhoto:
    return examine_apart(picture, json.loads(profile))


def uploaded(row: Registration, *, picture: bytes = b"") -> HandIn:
    """A picture that waits for a look; each is decoded once in a process."""
    hand_in = newest_hand_in(row) or issued(row)
    if hand_in.state != "open":
        hand_in = issued(row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photos, "examine_apart", lambda sent, profile: _examined(sent, json.dumps(profile)))
        return hand_ins.keep_picture(row.pk, hand_in.pk, picture or face(3))


def handed(row: Registration, *, picture: bytes = b"") -> HandIn:
    """A photo that has come."""
    kept = uploaded(row, picture=picture)
    return hand_ins.hand_in_picture(row.pk, kept.pk, seen=kept.sha256)


def numbered(row: Registration) -> Registration:
    """The photo is accepted, the file judged, the number issued."""
    newest = newest_hand_in(row)
    if newest is None or newest.state != "handed":
        newest = handed(row)
    elif newest.faults:
        forget_counts()
        hand_ins.return_hand_in(row.pk, newest.pk, reason="glare", by=files.site(row))
        newest = handed(row)
    hand_ins.accept_hand_in(row.pk, newest.pk, by=files.site(row))
    files.give_pass(row)
    make.segment(row.site)
    issue_number(row.pk, by=files.site(row))
    row.refresh_from_db()
    return row


def sent(act: str, row: Registration, **more: str) -> dict[str, str]:
    """What the site's page sends about the newest photo."""
    newest = newest_hand_in(row)
    return {"act": act, "hand_in": str(newest.pk) if newest else "", **more}


def opening(row: Registration, code: str = CODE) -> dict[str, str]:
    return {"act": "open", "number": document_of(row).number, "code": code}


def inside(row: Registration) -> Client:
    """A browser in which the code was typed."""
    if (newest := newest_hand_in(row)) is None or newest.state != "open":
        issued(row)
    client = Client()
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        assert client.post("/hand-in/", opening(row)).status_code == 302
    return client
