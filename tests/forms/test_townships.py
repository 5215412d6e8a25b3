"""An address down to the township (R13): chosen where the county's list is loaded, typed where it is not; postcodes."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from baoming.forms.definition import FormDefinition
from baoming.forms.townships import Townships
from baoming.registrations.form_queries import draft_of, form_of, typed_of
from baoming.seasons.models import SeasonData
from baoming.web.management.commands.load_season import load
from tests import factories as make
from tests.forms.samples import CODESETS, DIVISIONS, DOCUMENT, FILLED, SCHOOLS, read
from tests.registrations.test_save_form import candidate, now, type_in
from tests.web.conftest import phone

__all__ = ["phone"]
LISTS = Townships({"430102": ("马坡岭街道", "东湖街道", "东湖镇", "街道")})
FORM = FormDefinition.parse(DOCUMENT, codesets=CODESETS, divisions=DIVISIONS, schools=SCHOOLS, townships=LISTS)


def township(typed: str, county: str = "430102") -> tuple[object, str]:
    city = "430200" if county == "430202" else "430100"
    changed = {"household.township": [typed], "household.county": [county], "household.city": [city]}
    values, problems = FORM.clean(FILLED | changed)
    kept = values.get("household")
    return kept["township"] if isinstance(kept, dict) else None, problems.get("household.township", "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("马坡岭街道", "马坡岭街道"), (" 马坡岭 ", "马坡岭街道"), ("马坡岭镇", "马坡岭街道"), ("东湖镇", "东湖镇")],
)
def test_in_a_county_with_a_list_one_of_it_is_meant(typed: str, kept: str) -> None:
    assert township(typed) == (kept, "")


@pytest.mark.parametrize("typed", ["演示街道", "东湖", "=1+1", "<b>"])
def test_what_the_list_lacks_or_has_twice_is_asked_again(typed: str) -> None:
    assert township(typed) == (None, f"所选的县（市、区）没有“{typed}”，请在列出的乡镇（街道）里选择")


def test_in_a_county_without_a_list_it_is_typed() -> None:
    assert township("演示街道", county="430202") == ("演示街道", "")


def test_control_without_the_list_anything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Townships, "of", lambda *_: ())
    with pytest.raises(AssertionError):
        test_what_the_list_lacks_or_has_twice_is_asked_again("演示街道")


@pytest.mark.parametrize("listed", [{"430102": ["东湖街道", "东湖街道"]}, {"430102": []}])
def test_an_unsound_list_is_refused(listed: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="empty, or a name comes twice"):
        Townships.parse({"townships": listed})


def test_what_is_shipped_is_a_sample_and_of_counties_that_exist() -> None:
    counties = {code for listed in DIVISIONS.counties.values() for code in listed}
    for year in (2023, 2025):
        document = read(f"forms/data/43/{year}/townships.json")
        assert document["sample"] is True
        assert "样例" in document["source"]
        assert set(Townships.parse(document).names) <= counties


@pytest.mark.parametrize(
    ("postcode", "sentence"),
    [
        ("410016", None),
        ("421001", "长沙市的邮政编码一般以410开头，请再核对一次"),
        ("100000", "长沙市的邮政编码一般以410开头，请再核对一次"),
    ],
)
def test_a_postcode_of_another_city_is_asked_about_and_never_refused(postcode: str, sentence: str | None) -> None:
    values, problems = FORM.clean(FILLED | {"postcode": [postcode]})
    assert problems == {}
    assert FORM.warnings(values).get("postcode") == sentence


def test_elsewhere_no_postcode_is_doubted() -> None:
    elsewhere = {"address.province": ["other"], "address.detail": ["广东省深圳市福田区1号"], "postcode": ["518000"]}
    assert FORM.warnings(FORM.clean(FILLED | elsewhere)[0]) == {}
    assert all(DIVISIONS.postcodes[city] for city in DIVISIONS.cities)


@pytest.mark.django_db
def test_a_province_imports_its_own_and_loading_the_season_again_keeps_them(tmp_path: Path) -> None:
    season = make.season()
    table = tmp_path / "townships.csv"
    table.write_text("县区代码,乡镇街道\n430102,马坡岭街道\n430102,东湖街道\n430202,演示镇\n", "gb18030")
    out = StringIO()
    call_command("import_townships", "43", "2023", str(table), "--kind", "demo", stdout=out)
    assert out.getvalue() == "3 townships in 2 counties\n"
    season.refresh_from_db()
    assert form_of(season).pages[4].townships.of("430102") == ("马坡岭街道", "东湖街道")
    load("43", 2023, "demo")
    season.refresh_from_db()
    assert form_of(season).pages[4].townships.of("430202") == ("演示镇",)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("县区代码,乡镇街道\n439999,东湖街道\n", "line 2: no county has the code 439999"),
        (
            "县区代码,乡镇街道\n430102,东湖街道\n430102,东湖街道\n",
            "line 3: 东湖街道 stands in this county's list before",
        ),
        ("县区代码,乡镇街道\n430102,\n", "line 2: 请填写乡镇或街道"),
        ("县区代码,名称\n430102,东湖街道\n", "The first line must name the columns"),
        ("县区代码,乡镇街道\n", "The list is empty"),
    ],
)
def test_a_faulty_table_is_refused_as_a_whole(tmp_path: Path, content: str, sentence: str) -> None:
    make.season()
    (tmp_path / "t.csv").write_text(content, "utf-8")
    before = SeasonData.objects.count()
    with pytest.raises(CommandError, match=sentence):
        call_command("import_townships", "43", "2023", str(tmp_path / "t.csv"), "--kind", "demo")
    assert SeasonData.objects.count() == before


@pytest.mark.django_db
def test_the_page_offers_the_list_of_the_chosen_county_without_any_script(phone: Client) -> None:
    row = candidate()
    type_in(row)
    phone.force_login(row.account)
    typed = {"household.province": "43", "household.city": "430100", "household.county": "430111"}
    given = {**typed, "household.township": "演示街道", "household_type": "2", "asked": ["household_type", "household"]}
    again = phone.post("/form/household", {**given, "again": "household", "revision": now(row)})
    assert again["Location"] == "/form/household#f-household"
    page = phone.get("/form/household").content.decode()
    assert '<option value="演示街道" selected>演示街道（不在名单里）</option>' in page
    assert '<option value="跳马镇">跳马镇</option>' in page
    answer = phone.post("/form/household", {**given, "revision": now(row)})
    assert answer.status_code == 422
    assert "所选的县（市、区）没有“演示街道”" in answer.content.decode()
    assert typed_of(row, draft_of(row)).raw["household.township"] == ["演示街道"]
    assert (
        phone.post("/form/household", {**given, "household.township": "跳马", "revision": now(row)}).status_code == 302
    )
    assert "跳马镇" in phone.get("/form/check").content.decode()


@pytest.mark.django_db
def test_the_check_page_asks_about_the_postcode(phone: Client) -> None:
    row = candidate()
    type_in(row, FILLED | {"postcode": ["421001"]})
    phone.force_login(row.account)
    assert "长沙市的邮政编码一般以410开头，请再核对一次" in phone.get("/form/check").content.decode()
