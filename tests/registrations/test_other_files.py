"""R24: a file opened by a document of another kind: no debt, one person in the province, the city decides."""

from dataclasses import replace

import pytest

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Registration, SystemCheck
from baoming.registrations.queries import document_of, find_by_number, owes_reading
from baoming.registrations.services import intake
from baoming.registrations.services.intake import Duplicate, open_file, reread_card, retype_card
from baoming.reviews.cases import Act
from baoming.reviews.services import eligibility
from baoming.reviews.services.eligibility import pass_eligibility, return_eligibility
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.others import numbered, other
from tests.reviews import files

pytestmark = pytest.mark.django_db
OTHERS = [kind for kind in Kind if kind is not Kind.RESIDENT]
PERMIT = "H99998888"


def site_at(here: Organization) -> Actor:
    return make.staff(here).actor


def opened(document: IdentityDocument, *, code: str = "01", of: str = "0102", reader: str = "") -> Registration:
    season = Season.objects.filter(kind="demo").first() or make.season()
    here = make.site(code, of=of)
    return open_file(document, season=season, site=here, by=site_at(here), seen=True, reader=reader, nonce=reader)


@pytest.mark.parametrize("kind", OTHERS)
def test_a_seen_document_opens_a_file_without_a_debt_or_a_question_to_the_registers(kind: Kind) -> None:
    row = opened(other(kind))
    assert (row.document_kind, row.reading, row.ethnicity) == (kind, "seen", "")
    assert not owes_reading(row)
    assert not SystemCheck.objects.exists()
    assert row.done_steps == {"identity"}
    assert document_of(row).statement
    assert find_by_number(row.season_id, document_of(row).number) == row


def test_a_read_chip_is_told_apart_from_typed_entry() -> None:
    row = opened(other(Kind.RESIDENCE), reader="R01")
    assert (row.reading, row.reader) == ("chip", "R01")
    again = reread_card(row.pk, replace(document_of(row), statement=""), reader="R01", nonce="n2", by=site_of(row))
    assert document_of(again).statement, "no chip holds it: it stays"
    assert again.reading == "chip"


def site_of(row: Registration) -> Actor:
    return Actor(kind=Party.SITE, id="", path=row.path, label="周敏")


def test_registers_that_know_a_kind_are_asked() -> None:
    season = make.season()
    row = SeasonData.objects.get(season=season, key="documents")
    row.content["accepted"][0]["registers"] = True
    row.save()
    there = opened(other(Kind.HM_PERMIT))
    assert SystemCheck.objects.filter(registration=there, state="waiting").exists()


@pytest.mark.parametrize(
    ("changes", "seen", "fields"),
    [
        ({"statement": ""}, True, ["statement"]),
        ({"statement": "长" * 201}, True, ["statement"]),
        ({}, False, ["seen"]),
        ({"statement": " "}, False, ["statement", "seen"]),
    ],
)
def test_statement_and_original_are_asked_for(changes: dict[str, str], seen: bool, fields: list[str]) -> None:
    season, here = make.season(), make.site()
    with pytest.raises(Invalid) as refusal:
        open_file(other(Kind.HM_PERMIT, **changes), season=season, site=here, by=site_at(here), seen=seen)
    assert list(refusal.value.fields) == fields
    assert not Registration.objects.exists()


def test_a_kind_that_the_season_does_not_take_is_refused() -> None:
    season = make.season()
    row = SeasonData.objects.get(season=season, key="documents")
    row.content["accepted"] = [one for one in row.content["accepted"] if one["key"] != "tw_permit"]
    row.save()
    with pytest.raises(Refused, match="今年不能用台湾居民来往大陆通行证报名"):
        opened(other(Kind.TW_PERMIT))


_OLD, _NEW = "UTO430005031799", numbered("90099920050317099")
PAIRS = {
    "a pass, then the residence card that states it": (
        other(Kind.HM_PERMIT, number=PERMIT), other(Kind.RESIDENCE, stated=PERMIT),
    ),
    "a residence card, then the pass": (other(Kind.RESIDENCE, stated=PERMIT), other(Kind.HM_PERMIT, number=PERMIT)),
    "two residence cards of one pass": (other(Kind.RESIDENCE, stated=PERMIT), other(Kind.RESIDENCE, stated=PERMIT)),
    "the same pass twice": (other(Kind.HM_PERMIT, number=PERMIT), other(Kind.HM_PERMIT, number=PERMIT)),
    "an old foreign card, then the new one shown with it": (
        other(Kind.FOREIGN, number=_OLD), other(Kind.FOREIGN, number=_NEW, stated=_OLD),
    ),
    "a new foreign card with the old one, then the old one": (
        other(Kind.FOREIGN, number=_NEW, stated=_OLD), other(Kind.FOREIGN, number=_OLD),
    ),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_one_person_is_found_over_several_documents_anywhere_in_the_province(pair: str) -> None:
    first, second = PAIRS[pair]
    there = opened(first)
    with pytest.raises(Duplicate, match="已在测试01中学报名点报名") as refusal:
        opened(second, code="01", of="0202")
    assert refusal.value.file == there.pk


def test_control_without_the_lifelong_number_one_person_registers_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_kind(row: Registration, person: IdentityDocument) -> None:
        row.document_kind = person.kind

    monkeypatch.setattr(intake, "name_document", only_the_kind)
    opened(other(Kind.HM_PERMIT, number=PERMIT))
    opened(other(Kind.RESIDENCE, stated=PERMIT), code="01", of="0202")
    assert Registration.objects.count() == 2


def test_different_people_are_no_duplicates() -> None:
    for kind in OTHERS:
        opened(other(kind), code=f"{OTHERS.index(kind) + 1:02d}")
    assert Registration.objects.count() == len(OTHERS)


def judged(row: Registration) -> list[str]:
    return [rule["key"] for rule in data(row.season, "eligibility")["rules"]]


@pytest.mark.parametrize("kind", OTHERS)
def test_the_city_decides_and_nobody_else(kind: Kind) -> None:
    row = opened(other(kind))
    with pytest.raises(NotOpen, match="用其他身份证件报考由市（州）招考机构审批"):
        pass_eligibility(row.pk, checks=judged(row), by=site_of(row))
    with pytest.raises(NotOpen, match="请报名点办“使用其他身份证件”"):
        files.give_on(row)
    files.give_on(row, "other_document")
    for wrong in ("site", "county"):
        with pytest.raises(NotOpen, match="现在由市"):
            files.answer(row, Act.GRANT, wrong)
    files.answer(row, Act.GRANT, "city")
    assert "eligibility" in row.done_steps


def test_control_without_the_guard_the_site_passes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "refuse_other_document", lambda *_: None)
    row = opened(other(Kind.HM_PERMIT))
    pass_eligibility(row.pk, checks=judged(row), by=site_of(row))
    row.refresh_from_db()
    assert "eligibility" in row.done_steps


