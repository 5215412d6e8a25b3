"""Passwords: what is missing is said, one sentence each."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoming.accounts.passwords import PasswordPolicy, missing, own_data, pair_missing

POLICY = PasswordPolicy()
OWN = own_data(
    number="990001200503170135",
    birth=date(2005, 3, 17),
    phone="19900006021",
    pinyin=["ou", "yang", "si", "yuan"],
)
EASY = "这个密码太容易被猜到，请不要用常见词、连续或重复的字符"
MINE = "密码里不能有您的证件号码、出生日期、手机号码或姓名拼音，请换一个"


@pytest.mark.parametrize(
    "password",
    ["Lan7tian9", "he2xin4chen", "K9m!t3Wq", "gui5hua8shu1xia6", "7Fenghuang2", "x7#Kp2!mQv9$Ls4&"],
)
def test_a_good_password_misses_nothing(password: str) -> None:
    assert missing(password, policy=POLICY, own=OWN) == []


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "密码要有8—16个字符，您填了0个"),
        ("Lan7tia", "密码要有8—16个字符，您填了7个"),
        ("Lan7tian9Lan7tian", "密码要有8—16个字符，您填了17个"),
        ("72940618", "密码里还要有英文字母"),
        ("lantianbai", "密码里还要有数字"),
        ("Lan7 tian9", "密码只用英文字母、数字和符号，请切换到英文输入，不要有空格"),
        ("Ｌａｎ７ｔｉａｎ", "密码只用英文字母、数字和符号，请切换到英文输入，不要有空格"),
        ("Lan7tian9\x00", "密码只用英文字母、数字和符号，请切换到英文输入，不要有空格"),
        ("Lan7tian9\n", "密码只用英文字母、数字和符号，请切换到英文输入，不要有空格"),
        ("蓝天7Lan9tian\ud800", "密码只用英文字母、数字和符号，请切换到英文输入，不要有空格"),
    ],
)
def test_each_thing_missing_has_its_sentence(password: str, sentence: str) -> None:
    assert sentence in missing(password, policy=POLICY, own=OWN)


@pytest.mark.parametrize(
    "password",
    [
        "xk20050317", "xk050317q", "k2005317z", "k17032005z", "mwk0135zz", "990001zkw", "t00006021",
        "wt6021kz", "1990000zkw", "OuYangSiYuan8", "siyuan77x", "53107130kx", "2005-03-17x",
    ],
)  # fmt: skip
def test_own_data_is_refused_also_backwards(password: str) -> None:
    assert MINE in missing(password, policy=POLICY, own=OWN)
    assert MINE not in missing(password, policy=POLICY)


@pytest.mark.parametrize(
    "password",
    [
        "password1", "Passw0rd", "woaini1314", "gaokao2023", "2023gaokao", "admin888", "mima!!!888",
        "aaaa1111", "a1a1a1a1", "abcd1234", "1234abcd", "qwer1234", "4321rewq", "1qaz2wsx", "asdf!@#$1",
        "a12345678", "12345678a", "xiaoming123", "hello123hello", "abc123abc123", "111aaa11", "baobei520",
        "baobeibaobei1",
    ],
)  # fmt: skip
def test_common_passwords_and_patterns_are_refused(password: str) -> None:
    assert EASY in missing(password, policy=POLICY)


def test_a_short_name_does_not_forbid_half_the_alphabet() -> None:
    own = own_data(number="990001200503170135", birth=date(2005, 3, 17), phone="", pinyin=["li", "na"])
    assert missing("lanTianli7", policy=POLICY, own=own) == []
    assert MINE in missing("lina7Kp2q", policy=POLICY, own=own)


def test_the_season_sets_the_length() -> None:
    longer = PasswordPolicy(shortest=10, longest=64)
    assert missing("Lan7tian9", policy=longer) == ["密码要有10—64个字符，您填了9个"]
    assert missing("Lan7tian9 and a long way".replace(" ", "-"), policy=longer) == []


@pytest.mark.parametrize("save", ["Lan7tian9", "lan7TIAN9", "Lan7tian9!", "Lan7tian"])
def test_the_save_password_is_another_one(save: str) -> None:
    assert pair_missing("Lan7tian9", save) == ["保存密码和登录密码不能相同，也不能只多几个字符，请另设一个"]
    assert pair_missing("Lan7tian9", "Gui5hua8shu") == []


@given(st.text(max_size=80))
def test_nothing_typed_breaks_the_policy(text: str) -> None:
    assert all(sentence.startswith(("密码", "这个密码")) for sentence in missing(text, policy=POLICY, own=OWN))
    pair_missing(text, "Lan7tian9")
