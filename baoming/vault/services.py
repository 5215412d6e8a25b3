"""The key ring of this installation, read once per process."""

from functools import cache

from django.conf import settings

from baoming.vault.sealing import KeyRing


@cache
def keys() -> KeyRing:
    """Return the installation's key ring from the file named by `BAOMING_VAULT_KEYS`."""
    return KeyRing.load(settings.VAULT_KEYS)
