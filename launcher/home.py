"""Where an installation keeps what is its own: data folder, keys, static files."""

import os
import secrets
from pathlib import Path

from baoming.vault.sealing import KeyRing
from baoming.vault.signing import SigningKey


class KeysLost(Exception):
    """There is data, and the keys it was sealed with are gone; the sentence says what to do."""


def home() -> Path:
    """Return $BAOMING_HOME, else /var/lib/baoming for root, else the user's data folder."""
    if named := os.environ.get("BAOMING_HOME"):
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/baoming")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "baoming"


def anchors(where: Path) -> Path:
    """Return the file of the audit's anchors: best on another machine's disk, else below the home folder."""
    return Path(os.environ.get("BAOMING_AUDIT_ANCHORS", where / "audit" / "anchors"))


def make_keys(folder: Path) -> dict[str, str]:
    """Make the keys that are not there yet (mode 600); returns the settings that name them.

    Raises KeysLost where a database stands beside a missing vault: new keys would never open what is sealed in it.
    """
    if (folder.parent / "postgres" / "PG_VERSION").exists() and not (folder / "vault.json").exists():
        raise KeysLost(
            f"{folder / 'vault.json'} is gone, and without it nothing that is sealed in the database can be opened. "
            f"Put it back from your backup; for a demo, remove {folder.parent} to begin anew"
        )
    if anchors(folder.parent).exists() and not (folder / "audit.json").exists():
        raise KeysLost(
            f"{folder / 'audit.json'} is gone, which signs what is sealed in the audit: put it back from your backup "
            "together with audit.pub"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    session, vault, audit = folder / "session.key", folder / "vault.json", folder / "audit.json"
    if not session.exists():
        session.touch(mode=0o600)
        session.write_text(secrets.token_urlsafe(48), "ascii")
    if not vault.exists():
        KeyRing.generate().save(vault)
    if not audit.exists():
        SigningKey.generate().save(audit)
    return {
        "BAOMING_SECRET_KEY_FILE": str(session), "BAOMING_VAULT_KEYS": str(vault), "BAOMING_AUDIT_KEY": str(audit),
    }  # fmt: skip
