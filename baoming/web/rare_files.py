"""Puts the faces for rare characters among the static files, out of the packages of fonts.

Where these are not installed there are no faces: pages do without, and only printing asks for the packages.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from baoming.documents.glyphs import default_faces
from baoming.documents.webfonts import files
from baoming.web.rare import FOLDER

log = logging.getLogger("baoming.web")


class _Faces(FileSystemStorage):
    """The files, each wherever its package keeps it."""

    @cached_property
    def places(self) -> dict[str, Path]:
        faces = default_faces()
        if faces.absent:
            log.warning("no faces for rare characters: %s is missing, run `npm ci`", faces.absent[0])
            return {}
        return {f"{FOLDER}/{name}": path for name, path in files(faces).items()}

    def path(self, name: str) -> str:
        return str(self.places[name])

    def get_modified_time(self, name: str) -> datetime:
        """Unknown, so that each is put down anew: another edition of a package may number its pieces otherwise."""
        raise NotImplementedError


class RareFaces(BaseFinder):
    """A finder of static files, after that of our own folder."""

    def __init__(self, *_: object) -> None:
        self._faces = _Faces()

    def check(self, **_: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        found = [str(self._faces.places[path])] if path in self._faces.places else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        return [(name, self._faces) for name in self._faces.places]
