"""R20: whoever holds a printed sheet learns from its code whether it counts; without a genuine code, nothing."""

import pytest
from django.test import Client

from baoming.documents import queries as documents
from baoming.documents.models import Print
from baoming.registrations.models import Registration
from baoming.registrations.services import sheet_checks
from baoming.registrations.services import sheets as service
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.sheets import RegistrationSheet
from baoming.shared.text import mask_name
from baoming.vault.sealing import KeyRing
from standins.faces import face
from tests import factories as make
from tests.registrations.confirmed import change, operator, saved
from tests.registrations.test_sheets_service import open_phase
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
SECRETS = ("欧阳思远", "990001", "19900006021", "远大二路", "阿依古丽", "周敏")


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> list[RegistrationSheet]:
    """The sheets that come out of the printer."""
    out: list[RegistrationSheet] = []
    monkeypatch.setattr(service, "registration_forms", lambda sheets, **_: out.extend(sheets) or b"%PDF")
    return out


@pytest.fixture
def row(paper: list[RegistrationSheet]) -> Registration:
    """A person whose sheet is printed: `paper[0]`."""
    made = saved()
    print_sheet(made.pk, by=operator(made))
    made.refresh_from_db()
    return made


def path(sheet: RegistrationSheet) -> str:
    return sheet.qr.removeprefix("HTTP://127.0.0.1:8000")


def seen(phone: Client, address: str, *, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status
    return "".join(answer.content.decode().split())


def test_a_fresh_print_is_valid_and_tells_nothing_but_what_is_needed(
    phone: Client, row: Registration, paper: list[RegistrationSheet]
) -> None:
    page = seen(phone, path(paper[0]))
    for text in ("这张登记表有效", "第1版", "0102", "欧*远", "演示"):
        assert text in page, text
    assert "已签字" not in page
    assert not [secret for secret in SECRETS if secret in page]


def test_a_signed_print_says_since_when(phone: Client, row: Registration, paper: list[RegistrationSheet]) -> None:
    record_signature(row.pk, version=1, by=operator(row))
    assert "这张登记表有效，已签字" in seen(phone, path(paper[0]))


def saved_anew(row: Registration) -> None:
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)


def photographed_anew(row: Registration) -> None:
    open_phase(row, "intake")
    take_photo(row.pk, face(5), by=operator(row), source="camera")


VOIDED = [(saved_anew, "作废：已保存第2版"), (photographed_anew, "作废：照片已更换")]


@pytest.mark.parametrize(("act", "why"), VOIDED)
def test_a_void_print_says_since_when_and_why_and_the_new_one_counts(
    phone: Client, row: Registration, paper: list[RegistrationSheet], act: object, why: str
) -> None:
    record_signature(row.pk, version=1, by=operator(row))
    act(row)  # type: ignore[operator]
    row.refresh_from_db()
    page = seen(phone, path(paper[0]))
    assert "这张登记表已作废" in page
    assert why in page
    assert "有效" not in page.replace("请不要在这张上签字，以重新打印的为准", "")
    print_sheet(row.pk, by=operator(row))
    assert "这张登记表有效" in seen(phone, path(paper[1]))
    assert "这张登记表已作废" in seen(
        phone, path(paper[0])
    )  # of the same version after a new photo, and still told apart


def test_control_a_void_flag_that_is_ignored_calls_the_old_paper_valid(
    phone: Client, row: Registration, paper: list[RegistrationSheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unvoided(prefix: str) -> list[Print]:
        rows = documents.prints_with_prefix(prefix)
        for one in rows:
            one.voided_at = None
        return rows

    photographed_anew(row)
    monkeypatch.setattr(sheet_checks, "prints_with_prefix", unvoided)
    assert "这张登记表有效" in seen(phone, path(paper[0]))


def test_a_second_print_of_the_same_version_is_told_on_the_first(
    phone: Client, row: Registration, paper: list[RegistrationSheet]
) -> None:
    make.at(Print.objects.get().at + make.A_MINUTE)
    print_sheet(row.pk, by=operator(row))
    assert "又打印过一份，内容相同，都有效" in seen(phone, path(paper[0]))
    assert "又打印过一份" not in seen(phone, path(paper[1]))


def test_the_office_says_the_same(
    phone: Client, office: Client, row: Registration, paper: list[RegistrationSheet]
) -> None:
    photographed_anew(row)
    story = seen(signed_in(office, make.staff(row.site)), f"/candidates/{row.pk}/")
    assert "已作废，照片已更换" in story


@pytest.mark.parametrize("change", [(".1.", ".2."), ("0102", "0103"), ("BM1.F.23", "BM1.F.24")])
def test_a_changed_code_is_called_forged_and_tells_nothing(
    phone: Client, row: Registration, paper: list[RegistrationSheet], change: tuple[str, str]
) -> None:
    page = seen(phone, path(paper[0]).replace(*change, 1), status=422)
    assert "不是本系统打印的登记表" in page
    assert "欧*远" not in page


def test_a_code_of_other_keys_is_forged(
    phone: Client, row: Registration, paper: list[RegistrationSheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = path(paper[0])
    other = KeyRing.generate()
    monkeypatch.setattr(sheet_checks, "keys", lambda: other)
    assert "不是本系统打印的登记表" in seen(phone, address, status=422)


def test_control_without_the_signature_anybody_could_ask_for_anybody(
    phone: Client, row: Registration, paper: list[RegistrationSheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, _, signature = path(paper[0]).rpartition(".")
    address = f"{signed}.{'A' * len(signature)}"
    assert "欧*远" not in seen(phone, address, status=422)
    monkeypatch.setattr(KeyRing, "verify", lambda *_, **__: True)
    assert "欧*远" in seen(phone, address)


def test_half_a_code_asks_to_scan_again(phone: Client, row: Registration, paper: list[RegistrationSheet]) -> None:
    address = path(paper[0])
    for broken in (address[:-20], "/V/x", "/V/欧阳思远", f"/V/{'9' * 3000}"):
        assert "没有读到完整的二维码" in seen(phone, broken, status=422)


def test_letters_of_either_size_and_a_signed_in_stranger_are_answered_alike(
    phone: Client, row: Registration, paper: list[RegistrationSheet]
) -> None:
    address = path(paper[0])
    assert "这张登记表有效" in seen(phone, "/V/" + address.removeprefix("/V/").lower())
    assert row.account
    phone.force_login(row.account)
    assert "这张登记表有效" in seen(phone, address)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("欧阳思远", "欧*远"), ("李明", "李*"), ("阿依古丽·买买提", "阿*提"), ("𠮷明", "𠮷*"), ("䶮", "䶮*")],
)
def test_a_masked_name_hides_its_middle_and_its_length(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_second_print_of_a_signed_version_says_that_it_is_signed(
    phone: Client, row: Registration, paper: list[RegistrationSheet]
) -> None:
    record_signature(row.pk, version=1, by=operator(row))
    make.at(Print.objects.get().at + make.A_MINUTE)
    print_sheet(row.pk, by=operator(row))
    page = seen(phone, path(paper[1]))
    assert "这张登记表有效，这一版已签字" in page
    assert "这一份不用再签" in page
    assert "这张登记表有效，已签字" in seen(phone, path(paper[0]))
