"""Pictures of what is declared (R13): kept before anything else is refused, and no lock waits for the storage."""

import io
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from baoming.registrations.attached_queries import (
    drafts_of,
    newest_declaration,
    pictures_of,
)
from baoming.registrations.models import Declaration, Evidence, Registration
from baoming.registrations.services import declarations
from baoming.registrations.services.evidence import keep_drafts, lost_of
from baoming.registrations.services.forms import WrongSavePassword
from baoming.shared.errors import Changed, Invalid
from baoming.vault.file_services import SealedFiles
from tests import factories as make
from tests.registrations.attached import declared, paper, saved
from tests.registrations.test_declarations import declarer
from tests.registrations.test_household import FIRST
from tests.registrations.test_save_form import PASSWORD
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
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


def test_another_picture_is_another_declaration_even_for_the_same_kind() -> None:
    row = declarer()
    declared(row, "MARTYR")
    with pytest.raises(Changed):
        declared(row, "MARTYR", files={"declaration-MARTYR": paper("another")})
    declared(row, "MARTYR", revision="1", files={})
    assert Declaration.objects.count() == 2


def test_a_picture_takes_the_place_of_the_own_one_alone() -> None:
    neighbour, row = declarer(), declarer()
    declared(neighbour, "MARTYR")
    theirs = pictures_of(neighbour)
    declared(row, "MARTYR")
    declared(row, "MARTYR", revision="1", files={"declaration-MARTYR": paper("another")})
    assert pictures_of(neighbour) == theirs


def test_a_picture_waits_as_a_draft_that_no_office_sees_until_the_save_password_is_right() -> None:
    row = declarer()
    declared(row, "MARTYR")
    before = pictures_of(row)["declaration-MARTYR"]
    for content in (paper("first try"), paper("second try")):
        with pytest.raises(WrongSavePassword):
            declared(row, "MARTYR", revision="1", files={before.purpose: content}, save_password="bu-dui-2023")
    assert pictures_of(row) == {before.purpose: before}
    (draft,) = drafts_of(row).values()
    assert Evidence.objects.filter(registration=row).count() == 2, "an older draft is erased"
    declared(row, "MARTYR", revision="1", files={})
    newest = newest_declaration(row)
    assert newest
    assert (newest.number, newest.pictures, newest.consent) == (2, {"MARTYR": str(draft.pk)}, "2023.1")
    assert (pictures_of(row), drafts_of(row)) == ({before.purpose: draft}, {})
    assert not Evidence.objects.get(pk=before.pk).current


def test_pictures_that_came_with_ticks_that_exclude_each_other_are_kept() -> None:
    row = declarer()
    with pytest.raises(Invalid, match="只勾选“不申报”"):
        declared(row, "MARTYR", none=True)
    assert list(drafts_of(row)) == ["declaration-MARTYR"]
    declared(row, "MARTYR", files={})
    assert Declaration.objects.get().kinds == ["MARTYR"]


def test_an_office_cannot_ask_for_a_draft(office: Client) -> None:
    row = declarer()
    with pytest.raises(WrongSavePassword):
        declared(row, "LOCAL", save_password="bu-dui-2023")
    signed_in(office, make.staff(row.site))
    for of in (drafts_of(row)["declaration-LOCAL"].pk, "declaration-LOCAL", ""):
        assert office.get(f"/candidates/{row.pk}/evidence/?of={of}").status_code == 409


def test_what_can_be_read_stays_when_another_file_is_refused() -> None:
    row = declarer()
    files = {"declaration-MARTYR": paper(), "declaration-LOCAL": b"=1+1"}
    with pytest.raises(Invalid) as refusal:
        declared(row, "MARTYR", "LOCAL", files=files)
    assert list(refusal.value.fields) == ["declaration-LOCAL"]
    declared(row, "MARTYR", "LOCAL", files={"declaration-LOCAL": paper()})
    assert Declaration.objects.get().kinds == ["MARTYR", "LOCAL"]


def test_a_file_that_is_no_picture_uses_up_no_try_of_the_save_password() -> None:
    row = declarer()
    for _ in range(12):
        with pytest.raises(Invalid):
            declared(row, "MARTYR", files={"declaration-MARTYR": b"=1+1"})
        with pytest.raises(Invalid):
            declared(row, "MARTYR", files={})
    declared(row, "MARTYR")


@pytest.mark.parametrize(("address", "field"), [("/declarations/", "declaration-MARTYR"), ("/household/", FIRST)])
def test_too_much_at_once_says_so_and_asks_for_one_after_the_other(phone: Client, address: str, field: str) -> None:
    row = saved(2025, "declarations" if "decl" in address else "household")
    phone.force_login(row.account)
    sent = {"kinds": ["MARTYR"], "consent": "2025.1", "save_password": PASSWORD, "revision": "0"}
    large = {field: io.BytesIO(bytes(13 * 1024 * 1024))}
    answer = phone.post(address, sent | large)
    assert (answer.status_code, "合计超过12MB，没有收到。请一张一张上传" in answer.content.decode()) == (422, True)
