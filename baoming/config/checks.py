"""What must be set before real people's data is touched. A demo needs none of it.

Every management command runs these, the worker among them; the portals run them in `wsgi.py`.
Each sentence is for the operator; docs/operations/settings.md says what the names mean.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import Error, run_checks

_KEY_LENGTH = 32  # characters of the signing key at least


def installation(**_: object) -> list[Error]:
    """Return what is missing from this installation."""
    if settings.DEMO:
        return []
    found = [*_key_problems(), *_tls_problems(), *_service_problems()]
    return [Error(sentence, id=f"baoming.{name}") for name, sentence in found]


def refuse_to_start() -> None:
    """Run all checks and end the process with their sentences when one finds an error."""
    errors = [str(error) for error in run_checks() if error.is_serious()]
    if errors:
        raise SystemExit("Baoming does not start:\n" + "\n".join(errors))


def _key_problems() -> Iterator[tuple[str, str]]:
    if not settings.SECRET_KEY_FILE:
        yield "secret_key", "BAOMING_SECRET_KEY_FILE is not set: each process would sign sessions with a key of its own"
    elif len(settings.SECRET_KEY) < _KEY_LENGTH:
        yield "secret_key", f"The key in BAOMING_SECRET_KEY_FILE has fewer than {_KEY_LENGTH} characters"
    if not Path(settings.VAULT_KEYS).is_file():
        yield "vault_keys", f"BAOMING_VAULT_KEYS: there is no file {settings.VAULT_KEYS}"


def _tls_problems() -> Iterator[tuple[str, str]]:
    if not settings.SECURE:
        yield "tls", "BAOMING_TLS is not 1: cookies would travel without TLS"
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts or not hosts - {"", "localhost", "127.0.0.1"}:
        yield "hosts", "BAOMING_HOSTS must name the hosts that are served, not only localhost, and not *"
    origins = {
        "BAOMING_CANDIDATE_ORIGIN": [settings.CANDIDATE_ORIGIN],
        "BAOMING_OFFICE_ORIGIN": [settings.OFFICE_ORIGIN],
        "BAOMING_ORIGINS": settings.CSRF_TRUSTED_ORIGINS,
    }
    for name, given in origins.items():
        if not all(origin.startswith("https://") for origin in given):
            yield "origins", f"{name} must begin with https://"


def _service_problems() -> Iterator[tuple[str, str]]:
    for name, address in settings.SERVICES.items():
        if not address.startswith(("https://", "http://")):
            yield "services", f"BAOMING_{name.upper()} must be the service's address"
    folder = Path(settings.SERVICE_KEYS)
    if "standins" in folder.parts:
        yield "service_keys", "BAOMING_SERVICE_KEYS lies under `standins`: anyone could sign payments with those keys"
    elif not folder.is_dir():
        yield "service_keys", f"BAOMING_SERVICE_KEYS: there is no folder {folder}"
