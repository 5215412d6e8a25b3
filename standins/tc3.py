"""What a Tencent Cloud API checks of a call, computed from the public description of TC3-HMAC-SHA256 anew."""

import hashlib
import hmac
import re
import secrets
import time

from standins.service import Answer, Request, answer_json, is_fresh

_PROOF = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/(\w+)/tc3_request, SignedHeaders=([\w;-]+), Signature=(\w+)"
)


def error(code: str) -> Answer:
    words = {"Code": code, "Message": "see the list of error codes"}
    return answer_json({"Response": {"Error": words, "RequestId": secrets.token_hex(16)}})


def unsigned(request: Request, *, secret_id: str, secret_key: str, service: str) -> str:
    """Return the code of what is wrong with the signature of a POST to `/`, empty when nothing is."""
    stamp = request.headers.get("x-tc-timestamp", "")
    found = _PROOF.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        return "AuthFailure.InvalidAuthorization"
    name, day, scope, signed, signature = found.groups()
    if name != secret_id:
        return "AuthFailure.SecretIdNotFound"
    if not is_fresh(stamp) or day != time.strftime("%Y-%m-%d", time.gmtime(int(stamp))):
        return "AuthFailure.SignatureExpire"
    if not {"content-type", "host"} <= set(signed.split(";")) or scope != service:
        return "AuthFailure.SignatureFailure"
    right = signature_of(request, stamp=stamp, day=day, service=service, signed=signed, secret_key=secret_key)
    return "" if hmac.compare_digest(right, signature) else "AuthFailure.SignatureFailure"


def signature_of(request: Request, *, stamp: str, day: str, service: str, signed: str, secret_key: str) -> str:
    spelled = "".join(f"{one}:{request.headers.get(one, '').strip().lower()}\n" for one in signed.split(";"))
    whole = f"POST\n/\n\n{spelled}\n{signed}\n{hashlib.sha256(request.body).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/{service}/tc3_request\n{hashlib.sha256(whole.encode()).hexdigest()}"
    key = ("TC3" + secret_key).encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