def test_the_site_can_return_what_lacks_a_paper() -> None:
    row = opened(other(Kind.HM_PERMIT))
    made = return_eligibility(row.pk, reason="no_statement", note="", by=site_of(row))
    assert made.outcome == "returned"


def test_what_was_entered_is_corrected_until_an_office_has_it() -> None:
    row = opened(other(Kind.HM_PERMIT))
    right = other(Kind.RESIDENCE)
    retype_card(row.pk, right, reason="", by=site_of(row))
    row.refresh_from_db()
    assert (row.document_kind, row.reading) == ("residence", "seen")
    assert document_of(row).number == right.number
    assert find_by_number(row.season_id, right.stated) == row
    files.give_on(row, "other_document")
    with pytest.raises(NotOpen, match="请先撤回"):
        retype_card(row.pk, other(Kind.HM_PERMIT), reason="", by=site_of(row))
    files.answer(row, Act.GRANT, "city")
    with pytest.raises(NotOpen, match="已经按这些证件信息审核通过"):
        retype_card(row.pk, other(Kind.HM_PERMIT), reason="", by=site_of(row))


def test_a_residents_file_is_not_made_one_of_another_document() -> None:
    season, here = make.season(), make.site()
    row = open_file(make.document(), season=season, site=here, by=site_at(here), reason="expired")
    with pytest.raises(Refused, match="不能改成其他证件"):
        retype_card(row.pk, other(Kind.HM_PERMIT), reason="", by=site_of(row))


def test_a_correction_to_anothers_number_names_their_site() -> None:
    opened(other(Kind.HM_PERMIT, number=PERMIT))
    row = opened(other(Kind.HM_PERMIT), code="02")
    with pytest.raises(Duplicate, match="测试01中学报名点"):
        retype_card(row.pk, other(Kind.RESIDENCE, stated=PERMIT), reason="", by=site_of(row))


def test_what_a_reader_read_is_not_typed_over() -> None:
    """R6: only the reader writes what it has read; a change of name or number is another act."""
    row = opened(other(Kind.RESIDENCE), reader="R01")
    with pytest.raises(Refused, match="是读卡读出的，不能手工改录"):
        retype_card(row.pk, replace(document_of(row), name="陈嘉怡"), reason="", by=site_of(row))
    row.refresh_from_db()
    assert (row.name, row.reading, row.reader) == ("陈嘉欣", "chip", "R01")


def test_control_without_the_guard_a_read_name_is_typed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "require_undecided", lambda _: None)
    row = opened(other(Kind.RESIDENCE), reader="R01")
    retype_card(row.pk, replace(document_of(row), name="陈嘉怡"), reason="", by=site_of(row))
    row.refresh_from_db()
    assert (row.name, row.reading, row.reader) == ("陈嘉怡", "seen", ""), "and it never says that a reader read it"


def foreigner() -> Registration:
    return opened(other(Kind.FOREIGN, number=_NEW, stated=_OLD, address="长沙市岳麓区麓山南路932号"))


def test_a_correction_keeps_the_old_number_that_its_form_does_not_show() -> None:
    row = foreigner()
    retype_card(
        row.pk, replace(document_of(row), number=_NEW.lower(), stated="", name="李安娜"), reason="", by=site_of(row)
    )
    assert document_of(Registration.objects.get()).stated == _OLD
    with pytest.raises(Duplicate):
        opened(other(Kind.FOREIGN, number=_OLD), code="02")
    elsewhere = numbered("90099920050317101")
    retype_card(row.pk, replace(document_of(row), number=elsewhere, stated=""), reason="", by=site_of(row))
    assert document_of(Registration.objects.get()).stated == "", "of another card nothing is known"


def test_reading_a_foreigners_chip_keeps_what_it_does_not_hold_and_undoes_no_approval() -> None:
    row = foreigner()
    files.give_on(row, "other_document")
    files.answer(row, Act.GRANT, "city")
    chip = replace(document_of(row), address="", stated="", ethnicity="", statement="")
    again = reread_card(row.pk, chip, reader="R01", nonce="n3", by=site_of(row))
    assert document_of(again) == replace(
        chip, address="长沙市岳麓区麓山南路932号", stated=_OLD, statement=document_of(row).statement
    )
    assert "eligibility" in again.done_steps


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("sex", ["", "0", "9", "男"])
def test_a_sex_that_is_none_is_refused_from_a_chip_too(kind: Kind, sex: str) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(other(kind, sex=sex), reader="R01")
    assert refusal.value.fields["sex"].startswith("请选择性别")
