"""What must be set before real people's data is touched. A demo needs none of it, and stands beside no real season.

Every management command runs these, the worker among them; the portals run them in `wsgi.py`.
Each sentence is for the operator; docs/operations/settings.md says what the names mean.
"""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, run_checks
from django.db import DatabaseError

_KEY_LENGTH = 32  # characters of the signing key at least
_KEY_VARIETY = 12  # different characters among them: what a person typed to have something there has fewer


def installation(**_: object) -> list[Error]:
    """Return what is missing from this installation."""
    real = (_key_problems, _tls_problems, _cookie_problems, _origin_problems, _service_problems)
    groups = (_demo_problems,) if settings.DEMO else real
    found = [problem for group in groups for problem in group()]
    return [Error(sentence, id=f"baoming.{name}") for name, sentence in found]


def refuse_to_start() -> None:
    """Run all checks and end the process with their sentences when one finds an error."""
    errors = [str(error) for error in run_checks() if error.is_serious()]
    if errors:
        raise SystemExit("Baoming does not start:\n" + "\n".join(errors))


def _demo_problems() -> Iterator[tuple[str, str]]:
    """Accounts of known passwords and a clock that can be set, beside real people."""
    try:
        seasons = list(apps.get_model("seasons", "Season").objects.filter(kind="real")[:1])
    except DatabaseError:  # not there yet, or down: whoever reads the season later asks again
        return
    if seasons:
        yield "demo", f"BAOMING_DEMO is set, but a real season is loaded ({seasons[0]}): take it out of the environment"


def _key_problems() -> Iterator[tuple[str, str]]:
    if not settings.SECRET_KEY_FILE:
        yield "secret_key", "BAOMING_SECRET_KEY_FILE is not set: each process would sign sessions with a key of its own"
    elif len(settings.SECRET_KEY) < _KEY_LENGTH:
        yield "secret_key", f"The key in BAOMING_SECRET_KEY_FILE has fewer than {_KEY_LENGTH} characters"
    elif len(set(settings.SECRET_KEY)) < _KEY_VARIETY:
        yield "secret_key", "The key in BAOMING_SECRET_KEY_FILE was not drawn at random: it repeats a few characters"
    else:
        yield from _open_to_others("secret_key", Path(settings.SECRET_KEY_FILE))
    if not Path(settings.VAULT_KEYS).is_file():
        yield "vault_keys", f"BAOMING_VAULT_KEYS: there is no file {settings.VAULT_KEYS}"
    else:
        yield from _open_to_others("vault_keys", Path(settings.VAULT_KEYS))


def _open_to_others(name: str, file: Path) -> Iterator[tuple[str, str]]:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield name, f"Others on this machine may read {file}: set its mode to 600"


def _tls_problems() -> Iterator[tuple[str, str]]:
    if not settings.SECURE:
        yield "tls", "BAOMING_TLS is not 1: cookies would travel without TLS"
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts or not hosts - {"", "localhost", "127.0.0.1"}:
        yield "hosts", "BAOMING_HOSTS must name the hosts that are served, not only localhost, and not *"
    if settings.DEBUG:
        yield "debug", "DEBUG is on: pages of a defect would show settings and personal data"


def _cookie_problems() -> Iterator[tuple[str, str]]:
    """They follow from BAOMING_TLS; this is for who changes the settings file."""
    kinds = {
        "session": (settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_NAME),
        "form": (settings.CSRF_COOKIE_SECURE, settings.CSRF_COOKIE_NAME),
    }
    for kind, (secure, name) in kinds.items():
        if settings.SECURE and not (secure and name.startswith("__Host-")):
            yield "cookies", f"The {kind} cookie is not bound to this host and to TLS: its name must begin with __Host-"


def _origin_problems() -> Iterator[tuple[str, str]]:
    origins = {
        "BAOMING_CANDIDATE_ORIGIN": [settings.CANDIDATE_ORIGIN],
        "BAOMING_OFFICE_ORIGIN": [settings.OFFICE_ORIGIN],
        "BAOMING_ORIGINS": settings.CSRF_TRUSTED_ORIGINS,
    }
    for name, given in origins.items():
        if not all(origin.startswith("https://") for origin in given):
            yield "origins", f"{name} must begin with https://"
        elif any(_is_here(origin) for origin in given):
            yield "origins", f"{name} names this machine itself: people reach it from elsewhere"
    if settings.CANDIDATE_ORIGIN == settings.OFFICE_ORIGIN:
        yield "origins", "BAOMING_CANDIDATE_ORIGIN and BAOMING_OFFICE_ORIGIN are one: a fault of one could act in both"


def _service_problems() -> Iterator[tuple[str, str]]:
    senders = ("sms", "sms_tencent")
    spared = (*senders, "network_id")  # what an installation may do without
    given = {name: address for name, address in settings.SERVICES.items() if address or name not in spared}
    if not any(name in given for name in senders):
        yield "services", "BAOMING_SMS or BAOMING_SMS_TENCENT must be a sender's address and begin with https://"
    if settings.SMS_FIRST not in ("sms", "tencent"):
        yield "services", "BAOMING_SMS_FIRST must be sms or tencent"
    for name, address in given.items():
        if not address.startswith("https://"):
            yield "services", f"BAOMING_{name.upper()} must be the service's address and begin with https://"
        elif _is_here(address):
            yield "services", f"BAOMING_{name.upper()} names this machine itself, where only stand-ins answer"
    folder = Path(settings.SERVICE_KEYS)
    if "standins" in folder.parts:
        yield "service_keys", "BAOMING_SERVICE_KEYS lies under `standins`: anyone could sign payments with those keys"
    elif not folder.is_dir():
        yield "service_keys", f"BAOMING_SERVICE_KEYS: there is no folder {folder}"
    else:
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pub"):
            yield from _open_to_others("service_keys", file)


def _is_here(address: str) -> bool:
    """Return whether an address is one of the machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
