"""R24 after the desk: who registered with another document signs in, is checked, printed and changed by it."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from baoming.registrations import document_queries, person_ways
from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import PersonCheck, PhoneReset, Registration, SaveReset
from baoming.registrations.queries import document_of, find_by_number
from baoming.registrations.services import card_checks, person_checks
from baoming.registrations.services.logins import _person
from baoming.registrations.services.save_resets import ask_at_site
from baoming.registrations.services.sheets import print_sheet
from baoming.registrations.services.slips import print_slip
from baoming.reviews.services.identity_changes import change_identity, identity_asked, identity_shown
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused
from baoming.shared.text import mask_document
from tests import factories as make
from tests.registrations.confirmed import operator, saved, signed
from tests.registrations.others import given, numbered, other
from tests.registrations.test_access import candidate
from tests.registrations.test_sheets_service import words
from tests.web.conftest import signed_in
from tests.web.test_entry import slip

pytestmark = pytest.mark.django_db
TYPED = [  # kind, number, as the candidate may type it
    (Kind.HM_PERMIT, "H99991234", "h 9999 1234"),
    (Kind.TW_PERMIT, "99991234", "９９９９１２３４"),
    (Kind.RESIDENCE, numbered("81999920050317002"), ""),
    (Kind.FOREIGN, "UTO430005012345", "uto4300-0501-2345"),
    (Kind.FOREIGN, numbered("90099920050317002"), ""),
]


@pytest.mark.parametrize(("kind", "number", "spelled"), TYPED)
def test_first_login_and_sign_in_take_numbers_of_every_kind(
    phone: Client, kind: Kind, number: str, spelled: str
) -> None:
    row, typed = slip()
    document = given(row, other(kind, number=number))
    claimed = {**typed, "name": document.name, "number": spelled or number, "valid_to": "2026-03-17"}
    wrong = phone.post("/claim/", {**claimed, "valid_to": "2031-03-18"})
    assert (wrong.status_code, "有效期或激活码不一致" in wrong.content.decode()) == (422, True)
    assert phone.post("/claim/", claimed).headers["Location"] == "/tasks/"
    row.refresh_from_db()
    assert row.account is not None
    row.account.set_password("denglu-2023")
    row.account.save()
    phone.post("/sign-out/")
    signed_in = phone.post("/sign-in/", {"number": spelled or number, "password": "denglu-2023"})
    assert signed_in.headers["Location"] == "/tasks/"
    season = row.season
    assert _person(season, spelled or number, date(2026, 3, 17)) == row.pk, "a forgotten password finds the same person"


def test_the_pass_on_a_residence_card_is_no_way_in_by_itself(phone: Client) -> None:
    """It finds the person for those who look for duplicates; the account goes by the card's own number."""
    row, typed = slip()
    document = given(row, other(Kind.RESIDENCE, stated="H99991235"))
    phone.post("/claim/", {**typed, "name": document.name, "number": document.number, "valid_to": "2026-03-17"})
    row.refresh_from_db()
    assert row.account is not None
    row.account.set_password("denglu-2023")
    row.account.save()
    phone.post("/sign-out/")
    assert phone.post("/sign-in/", {"number": "H99991235", "password": "denglu-2023"}).status_code == 422
    assert find_by_number(row.season_id, "H99991235") == row


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("H99991234", "H******34"),
        ("99991234", "9*****34"),
        ("UTO430005012345", "UTO********2345"),
        ("819999200503170025", "819***********0025"),
        ("1234567", "*******"),
    ],
)
def test_short_numbers_are_masked_so_that_they_cannot_be_tried_out(number: str, masked: str) -> None:
    assert mask_document(number) == masked


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.RESIDENT])
def test_the_printed_form_names_the_document_and_its_number(kind: Kind) -> None:
    row = saved()
    document = given(row, other(kind))
    shown = words(print_sheet(row.pk, by=operator(row)))
    for said in (document.title, "证件号码", document.number, "看原件录入", document.issuer):
        assert "".join(said.split()) in shown, said
    assert "公民身份号码" not in shown
    assert "居民身份证" not in shown.replace(document.title, "")


def test_the_slip_shows_the_number_masked() -> None:
    row, _ = slip()
    given(row, other(Kind.TW_PERMIT, number="99995678"))
    shown = words(print_slip(row.pk, by=operator(row)))
    assert "9*****78" in shown
    assert "99995678" not in shown


