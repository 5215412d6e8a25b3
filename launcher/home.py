"""Where an installation keeps what is its own: data folder, keys, static files."""

import os
import secrets
from pathlib import Path

from baoming.vault.sealing import KeyRing


def home() -> Path:
    """Return $BAOMING_HOME, else /var/lib/baoming for root, else the user's data folder."""
    if named := os.environ.get("BAOMING_HOME"):
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/baoming")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "baoming"


def make_keys(folder: Path) -> dict[str, str]:
    """Make the keys that are not there yet (mode 600); returns the settings that name them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    session, vault = folder / "session.key", folder / "vault.json"
    if not session.exists():
        session.touch(mode=0o600)
        session.write_text(secrets.token_urlsafe(48), "ascii")
    if not vault.exists():
        KeyRing.generate().save(vault)
    return {"BAOMING_SECRET_KEY_FILE": str(session), "BAOMING_VAULT_KEYS": str(vault)}
