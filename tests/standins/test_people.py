"""The pupils who do not exist: well formed, all different, and the difficult names among them."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from baoming.registrations import identity_numbers as numbers
from baoming.registrations.rosters import read_roster
from standins.people import MOST, people, write_roster
from tests.environment import ROOT


def test_same_arguments_give_same_people() -> None:
    assert people() == people()
    assert people(seed=2) != people()


def test_numbers_are_synthetic_well_formed_and_say_sex_and_birth() -> None:
    pupils = people()
    assert len({pupil.number for pupil in pupils}) == len({pupil.name for pupil in pupils}) == 60
    for pupil in pupils:
        assert numbers.canonical(pupil.number) == pupil.number
        assert numbers.is_synthetic(pupil.number)
        assert numbers.birth_date(pupil.number) == pupil.birth
        assert numbers.sex(pupil.number) == {"男": "1", "女": "2"}[pupil.sex]


def test_difficult_people_are_among_them() -> None:
    pupils = people()
    names = "".join(pupil.name for pupil in pupils)
    assert pupils[0].name == "欧阳思远"
    assert all(part in names for part in ("阿依古丽·买买提", "㛃", "𠮷"))
    assert [pupil.valid_to < date(2022, 11, 1) for pupil in pupils].count(True) == 1


def test_roster_file_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster(path, people())
    sheet = read_roster(path.read_bytes(), filename=path.name)
    assert not sheet.problems
    assert [row.name for row in sheet.rows] == [pupil.name for pupil in people()]
    assert [row.class_number for row in sheet.rows][-1] == "60"


def printed(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "standins.people", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60)


def test_a_printed_roster_is_taken_whole() -> None:
    sheet = read_roster(printed("--csv", "60").stdout, filename="roster.csv")
    assert not sheet.problems
    assert [(row.roll_number, row.name) for row in sheet.rows] == [(one.roll_number, one.name) for one in people()]
    assert (sheet.rows[0].class_number, sheet.rows[0].teacher) == ("01", "李强")


def test_more_pupils_than_there_are_numbers_are_refused() -> None:
    assert len({one.number for one in people(MOST)}) == MOST
    assert printed("--csv", str(MOST + 1)).returncode == 2
    assert printed("--csv", "0").returncode == 2
