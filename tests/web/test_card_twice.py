"""R6: at the desk, a signed reading opens one file; sent again it shows that file, elsewhere it says where it is."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client, override_settings

from baoming.registrations.card_readings import canonical
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import CardUse, Registration
from tests import factories as make
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
KEY = Ed25519PrivateKey.generate()


@pytest.fixture(autouse=True)
def _paired(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "reader").mkdir()
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "reader" / "reader.pub").write_bytes(public)
    with override_settings(SERVICE_KEYS=tmp_path):
        yield


def reading(person: IdentityDocument, *, nonce: str, **chip: str) -> str:
    """What the paired reader says of this card now; `chip`: what cards of other kinds say besides."""
    card = {"name": person.name, **json.loads(person.to_json()), **chip}
    content: dict[str, Any] = {
        "card": card, "reader": "R01", "read_at": datetime.now(UTC).isoformat(), "nonce": nonce,
    }  # fmt: skip
    signature = base64.b64encode(KEY.sign(canonical(content))).decode()
    return json.dumps({**content, "signature": signature})


def test_a_card_posted_twice_leads_to_the_one_file(office: Client) -> None:
    make.season()
    here, person = make.site(), make.document()
    signed_in(office, make.staff(here))
    sent = reading(person, nonce="n1")
    first, again = (office.post("/desk/card/", {"card": sent}) for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert Registration.objects.count() == CardUse.objects.count() == 1
    fresh = office.post("/desk/card/", {"card": reading(person, nonce="n2")})
    assert fresh.headers["Location"] == first.headers["Location"]
    assert Registration.objects.count() == CardUse.objects.count() == 1


def test_a_card_of_another_site_is_refused_and_says_where_to_go(office: Client) -> None:
    make.season()
    there, person = make.site("02"), make.document()
    signed_in(office, make.staff(there))
    office.post("/desk/card/", {"card": reading(person, nonce="n1")})
    signed_in(office, make.staff(make.site("01")))
    answer = office.post("/desk/card/", {"card": reading(person, nonce="n2")})
    assert answer.status_code == 422
    assert f"已在{there.name}报名" in answer.content.decode()
    assert Registration.objects.count() == 1


def test_a_reading_used_for_one_file_opens_no_other(office: Client) -> None:
    make.season()
    here = make.site()
    signed_in(office, make.staff(here))
    office.post("/desk/card/", {"card": reading(make.document(), nonce="n1")})
    answer = office.post("/desk/card/", {"card": reading(make.document(), nonce="n1")})
    assert answer.status_code == 422
    assert "这次读卡已经用过，请重新读卡" in answer.content.decode()
    assert Registration.objects.count() == 1
