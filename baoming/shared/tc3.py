"""Signing a request to a Tencent Cloud API, version 3 (TC3-HMAC-SHA256), from its public description.

The request is spelled in one canonical way and hashed; a key made from the secret, the day and the service signs that
hash. Signed are the headers named in `signed_headers`, among them content-type and host always.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime

_METHOD = "TC3-HMAC-SHA256"


def authorization(
    *, secret_id: str, secret_key: str, service: str, stamp: int, headers: Mapping[str, str], body: bytes
) -> str:
    """Return the header Authorization of a POST to `/`. `headers`: those to sign; `stamp`: seconds since 1970."""
    day = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d")
    named = {name.lower(): value.strip().lower() for name, value in headers.items()}
    names = ";".join(sorted(named))
    lines = "".join(f"{name}:{named[name]}\n" for name in sorted(named))
    request = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{service}/tc3_request"
    text = "\n".join([_METHOD, str(stamp), scope, hashlib.sha256(request.encode()).hexdigest()])
    key = _mac(_mac(_mac(f"TC3{secret_key}".encode(), day), service), "tc3_request")
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{_METHOD} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def signed_headers(
    *, secret_id: str, secret_key: str, service: str, host: str, action: str, version: str, body: bytes
) -> dict[str, str]:
    """Return the headers of one call, signed now."""
    stamp = int(time.time())
    signed = {"Content-Type": "application/json; charset=utf-8", "Host": host, "X-TC-Action": action}
    proof = authorization(
        secret_id=secret_id, secret_key=secret_key, service=service, stamp=stamp, headers=signed, body=body
    )
    return {**signed, "Authorization": proof, "X-TC-Version": version, "X-TC-Timestamp": str(stamp)}


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
