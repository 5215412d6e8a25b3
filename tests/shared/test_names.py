"""Names in pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoming.shared.names import initials, pinyin_key, syllables
from baoming.shared.text import clean_name


@pytest.mark.parametrize(
    ("name", "key", "letters"),
    [
        ("欧阳娜", "ou yang na", "oyn"),
        ("单小明", "shan xiao ming", "sxm"),
        ("曾国", "zeng guo", "zg"),
        ("仇英", "qiu ying", "qy"),
        ("解缙", "xie jin", "xj"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("单于明", "chan yu ming", "cym"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti", "ayglmmt"),
        ("阿依古丽．买买提", "a yi gu li mai mai ti", "ayglmmt"),
        ("单增·曾祖", "dan zeng zeng zu", "dzzz"),
        ("吕布", "lv bu", "lb"),
        ("Anna Li", "anna li", "al"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("区小明", "ou xiao ming", "oxm"),
        ("查良镛", "zha liang yong", "zly"),
        ("盖叫天", "ge jiao tian", "gjt"),
        ("任我行", "ren wo xing", "rwx"),
        ("华佗", "hua tuo", "ht"),
        ("万俟卨", "mo qi xie", "mqx"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, key: str, letters: str) -> None:
    assert pinyin_key(name) == key
    assert initials(name) == letters


def test_the_reading_of_a_surname_is_kept_to_the_first_character() -> None:
    assert pinyin_key("王单") == "wang dan"


def test_a_character_without_reading_stands_for_itself() -> None:
    assert syllables("王\U00030edd")[0] == "wang"
    assert len(pinyin_key("王\U0003ffff")) > len("wang ")


def test_private_characters_go_where_the_standards_put_them() -> None:
    """Row FE50-FEA0 of GBK in order from U+E815; this Python knows GB 18030-2000, the other fourteen are of 2022."""
    of_2022 = {
        0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6,
        0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F,
        0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
    }  # fmt: skip
    row = [code for code in range(0xFE50, 0xFEA1) if code != 0xFE7F]
    for private, code in enumerate(row, start=0xE815):
        expected = chr(of_2022.get(private) or ord(code.to_bytes(2, "big").decode("gb18030")))
        assert clean_name(chr(private)) == expected
    for unknown in "\ue000\ue765\ue814\ue865\uf8ff\U000f0000\U0010fffd":
        assert clean_name(unknown) == unknown


@given(st.text(max_size=40))
def test_any_text_has_a_key(name: str) -> None:
    assert pinyin_key(name) == " ".join(syllables(name))[:200].rstrip()
    assert len(initials(name)) == len(syllables(name))
