"""Pictures of what is declared (R13): kept before anything else is refused, and no lock waits for the storage."""

from typing import Any
from uuid import UUID

import pytest

from baoming.registrations.models import Evidence, Registration
from baoming.registrations.services import declarations
from baoming.registrations.services.evidence import keep_drafts, lost_of
from baoming.vault.file_services import SealedFiles
from tests.registrations.attached import declared, saved

pytestmark = pytest.mark.django_db


def test_the_storage_says_what_it_has_lost_before_the_person_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    row, order = saved(2023, "declarations"), list[str]()
    declared(row, "MARTYR")
    ask, lock = SealedFiles.is_there, declarations.locked

    def asked(kind: SealedFiles, picture: Evidence) -> bool:
        order.append("storage")
        return ask(kind, picture)

    def locked(registration_id: UUID) -> Registration:
        order.append("lock")
        return lock(registration_id)

    monkeypatch.setattr(SealedFiles, "is_there", asked)
    monkeypatch.setattr(declarations, "locked", locked)
    declared(row, "MARTYR", "LOCAL", revision="1")
    assert order == ["storage", "lock", "lock"], "nobody waits for the storage"


def test_control_asked_under_the_lock_the_storage_keeps_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(row: Registration, pictures: Any, consent: Any, *, lost: object, at: Any) -> None:
        keep_drafts(row, pictures, consent, lost=lost_of(row, pictures), at=at)

    monkeypatch.setattr(declarations, "lost_of", lambda *_: set())
    monkeypatch.setattr(declarations, "keep_drafts", keep)
    with pytest.raises(AssertionError, match="nobody waits"):
        test_the_storage_says_what_it_has_lost_before_the_person_is_locked(monkeypatch)
