"""Sixty pupils who do not exist, the same ones for the roster, the card reader and the tests.

python -m standins.people --roster roster.xlsx      a spreadsheet for the school's roster
python -m standins.people --csv 60 > roster.csv     the same as text, of so many pupils
"""

import argparse
import csv
import io
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from baoming.registrations.identity_numbers import check_character

_AREA = "990001"  # no division has an area of 99: nobody can have one of these numbers
_FIRST_DAY, _DAYS = date(2004, 9, 1), 365
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹"
_GIVEN = "子涵雨欣浩然思琪嘉豪诗雅俊杰梦瑶宇航佳怡文博可馨明轩静怡志强晓彤天佑若曦家乐语嫣"
_STREETS = ("演示大道", "样例路", "示范街", "练习巷")
_ETHNICITIES = ("01", "01", "01", "01", "01", "01", "01", "15", "06", "03")  # GB/T 3304: 汉 土家 苗 回
Named = tuple[tuple[str, str, str], ...]  # name, sex, ethnicity of those who come first
_NAMED: Named = (("欧阳思远", "男", "01"), ("阿依古丽·买买提", "女", "05"), ("陈㛃", "女", "01"), ("𠮷明", "男", "01"))
_EXPIRED = 4  # position of the pupil whose card has run out
_OUTSIDE = 59  # position of the pupil whose household is in another province
_CLASS, _TEACHER, _ISSUER = "高三（1）班", "李强", "演示市公安局样例分局"


@dataclass(frozen=True, slots=True)
class Person:
    """One pupil as the card and the school know them. `sex`: 男 or 女; `ethnicity`: GB/T 3304 code."""

    name: str
    sex: str
    ethnicity: str
    birth: date
    address: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    roll_number: str
    class_name: str
    class_number: str
    teacher: str


def people(count: int = 60, seed: int = 1, *, area: str = _AREA, named: Named = _NAMED) -> list[Person]:
    """Return `count` pupils of one class. Same arguments, same pupils; numbers are all different.

    `area`: the first six digits of their numbers, another for each list of pupils that must not meet.
    """
    random = Random(seed)  # noqa: S311  (people, not secrets)
    names: set[str] = {name for name, _, _ in named}
    return [_person(random, index, names, area=area, named=named) for index in range(count)]


def renewed(person: Person) -> Person:
    """Return the person with the card that replaced one which has run out."""
    issued = date(2022, 10, 20)
    return replace(person, valid_from=issued, valid_to=issued.replace(year=issued.year + 10))


def has_run_out(person: Person) -> bool:
    """Whether the card had run out when the season began."""
    return person.valid_to < date(2022, 9, 1)


def _person(random: Random, index: int, names: set[str], *, area: str, named: Named) -> Person:
    if index < len(named):
        name, sex, ethnicity = named[index]
    else:
        name, sex, ethnicity = _fresh_name(random, names), random.choice("男女"), random.choice(_ETHNICITIES)
    birth = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
    issued = date(2012, 3, 1) if index == _EXPIRED else date(2021, 3, 1) + timedelta(days=random.randrange(365))
    years = 5 if issued - birth < timedelta(days=16 * 365) else 10
    # The odd or even last digit of the sequence says the sex; the index keeps numbers apart.
    first_17 = f"{area}{birth:%Y%m%d}{2 * index + (1 if sex == '男' else 2):03d}"
    return Person(
        name=name,
        sex=sex,
        ethnicity=ethnicity,
        birth=birth,
        address=f"{_home(index)}演示市样例区{random.choice(_STREETS)}{random.randint(1, 299)}号",
        number=first_17 + check_character(first_17),
        issuer=_ISSUER,
        valid_from=issued,
        valid_to=issued.replace(year=issued.year + years),
        roll_number=f"G{first_17}{index % 10}",
        class_name=_CLASS,
        class_number=f"{index + 1:02d}",
        teacher=_TEACHER,
    )


def _home(index: int) -> str:
    return "贵州省" if index == _OUTSIDE else "演示省"


def _fresh_name(random: Random, taken: set[str]) -> str:
    while True:
        name = random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2, 2))))
        if name not in taken:
            taken.add(name)
            return name


_HEADER = ("学籍号", "姓名", "性别", "班级", "学号", "班主任")
MOST = 499  # more pupils than sequence numbers of one day could keep apart


def write_roster(path: Path, pupils: list[Person]) -> None:
    """Write the school's list as a spreadsheet; every cell is text, so that no number is rounded."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("高三（1）班")
        sheet.write_row(0, 0, _HEADER)
        for line, one in enumerate(pupils, start=1):
            for column, text in enumerate(_cells(one)):
                sheet.write_string(line, column, text)
        sheet.set_column(0, 0, 24)


def roster_csv(pupils: list[Person]) -> bytes:
    """Return the school's list as CSV; the mark at its head tells spreadsheet programs that it is UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_HEADER, *map(_cells, pupils)])
    return text.getvalue().encode("utf-8-sig")


def _cells(one: Person) -> tuple[str, ...]:
    return (one.roll_number, one.name, one.sex, one.class_name, one.class_number, one.teacher)


def main() -> None:
    parser = argparse.ArgumentParser()
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--roster", type=Path, help="spreadsheet to write")
    wanted.add_argument("--csv", type=int, metavar="N", help=f"how many to print, 1 to {MOST}")
    known = parser.parse_args()
    if known.csv is not None and not 1 <= known.csv <= MOST:
        parser.error(f"--csv takes a number from 1 to {MOST}")
    if known.roster:
        write_roster(known.roster, people())
    else:
        sys.stdout.buffer.write(roster_csv(people(known.csv)))


if __name__ == "__main__":
    main()
