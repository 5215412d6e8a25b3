"""What a newcomer has to know of the demo: who can sign in, with what, and whose slip is at hand.

Kept in the home folder of the stand-in page that shows it, readable by its owner alone.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.cast import SITES, Pupil

KNOWN_LOGIN, KNOWN_SAVE = "yuelu-5813", "xiangjiang-27"  # of a handful of pupils who do not exist
_KNOWN = ("pledged", "draft", "saved_again", "void", "correction", "assessed", "reviewed")
_SLIPS = 3
FOLDER = "guide"  # below standins/


@dataclass
class Guide:
    """`known`: pupils with the two passwords above; `slips`: pupil, activation code and the slip as PDF."""

    known: list[Pupil] = field(default_factory=list)
    slips: list[tuple[Pupil, str, bytes]] = field(default_factory=list)

    def keep(self, home: Path) -> None:
        """Write what the page shows, and the slips."""
        folder = home / "standins" / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for place, (_, _, pdf) in enumerate(self.slips):
            _write(folder / f"slip-{place}.pdf", pdf)
        content = {
            "login": KNOWN_LOGIN,
            "save": KNOWN_SAVE,
            "known": [_line(one) for one in self.known],
            "slips": [{**_line(one), "code": code} for one, code, _ in self.slips],
        }
        _write(folder / "guide.json", json.dumps(content, ensure_ascii=False).encode())


def known(cast: list[Pupil]) -> list[Pupil]:
    """Return the pupils who can sign in: the first of some stages, at the first site."""
    here = [one for one in cast if one.site is SITES[0]]
    return [next(one for one in here if one.stage.key == key) for key in _KNOWN]


def newcomers(cast: list[Pupil]) -> list[Pupil]:
    """Return the pupils whose slip is at hand, for whoever tries the first login."""
    return [one for one in cast if one.site is SITES[0] and one.stage.key == "slip"][:_SLIPS]


def _line(one: Pupil) -> dict[str, Any]:
    who = one.person
    return {
        "name": who.name, "number": who.number, "valid_to": who.valid_to.isoformat(), "stage": one.stage.zh,
        "class_name": who.class_name, "class_number": who.class_number,
    }  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    fresh.replace(path)
