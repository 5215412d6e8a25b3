"""What a password must be (R11), and what is missing from one.

The two passwords of a candidate follow the same policy and differ. Nothing here hashes or keeps.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_RUNS = tuple(run[::way] for run in _ROWS + _COLUMNS for way in (1, -1))
_RUN_LENGTH = 3  # shorter pieces of a row occur in any word
_OWN_LENGTH = 4  # shorter pieces of own data ("li", "05") occur in any password
_FREE_CHARACTERS = 4  # what must be left when runs and repeats are taken away
_WORDS = Path(__file__).parent / "data" / "common_passwords.txt"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The season's rule: characters at least and at most."""

    shortest: int = 8
    longest: int = 16


def missing(password: str, *, policy: PasswordPolicy, own: Iterable[str] = ()) -> list[str]:
    """Return what is still missing, one sentence each; an empty list means the password can be taken.

    `own`: the person's data as `own_data` gives it, none of which may stand in the password.
    """
    sentences = []
    if not policy.shortest <= len(password) <= policy.longest:
        sentences.append(f"密码要有{policy.shortest}—{policy.longest}个字符，您填了{len(password)}个")
    if not re.fullmatch(r"[!-~]*", password):
        sentences.append("密码只用英文字母、数字和符号，请切换到英文输入，不要有空格")
    if not re.search(r"[A-Za-z]", password):
        sentences.append("密码里还要有英文字母")
    if not re.search(r"[0-9]", password):
        sentences.append("密码里还要有数字")
    if _contains_any(password.lower(), own):
        sentences.append("密码里不能有您的证件号码、出生日期、手机号码或姓名拼音，请换一个")
    if password and (_is_common(password.lower()) or _is_pattern(password.lower())):
        sentences.append("这个密码太容易被猜到，请不要用常见词、连续或重复的字符")
    return sentences


def pair_missing(login: str, save: str) -> list[str]:
    """Return what is missing for two passwords to stand side by side: they are not nearly the same."""
    one, other = login.lower(), save.lower()
    if one == other or (one and one in other) or (other and other in one):
        return ["保存密码和登录密码不能相同，也不能只多几个字符，请另设一个"]
    return []


def own_data(*, number: str, birth: date, phone: str, pinyin: Sequence[str]) -> list[str]:
    """Return the pieces of a person's data that must not stand in a password.

    Args:
        number: of the identity document; its first, birth-date and last digits count.
        birth: in the ways people write it.
        phone: the bound phone, empty if there is none yet.
        pinyin: syllables of the name, surname first.
    """
    compact = f"{birth:%Y%m%d}"
    dates = [
        compact,
        compact[2:],
        f"{birth:%d%m%Y}",
        f"{birth:%m%d%Y}",
        f"{birth:%Y-%m-%d}",
        f"{birth:%Y.%m.%d}",
    ]
    dates += [f"{birth.year}{birth.month}{birth.day}", f"{birth.year}-{birth.month}-{birth.day}"]
    numbers = [number[-4:], number[:6], phone[-8:], phone[-4:], phone[:7]]
    names = ["".join(pinyin), "".join(pinyin[1:]), "".join(pinyin[-2:]), "".join([*pinyin[1:], *pinyin[:1]])]
    pieces = dates + numbers + names
    return [piece.lower() for piece in dict.fromkeys(pieces) if len(piece) >= _OWN_LENGTH]


def _contains_any(password: str, own: Iterable[str]) -> bool:
    pieces = [piece.lower() for piece in own if len(piece) >= _OWN_LENGTH]
    return any(piece in password or piece[::-1] in password for piece in pieces)


def _is_common(password: str) -> bool:
    exact, words = _common()
    pieces = re.findall(r"[a-z]+", password)
    return password in exact or (bool(pieces) and all(_halved(piece) in words for piece in pieces))


def _halved(piece: str) -> str:
    """Return `piece`, or its half when it is the same word twice."""
    half = piece[: len(piece) // 2]
    return half if half * 2 == piece else piece


@cache
def _common() -> tuple[frozenset[str], frozenset[str]]:
    lines = _WORDS.read_text(encoding="utf-8").split("\n")
    entries = [line for line in lines if line and not line.startswith("#")]
    return (
        frozenset(entry for entry in entries if not entry.endswith("*")),
        frozenset(entry[:-1] for entry in entries if entry.endswith("*")),
    )


def _is_pattern(password: str) -> bool:
    """Return whether little is left of `password` without repeats, sequences and keyboard runs."""
    return len(set(password)) <= _FREE_CHARACTERS or _repeats(password) or _free(password) < _FREE_CHARACTERS


def _repeats(password: str) -> bool:
    """Return whether a short piece, written again and again, makes the whole."""
    return any(
        (password[:size] * len(password))[: len(password)] == password for size in range(1, len(password) // 2 + 1)
    )


def _free(password: str) -> int:
    """Return how many characters stand in no run."""
    place = free = 0
    while place < len(password):
        length = _run_at(password, place)
        if length < _RUN_LENGTH:
            free += 1
            length = 1
        place += length
    return free


def _run_at(password: str, place: int) -> int:
    """Return the length of the longest run (same character, row or sequence) that starts at `place`."""
    longest = 1
    for end in range(place + 2, len(password) + 1):
        piece = password[place:end]
        if len(set(piece)) > 1 and not any(piece in run for run in _RUNS):
            break
        longest = len(piece)
    return longest
