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

from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.shared.errors import Refused

FRESH = timedelta(minutes=2)
_KINDS = {"": Kind.RESIDENT, "J": Kind.RESIDENCE, "I": Kind.FOREIGN}  # the layout of Y is not known: it is typed
_AGAIN = "这次读卡没有读好，请把证件拿起来，再放到读卡器上重新读卡"
_BY_HAND = "2023版外国人永久居留身份证现在还不能读卡，请在“其他证件”里选外国人永久居留身份证，对照证件手工录入"
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
        document=_document(card),
        reader=str(content["reader"])[:40],
        read_at=read_at,
        nonce=content["nonce"],
    )


def _document(card: dict[str, Any]) -> IdentityDocument:
    """Return what a chip says. `mark`: its type, of GA/T 490: none for residents, J and I for others (R24).

    What a document of that kind does not hold is absent: J no ethnicity, I neither ethnicity nor address.
    """
    mark = card.get("mark", "")
    if mark == "Y":
        raise Refused(_BY_HAND)
    kind = _KINDS[mark]
    own = card if kind is Kind.RESIDENT else {"ethnicity": "", "address": "", **card}
    return IdentityDocument(
        name=str(own["name"]),
        sex=str(own["sex"]),
        ethnicity=str(own["ethnicity"]),
        birth=date.fromisoformat(own["birth"]),
        address=str(own["address"]),
        number=str(own["number"]),
        issuer=str(own["issuer"]),
        valid_from=date.fromisoformat(own["valid_from"]),
        valid_to=date.fromisoformat(own["valid_to"]) if own["valid_to"] else None,
        kind=kind,
        nationality=str(own["nationality"]) if kind is Kind.FOREIGN else "",
        stated=str(own["pass_number"]) if kind is Kind.RESIDENCE else "",
    )
