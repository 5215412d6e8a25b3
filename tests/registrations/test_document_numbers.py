"""R24: what a number of each kind of document is, written by hand from the mission and domain 13."""

from datetime import date

import pytest

from baoming.registrations.document_numbers import (
    Kind,
    birth_date,
    canonical,
    canonical_any,
    exchange_code,
    is_synthetic,
    kind_of,
    permit_problem,
    problem,
    region,
    sex,
)

TODAY = date(2022, 11, 1)
BORN = date(2005, 3, 17)
TAKEN = [  # kind, typed, kept, birth, sex, region, code of the exchange file
    (Kind.RESIDENT, "990001 20050317 0012", "990001200503170012", BORN, "1", "", "1"),
    (Kind.HM_PERMIT, "H12345678", "H12345678", None, None, "香港", "6"),
    (Kind.HM_PERMIT, "m87654321", "M87654321", None, None, "澳门", "7"),
    (Kind.HM_PERMIT, " Ｈ１２３４ ５６７８ ", "H12345678", None, None, "香港", "6"),
    (Kind.TW_PERMIT, "01234567", "01234567", None, None, "台湾", "8"),
    (Kind.TW_PERMIT, "0123-4567", "01234567", None, None, "台湾", "8"),
    (Kind.RESIDENCE, "810000200503170018", "810000200503170018", BORN, "1", "香港", "C"),
    (Kind.RESIDENCE, "820000 20050317 0028", "820000200503170028", BORN, "2", "澳门", "C"),
    (Kind.RESIDENCE, "８３００００２００５０３１７００３８", "830000200503170038", BORN, "1", "台湾", "C"),
    (Kind.FOREIGN, "can430005031701", "CAN430005031701", None, None, "", "9"),
    (Kind.FOREIGN, "943124200503170024", "943124200503170024", BORN, None, "", "9"),
]


@pytest.mark.parametrize(("kind", "typed", "kept", "birth", "said_sex", "where", "code"), TAKEN)
def test_a_number_is_kept_in_one_spelling_and_says_what_its_kind_says(
    kind: Kind, typed: str, kept: str, birth: date | None, said_sex: str | None, where: str, code: str
) -> None:
    assert canonical(kind, typed) == kept == canonical_any(typed)
    assert kind_of(kept) is kind
    assert (birth_date(kind, kept), sex(kind, kept)) == (birth, said_sex)
    assert (region(kind, kept), exchange_code(kind, kept)) == (where, code)
    assert problem(kind, typed, today=TODAY) is None


REFUSED = [  # kind, typed, what the sentence says
    (Kind.HM_PERMIT, "H1234567", "H或M加8位数字"),
    (Kind.HM_PERMIT, "K12345678", "H或M加8位数字"),
    (Kind.HM_PERMIT, "H1234567801", "最后两位是换证次数"),
    (Kind.HM_PERMIT, "01234567", "这是台湾居民来往大陆通行证的号码"),
    (Kind.HM_PERMIT, "810000200503170018", "这是港澳台居民居住证的号码"),
    (Kind.TW_PERMIT, "0123456", "8位数字"),
    (Kind.TW_PERMIT, "H12345678", "这是港澳居民来往内地通行证的号码"),
    (Kind.RESIDENCE, "810000200503170019", "有一位填错了"),
    (Kind.RESIDENCE, "810000200503171018", "有一位填错了"),
    (Kind.RESIDENCE, "810000200502310015", "第7到14位不是一个日期"),
    (Kind.RESIDENCE, "810000203503170011", "出生日期还没有到"),
    (Kind.RESIDENCE, "81000020050317001", "18位，以810000"),
    (Kind.RESIDENCE, "430102200503170015", "这是居民身份证的号码"),
    (Kind.RESIDENCE, "", "18位，以810000"),
    (Kind.FOREIGN, "943124200503170025", "有一位填错了"),
    (Kind.FOREIGN, "CA1430005031701", "旧版3个字母加12位数字"),
    (Kind.FOREIGN, "990001200503170012", "这是居民身份证的号码"),
    (Kind.FOREIGN, "430102200503170015", "这是居民身份证的号码"),
    (Kind.RESIDENT, "810000200503170018", "这是港澳台居民居住证的号码"),
    (Kind.RESIDENT, "943124200503170024", "这是外国人永久居留身份证的号码"),
    (Kind.RESIDENT, "H12345678", "这是港澳居民来往内地通行证的号码"),
    (Kind.RESIDENT, "4301022005", "请输入18位身份证号码"),
]


@pytest.mark.parametrize(("kind", "typed", "said"), REFUSED)
def test_a_wrong_number_and_one_of_another_kind_are_told(kind: Kind, typed: str, said: str) -> None:
    assert said in (problem(kind, typed, today=TODAY) or "")


SYNTHETIC = [
    (Kind.RESIDENT, "990001200503170012", True),
    (Kind.RESIDENT, "430102200503170015", False),
    (Kind.HM_PERMIT, "H99990001", True),
    (Kind.HM_PERMIT, "H12345678", False),
    (Kind.TW_PERMIT, "99990001", True),
    (Kind.TW_PERMIT, "01234567", False),
    (Kind.RESIDENCE, "819999200503170017", True),
    (Kind.RESIDENCE, "829999200503170027", True),
    (Kind.RESIDENCE, "839999200503170045", True),
    (Kind.RESIDENCE, "810000200503170018", False),
    (Kind.FOREIGN, "UTO430005031701", True),
    (Kind.FOREIGN, "CAN430005031701", False),
    (Kind.FOREIGN, "900999200503170010", True),
    (Kind.FOREIGN, "943124200503170024", False),
]


@pytest.mark.parametrize(("kind", "number", "made_up"), SYNTHETIC)
def test_numbers_that_nobody_can_have_are_known(kind: Kind, number: str, made_up: bool) -> None:
    assert canonical(kind, number) == number
    assert is_synthetic(kind, number) is made_up


STATED = [  # residence card, the pass number typed, what the sentence says
    ("810000200503170018", "H12345678", ""),
    ("810000200503170018", "h 1234 5678", ""),
    ("820000200503170028", "M12345678", ""),
    ("830000200503170038", "01234567", ""),
    ("810000200503170018", "M12345678", "居住证是香港居民的，通行证号码却是澳门居民的"),
    ("810000200503170018", "01234567", "居住证背面印有通行证号码（H或M"),
    ("830000200503170038", "H12345678", "居住证背面印有通行证号码（8位数字"),
    ("810000200503170018", "", "居住证背面印有通行证号码"),
]


@pytest.mark.parametrize(("residence", "permit", "said"), STATED)
def test_a_residence_card_states_the_pass_of_its_region(residence: str, permit: str, said: str) -> None:
    found = permit_problem(residence, permit)
    assert bool(found) == bool(said)
    assert said in (found or "")
