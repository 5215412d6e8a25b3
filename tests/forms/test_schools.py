"""Looking a school up in the imported list (R13: school)."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from baoming.forms.schools import Schools
from baoming.registrations.form_queries import form_of
from baoming.seasons.models import SeasonData
from baoming.web.management.commands.load_season import load
from tests import factories as make
from tests.forms.samples import FILLED, FORM, SCHOOLS

FIRST = "长沙市芙蓉区第一中学"


def school(name: str, code: str = "", searched: str | None = None) -> tuple[object, dict[str, str]]:
    given = {"school.name": [name], "school.code": [code], "school.searched": [name if searched is None else searched]}
    values, problems = FORM.clean({**FILLED, **given})
    return values.get("school"), problems


@pytest.mark.parametrize("typed", [FIRST, f" {FIRST} "])
def test_the_official_name_alone_is_enough(typed: str) -> None:
    assert school(typed, searched="") == ({"code": "0102001", "name": FIRST}, {})


@pytest.mark.parametrize(
    ("typed", "first"),
    [("芙蓉一中", FIRST), ("芙蓉区第一", FIRST), ("cssfrqdyzx", FIRST), ("荷塘 职业", "株洲市荷塘区职业中等专业学校")],
)
def test_a_few_characters_or_initials_find_it(typed: str, first: str) -> None:
    assert next(iter(SCHOOLS.like(typed).values())) == first


def test_one_of_the_found_is_chosen_and_kept_with_its_official_name() -> None:
    assert school("芙蓉一中", "0102001") == ({"code": "0102001", "name": FIRST}, {})


def test_what_was_chosen_for_another_name_is_not_meant() -> None:
    assert school("天心一中", "0102001", searched="芙蓉一中") == (
        None, {"school.code": "名单里有相近的学校，请选出您的学校；都不是，请选“名单里没有”"},
    )  # fmt: skip


def test_a_school_that_the_list_lacks_is_typed() -> None:
    assert school("外省某中学") == (
        None, {"school.code": "名单里没有找到这所学校，请核对名称；没有写错，请选“名单里没有”"},
    )  # fmt: skip
    assert school("外省某中学", "other") == ({"code": "", "name": "外省某中学"}, {})


@pytest.mark.django_db
def test_without_a_list_the_name_is_typed() -> None:
    season = make.season("sign_up")
    SeasonData.objects.filter(season=season, key="schools").delete()
    season.data_version += 1  # nothing of it is kept in this process
    given = {"school.name": ["某中学"], "school.code": ["0102001"]}
    values, problems = form_of(season).page("school").clean({**FILLED, **given})
    assert (values["school"], problems) == ({"code": "", "name": "某中学"}, {})


@pytest.mark.parametrize("code", ["0102999", "<b>", "1' OR 1", "\x00"])
def test_a_code_that_nobody_offered_counts_for_nothing(code: str) -> None:
    kept, problems = school("芙蓉一中", code)
    assert kept is None
    assert set(problems) == {"school.code"}


def test_a_list_with_a_code_or_a_name_twice_is_refused() -> None:
    one = {"code": "1", "name": "甲中学"}
    for other in ({"code": "1", "name": "乙中学"}, {"code": "2", "name": "甲中学"}):
        with pytest.raises(ValueError, match="twice"):
            Schools.parse({"schools": [one, other]})


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_province_imports_its_own_list(tmp_path: Path, encoding: str) -> None:
    season, file = make.season("sign_up"), tmp_path / "schools.csv"
    file.write_bytes("学校名称,学校代码\n湘岭市第一中学,9901001\n".encode(encoding))
    call_command("import_schools", season.province, str(season.year), str(file), kind=season.kind, stdout=StringIO())
    season.refresh_from_db()
    assert dict(form_of(season).page("school").schools.names) == {"9901001": "湘岭市第一中学"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "columns"),
        ("代码,名称\n1,甲中学\n", "columns"),
        ("学校代码,学校名称\n", "empty"),
        ("学校代码,学校名称\n1,甲中学\n1,乙中学\n", "line 3"),
        ("学校代码,学校名称\n1,甲中学\n2,甲中学\n", "line 3"),
        ("学校代码,学校名称\n=1+1,甲中学\n", "line 2"),
        ("学校代码,学校名称\n1\n", "line 2"),
        ("学校代码,学校名称\n1," + "𠮷" * 20 + "\n", "line 2: 毕业学校太长"),
        ("学校代码,学校名称\n1,甲\u200b中学\n", "line 2: 毕业学校里有看不见的控制字符"),
    ],
)
def test_a_faulty_list_changes_nothing(tmp_path: Path, content: str, sentence: str) -> None:
    season, file = make.season("sign_up"), tmp_path / "schools.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("import_schools", season.province, str(season.year), str(file), kind=season.kind)
    season.refresh_from_db()
    assert len(form_of(season).page("school").schools.names) == len(SCHOOLS.names)


@pytest.mark.django_db
def test_bytes_of_no_encoding_and_an_unknown_season_are_said(tmp_path: Path) -> None:
    season, file = make.season("sign_up"), tmp_path / "schools.csv"
    file.write_bytes("学校代码,学校名称\n1,".encode() + b"\xff\xff\n")
    with pytest.raises(CommandError, match="neither UTF-8 nor gb18030"):
        call_command("import_schools", season.province, str(season.year), str(file), kind=season.kind)
    with pytest.raises(CommandError, match="load_season"):
        call_command("import_schools", season.province, "2031", str(file), kind=season.kind)


@pytest.mark.django_db
def test_what_a_province_imported_is_not_overwritten_by_what_is_shipped(tmp_path: Path) -> None:
    season, file = make.season("sign_up"), tmp_path / "schools.csv"
    file.write_text("学校代码,学校名称\n9901001,湘岭市第一中学\n", "utf-8")
    call_command("import_schools", season.province, str(season.year), str(file), kind=season.kind, stdout=StringIO())
    load(season.province, season.year, season.kind)
    season.refresh_from_db()
    assert dict(form_of(season).page("school").schools.names) == {"9901001": "湘岭市第一中学"}
