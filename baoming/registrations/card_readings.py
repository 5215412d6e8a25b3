"""A reading of a second-generation ID card, signed by the paired reader agent (R6).

The signature lets the portal tell a read card from typed data; whoever holds the browser cannot
make one. A reading is good for two minutes and for one file (services/intake.py keeps its nonce).
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from baoming.registrations.identity_documents import IdentityDocument
from baoming.shared.errors import Refused

FRESH = timedelta(minutes=2)
_AGAIN = "这次读卡没有读好，请把证件拿起来，再放到读卡器上重新读卡"
_UNPAIRED = "这不是本报名点配对的读卡器读出的证件，请联系县（市、区）招考机构重新配对"


@dataclass(frozen=True, slots=True)
class CardReading:
    """One reading: the document, which reader, when, and a nonce that no other reading has."""

    document: IdentityDocument
    reader: str
    read_at: datetime
    nonce: str


def canonical(content: dict[str, Any]) -> bytes:
    """Return what the reader signs: JSON with sorted keys, in UTF-8, without spaces."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(text: str, *, public_key: bytes, now: datetime) -> CardReading:
    """Return the reading in the agent's JSON `text`; `public_key` is PEM. Raises Refused."""
    try:
        content = json.loads(text)
        signature = base64.b64decode(content.pop("signature"), validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise Refused(_AGAIN) from None
    key = load_pem_public_key(public_key)
    if not isinstance(key, Ed25519PublicKey):
        raise Refused(_UNPAIRED)
    try:
        key.verify(signature, canonical(content))
        reading = _reading(content)
    except InvalidSignature:
        raise Refused(_UNPAIRED) from None
    except (ValueError, KeyError, TypeError):
        raise Refused(_AGAIN) from None
    if not now - FRESH <= reading.read_at <= now + FRESH:
        raise Refused("这次读卡已经过了两分钟，请重新读卡。如果刚刚才读，请核对电脑时间")
    return reading


def _reading(content: dict[str, Any]) -> CardReading:
    card = content["card"]
    read_at = datetime.fromisoformat(content["read_at"])
    if read_at.tzinfo is None:
        raise ValueError("a moment without its zone")
    if not (isinstance(content["nonce"], str) and content["nonce"]):
        raise ValueError("a reading that could be used twice")
    return CardReading(
        document=IdentityDocument(
            name=str(card["name"]),
            sex=str(card["sex"]),
            ethnicity=str(card["ethnicity"]),
            birth=date.fromisoformat(card["birth"]),
            address=str(card["address"]),
            number=str(card["number"]),
            issuer=str(card["issuer"]),
            valid_from=date.fromisoformat(card["valid_from"]),
            valid_to=date.fromisoformat(card["valid_to"]) if card["valid_to"] else None,
        ),
        reader=str(content["reader"])[:40],
        read_at=read_at,
        nonce=content["nonce"],
    )
