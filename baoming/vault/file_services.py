"""Sealed files: what is too large for a row lies in the file storage, sealed to the row that names it.

A file is written before its row and never changed. What broke in between leaves a sealed file that no row names: it
harms nobody, and the night takes it.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from baoming.shared.errors import Refused, Unavailable
from baoming.vault.sealing import SealBroken
from baoming.vault.services import keys

NAMELESS_FOR = timedelta(days=2)  # no request, no job and no print lasts a hundredth of it between file and row
_FEW = 100  # nameless files that may go however few have names
_PK = 32  # hexadecimal characters of the row's id, with which the file's name begins

log = logging.getLogger("baoming.files")


class FileLost(Refused):
    """The storage has lost the file, or it does not open. The sentence says what to do."""


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The files of one folder, each named by `column` of its row. `lost`: what to do where one cannot be read."""

    model: type[models.Model]
    column: str
    folder: str
    lost: str

    def keep(self, pk: UUID, content: bytes) -> str:
        """Seal `content` to the row `pk` and store it; returns the name that the row is to keep."""
        sealed = keys().seal(content, context=self._context(pk))
        return default_storage.save(f"{self.folder}/{pk.hex[:2]}/{pk.hex}", ContentFile(sealed.encode("ascii")))

    def read(self, row: models.Model) -> bytes:
        """Open the file of a row. Raises FileLost, and Unavailable while the storage itself is away."""
        try:
            with default_storage.open(getattr(row, self.column)) as file:
                return keys().unseal(file.read().decode("ascii"), context=self._context(row.pk))
        except (FileNotFoundError, ValueError, SealBroken) as problem:
            self._log(row, problem)
            raise FileLost(self.lost) from None
        except OSError as problem:
            self._log(row, problem)
            raise Unavailable("文件存储暂时读不出，请过几分钟再试；还不行请报系统管理员") from None

    def is_there(self, row: models.Model) -> bool:
        """Whether the storage still has the file of a row."""
        return default_storage.exists(getattr(row, self.column))

    def nameless(self) -> tuple[int, list[str]]:
        """Return how many files rows name, and the names of those that none does.

        Rows are asked after the folder was read, so that a row which is written meanwhile is seen.
        """
        named, without = 0, list[str]()
        for found in self._stored():
            rows = self.model._default_manager.filter(pk__in=list(found.values()))
            kept = set(rows.values_list(self.column, flat=True))
            named += len(kept & found.keys())
            without += [name for name in found if name not in kept]
        return named, without

    def _stored(self) -> Iterator[dict[str, UUID]]:
        """Yield name → id of its row, a subfolder at a time. What bears no name of ours was put there by somebody."""
        try:
            subfolders = default_storage.listdir(self.folder)[0]
        except FileNotFoundError:  # nothing was ever stored
            return
        for sub in subfolders:
            names = default_storage.listdir(f"{self.folder}/{sub}")[1]
            yield {f"{self.folder}/{sub}/{name}": pk for name in names if (pk := _pk(name)) is not None}

    def _context(self, pk: object) -> str:
        return f"{self.model._meta.db_table}.{self.column}.{pk}"

    def _log(self, row: models.Model, problem: Exception) -> None:
        log.error("file of %s %s cannot be read: %s", self.model._meta.db_table, row.pk, type(problem).__name__)


def remove_nameless(kinds: Sequence[SealedFiles]) -> int:
    """Delete files that no row has named for NAMELESS_FOR; returns how many. May run twice.

    Nothing goes of a folder while more of its files are without a row than with one: then this is not the database of
    these files, or the table has lost its rows.
    """
    return sum(map(_remove_nameless, kinds))


def _remove_nameless(kind: SealedFiles) -> int:
    named, without = kind.nameless()
    if len(without) > max(named, _FEW):
        log.error("%s: %d files have no row and %d have one: none was removed", kind.folder, len(without), named)
        return 0
    then = timezone.now() - NAMELESS_FOR
    old = [name for name in without if was_stored_before(then, name)]
    for name in old:
        default_storage.delete(name)
    if old:
        log.warning("%d files that no row names were removed", len(old))
    return len(old)


def was_stored_before(moment: datetime, name: str) -> bool:
    """Whether a file is there, and was before `moment` (aware)."""
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # gone meanwhile
        return False


def _pk(name: str) -> UUID | None:
    try:
        return UUID(hex=name[:_PK])
    except ValueError:
        return None
