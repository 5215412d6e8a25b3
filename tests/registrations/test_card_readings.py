"""A reading is taken from the paired reader alone, unchanged and fresh."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from baoming.registrations.card_readings import canonical, parse
from baoming.registrations.document_numbers import Kind
from baoming.shared.errors import Refused

NOW = datetime(2022, 11, 5, 1, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def content(*, read_at: datetime = NOW, **card: str | None) -> dict[str, Any]:
    fields = {
        "name": "欧阳思远", "sex": "1", "ethnicity": "01", "birth": "2005-03-18", "address": "演示路1号",
        "number": "990001200503180013", "issuer": "演示公安局",
        "valid_from": "2021-03-18", "valid_to": "2031-03-18", **card,
    }  # fmt: skip
    return {"card": fields, "reader": "演示读卡器", "read_at": read_at.isoformat(), "nonce": "0f"}


def signed(value: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    return {**value, "signature": base64.b64encode(key.sign(canonical(value))).decode()}


def read(value: object) -> Any:
    return parse(json.dumps(value), public_key=PUBLIC, now=NOW)


def test_reading_is_taken() -> None:
    reading = read(signed(content()))
    assert reading.document.valid_to == date(2031, 3, 18)
    assert (reading.reader, reading.read_at, reading.nonce) == ("演示读卡器", NOW, "0f")
    assert read(signed(content(valid_to=None))).document.valid_to is None


def test_changed_or_foreign_reading_is_refused() -> None:
    changed = signed(content())
    changed["card"]["name"] = "欧阳思近"
    with pytest.raises(Refused, match="重新配对"):
        read(changed)
    with pytest.raises(Refused, match="重新配对"):
        read(signed(content(), Ed25519PrivateKey.generate()))


@pytest.mark.parametrize(("seconds", "taken"), [(-120, True), (-121, False), (120, True), (121, False)])
def test_only_the_last_two_minutes_count(seconds: int, taken: bool) -> None:
    value = signed(content(read_at=NOW + timedelta(seconds=seconds)))
    if taken:
        assert read(value)
    else:
        with pytest.raises(Refused, match="重新读卡"):
            read(value)


def test_what_is_no_reading_is_refused() -> None:
    bare, unnumbered = content(), signed({**content(), "nonce": ""})
    shapeless = (signed({"card": {}}), signed(content(birth="yesterday")))
    for value in (bare, unnumbered, [], "x", None, *shapeless):
        with pytest.raises(Refused, match="重新读卡"):
            read(value)
    with pytest.raises(Refused, match="重新读卡"):
        parse("not JSON", public_key=PUBLIC, now=NOW)


def test_cards_of_other_kinds_are_told_by_their_mark() -> None:
    """R24: J is a residence card and states a pass, I a foreigner's of 2017; neither says an ethnicity."""
    known = content(mark="J", number="819999200503180015", pass_number="H99990001")
    del known["card"]["ethnicity"]
    residence = read(signed(known)).document
    assert (residence.kind, residence.stated, residence.ethnicity) == (Kind.RESIDENCE, "H99990001", "")
    known = content(mark="I", number="UTO430005031801", nationality="UTO")
    del known["card"]["ethnicity"], known["card"]["address"]
    foreign = read(signed(known)).document
    assert (foreign.kind, foreign.nationality, foreign.address) == (Kind.FOREIGN, "UTO", "")
    assert read(signed(content())).document.kind is Kind.RESIDENT


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ({"mark": "Y"}, "2023版外国人永久居留身份证现在还不能读卡"),
        ({"mark": "Q"}, "重新读卡"),
        ({"mark": "J"}, "重新读卡"),  # without the pass it must state
        ({"mark": "I"}, "重新读卡"),
    ],
)
def test_a_card_that_cannot_be_read_so_far_is_typed(card: dict[str, str | None], said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(signed(content(**card)))
