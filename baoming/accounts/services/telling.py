"""Who has signed in and out, when, and in which browser: told to the audit with the act itself (R36).

A browser is named by the digest that a saved version names it by, never by its cookie. A wrong password is counted
and leaves no event; the one that has used up the tries does, at most once an hour for an account or an address.
"""

from uuid import UUID

from baoming.accounts.services.sign_in import LastTry, digest_of
from baoming.audit.actors import STRANGER, Actor
from baoming.audit.services import record


def device_tag(device: str) -> str:
    """Return what an event and a saved version name a browser by: 16 digits of its digest, empty for a new one."""
    return digest_of(device).hex()[:16] if device else ""


def tell_sign_in(*, by: Actor, subject: UUID, path: str, device: str, way: str) -> None:
    """`subject`: a candidate's registration, or an account of staff. `way`: what was proved: password, code, …"""
    record("sign_in", by=by, subject=subject, path=path, details={"device": device_tag(device), "way": way})


def tell_sign_out(*, by: Actor, subject: UUID, path: str, device: str) -> None:
    record("sign_out", by=by, subject=subject, path=path, details={"device": device_tag(device)})


def tell_last_try(refusal: LastTry, *, subject: UUID | None, path: str, device: str) -> None:
    """Nobody has proved to be anybody: a stranger acted. `subject`: whose account it was, None for nobody's."""
    details = {"device": device_tag(device)}
    if refusal.by_address:
        record("use_up_address", by=STRANGER, subject=None, path="", details=details)
    else:
        record("use_up_tries", by=STRANGER, subject=subject, path=path, details=details)
