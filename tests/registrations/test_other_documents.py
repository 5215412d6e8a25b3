"""R24: what is checked of a document of another kind, each rule once kept and once broken."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument, checked
from baoming.shared.errors import Invalid
from baoming.shared.names import same_name
from tests.registrations.others import numbered, other, residence_number

TODAY = date(2022, 11, 1)
OTHERS = [kind for kind in Kind if kind is not Kind.RESIDENT]
NEW_FOREIGN = numbered("90099920050317001")


@pytest.mark.parametrize("kind", OTHERS)
def test_a_valid_document_is_taken_and_comes_back_from_the_seal(kind: Kind) -> None:
    kept = checked(other(kind), today=TODAY, real_season=False)
    assert IdentityDocument.from_json(kept.name, kept.to_json()) == kept
    assert (kept.kind, kept.ethnicity) == (kind, "")


def test_a_residents_card_is_sealed_as_before() -> None:
    """Cards sealed by former versions have no kind; none is written for them now either."""
    card = replace(other(Kind.TW_PERMIT), kind=Kind.RESIDENT, number=numbered("99000120050317002"), statement="")
    sealed = card.to_json()
    assert not [key for key in (b"kind", b"stated", b"statement", b"nationality") if key in sealed]


REFUSED: list[tuple[Kind, dict[str, Any], str, str]] = [  # kind, what is changed, field, what its sentence says
    (Kind.HM_PERMIT, {"name": " "}, "name", "请填写姓名"),
    (Kind.HM_PERMIT, {"number": "H999"}, "number", "H或M加8位数字"),
    (Kind.HM_PERMIT, {"number": "99990001"}, "number", "这是台湾居民来往大陆通行证的号码"),
    (Kind.HM_PERMIT, {"birth": date(2022, 11, 1)}, "birth", "还没有到"),
    (Kind.HM_PERMIT, {"valid_to": None}, "valid_to", "没有“长期”的"),
    (Kind.TW_PERMIT, {"valid_to": date(2022, 10, 31)}, "valid_to", "证件已于2022年10月31日到期，不能用来报名"),
    (Kind.TW_PERMIT, {"valid_to": date(2021, 3, 18)}, "valid_to", "到期"),
    (Kind.RESIDENCE, {"stated": ""}, "stated", "通行证号码"),
    (Kind.RESIDENCE, {"stated": "M99990001"}, "stated", "居住证是香港居民的"),
    (Kind.RESIDENCE, {"birth": date(2005, 3, 18)}, "birth", "出生日期和证件号码不一致"),
    (Kind.RESIDENCE, {"sex": "1"}, "sex", "性别和证件号码不一致"),
    (Kind.RESIDENCE, {"number": residence_number()[:17] + "Y"}, "number", "18位"),
    (Kind.FOREIGN, {"nationality": ""}, "nationality", "3个字母代码"),
    (Kind.FOREIGN, {"nationality": "CAN"}, "nationality", "前3个字母（UTO）不一致"),
    (Kind.FOREIGN, {"nationality": "CHN"}, "nationality", "中国公民不用这种证件"),
    (Kind.FOREIGN, {"number": NEW_FOREIGN, "birth": date(2005, 3, 18)}, "birth", "不一致"),
    (Kind.FOREIGN, {"number": NEW_FOREIGN, "stated": "H99990001"}, "stated", "3个字母加12位数字"),
]


@pytest.mark.parametrize(("kind", "changes", "field", "said"), REFUSED)
def test_each_rule_refuses_at_its_field(kind: Kind, changes: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(other(kind, **changes), today=TODAY, real_season=False)
    assert list(refusal.value.fields) == [field]
    assert said in refusal.value.fields[field]


@pytest.mark.parametrize("kind", OTHERS)
def test_numbers_of_practice_are_refused_in_a_real_season(kind: Kind) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(other(kind), today=TODAY, real_season=True)
    assert "演练用的证件号码" in str(refusal.value.fields)


def test_what_the_number_does_not_say_is_typed_and_not_compared() -> None:
    """A pass says neither birth nor sex; a foreigner's new card says the birth date alone."""
    for sex in ("1", "2"):
        assert checked(other(Kind.HM_PERMIT, sex=sex), today=TODAY, real_season=False).sex == sex
        assert checked(other(Kind.FOREIGN, number=NEW_FOREIGN, sex=sex), today=TODAY, real_season=False).sex == sex


LIFELONG = [  # document, the number by which the same person is known over several documents
    (other(Kind.HM_PERMIT, number="H99990001"), "H99990001"),
    (other(Kind.TW_PERMIT, number="99990001"), "99990001"),
    (other(Kind.RESIDENCE, stated="H99990001"), "H99990001"),
    (other(Kind.FOREIGN, number="UTO430005031701"), "UTO430005031701"),
    (other(Kind.FOREIGN, number=NEW_FOREIGN, stated="uto430005031701"), "UTO430005031701"),
    (other(Kind.FOREIGN, number=NEW_FOREIGN), NEW_FOREIGN),
]


@pytest.mark.parametrize(("document", "number"), LIFELONG)
def test_one_person_is_known_over_several_documents(document: IdentityDocument, number: str) -> None:
    assert checked(document, today=TODAY, real_season=False).lifelong == number


def test_numbers_typed_in_any_width_and_case_are_kept_in_one_spelling() -> None:
    kept = checked(other(Kind.RESIDENCE, stated=" ｈ9999 0001 "), today=TODAY, real_season=False)
    assert kept.stated == "H99990001"
    foreign = checked(
        other(Kind.FOREIGN, number="uto 4300-0503 1701", nationality="ｕto"), today=TODAY, real_season=False
    )
    assert (foreign.number, foreign.nationality) == ("UTO430005031701", "UTO")


@pytest.mark.parametrize(
    ("typed", "same"),
    [("smith john", True), ("SmithJohn", True), ("SMITH  JOHN", True), ("SMITH JON", False), ("SMITH JOHM", False)],
)
def test_a_latin_name_is_the_same_in_any_case_and_spacing(typed: str, same: bool) -> None:
    assert same_name(typed, "SMITH JOHN") is same