def test_who_the_face_check_does_not_know_is_told_to_come_to_the_site(phone: Client) -> None:
    row, me = candidate("person_check")
    given(row, other(Kind.HM_PERMIT))
    assert row.account is not None
    phone.force_login(row.account)
    shown = phone.get("/person-check/").content.decode()
    assert "您用港澳居民来往内地通行证报名，这种方式还认不了您的证件" in shown
    assert "本人带港澳居民来往内地通行证到报名点（" in shown
    assert "<form" not in shown.split("<main", 1)[1]
    for way in person_ways.ONLINE:
        with pytest.raises(Refused, match="请本人带证件到报名点"):
            person_checks.start_check(row.pk, way=way, by=me)
    assert not PersonCheck.objects.exists()
    card_checks.confirm_by_card(row.pk, document_of(row), by=operator(row))
    assert "实人认证已通过" in phone.get("/person-check/").content.decode()


def test_control_where_the_season_says_that_faces_are_known_the_check_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = candidate("person_check")
    given(row, other(Kind.HM_PERMIT))
    known = document_queries.Accepted(Kind.HM_PERMIT)
    monkeypatch.setattr(document_queries, "terms_of", lambda *_: known)
    assert person_checks.start_check(row.pk, way=person_ways.FACE, by=me)


def changed(row: Registration, name: str = "", number: str = "") -> dict[str, str]:
    extra, problems = identity_asked(row, {"name": [name], "number": [number]})
    return {**extra, **problems} if not extra else dict(extra)


def test_a_foreigner_with_a_new_card_goes_on_being_found_by_the_old_number() -> None:
    row = signed()
    old, new = given(row, other(Kind.FOREIGN)), numbered("90099920050317004")
    asked = changed(row, number=new)
    assert [line[0] for line in identity_shown(row, asked)] == ["证件号码"]
    change_identity(row, asked, by=operator(row), at=season_now(row.season_id))
    row.refresh_from_db()
    assert (document_of(row).number, document_of(row).stated) == (new, old.number)
    assert find_by_number(row.season_id, old.number) == row == find_by_number(row.season_id, new)
    assert row.debts == 0, "no card of theirs is read"


def test_a_change_to_a_number_of_another_kind_is_refused() -> None:
    row = signed()
    given(row, other(Kind.HM_PERMIT))
    assert "这是台湾居民来往大陆通行证的号码" in changed(row, number="99991234")["number"]
    assert "请输入" not in str(changed(row, number=make.number()))


def recovering(office: Client) -> tuple[Registration, IdentityDocument]:
    """Somebody with both passwords and a pass, before a member of the site's staff."""
    row = saved()
    document = given(row, other(Kind.HM_PERMIT))
    signed_in(office, make.staff(row.site))
    return row, document


@pytest.mark.parametrize("which", ["save", "phone"])
def test_who_has_a_document_that_no_reader_reads_recovers_at_the_site_by_it(office: Client, which: str) -> None:
    """The number is typed from the original, another member of staff confirms: a pass has no chip."""
    row, document = recovering(office)
    new = {"new_phone": "19900007777"}
    place = reverse(f"office:{which}_reset", args=[row.pk])
    assert "核对证件受理" in office.get(f"/candidates/{row.pk}/").content.decode()
    told = {f"{which}_seen": "yes", f"{which}_number": document.number.lower(), **new}
    for wrong, said in (
        ({f"{which}_seen": ""}, "请先当面核对本人和证件原件"),
        ({f"{which}_number": "99991111"}, "这是台湾居民来往大陆通行证的号码"),
        ({f"{which}_number": "H99990000"}, "读到的证件号码和这份报名的不同"),
    ):
        refused = office.post(place, {**told, **wrong})
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert not SaveReset.objects.exists()
    assert not PhoneReset.objects.exists()
    assert office.post(place, told).status_code == 302
    made = SaveReset.objects.get() if which == "save" else PhoneReset.objects.get()
    assert made.ready_at is None, "somebody else confirms"


@pytest.mark.parametrize("which", ["save", "phone"])
def test_a_residents_card_is_read_whatever_is_typed(office: Client, which: str) -> None:
    row = saved()
    signed_in(office, make.staff(row.site))
    place = reverse(f"office:{which}_reset", args=[row.pk])
    sent = {f"{which}_seen": "yes", f"{which}_number": document_of(row).number, "new_phone": "19900007777"}
    assert office.post(place, sent).status_code == 422
    with pytest.raises(Refused, match="身份证放到读卡器上"):
        ask_at_site(row.pk, document_of(row), reader="", nonce="", by=operator(row))
    assert not SaveReset.objects.exists()
