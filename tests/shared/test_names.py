"""Names in pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoming.shared.names import initials, pinyin_key, syllables


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


@given(st.text(max_size=40))
def test_any_text_has_a_key(name: str) -> None:
    assert pinyin_key(name) == " ".join(syllables(name))
    assert len(initials(name)) == len(syllables(name))
