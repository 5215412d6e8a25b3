"""报名信息采集草表 (domain section 10, situation 4): drawn from the season's form, numbered, and read back."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from baoming.documents.engine import page_count
from baoming.forms.definition import FormDefinition
from baoming.forms.fields import Field
from baoming.registrations import paper_drafts as drafts
from tests.forms.samples import FORM, FORM_2025
from tests.registrations.sheet_samples import MADE_AT, SEASON, SITE

YEARS = {2023: FORM, 2025: FORM_2025}


def sheets(*numbers: int, year: int = 2023) -> list[drafts.DraftSheet]:
    return [drafts.draft_number(SITE, number, year=year, issued="2022-11-07") for number in numbers]


def made(form: FormDefinition, *numbers: int) -> bytes:
    return drafts.paper_drafts(form, sheets(*numbers), season=SEASON, made_at=MADE_AT)


def words(pdf: bytes) -> list[str]:
    """The text of each page, without gaps."""
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = read.stdout.decode().replace("\u200b", "").split("\f")[:-1]
    return ["".join(page.split()) for page in pages]


def decoded(pdf: bytes, folder: Path) -> str:
    """What a scanner reads off every first side at 200 dpi."""
    (folder / "drafts.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", "drafts.pdf", "draft"], cwd=folder, check=True)
    pictures = sorted(path.name for path in folder.glob("draft-*.png"))[::2]
    return subprocess.run(["zbarimg", "-q", *pictures], cwd=folder, capture_output=True, check=True).stdout.decode()


def options(field: Field) -> list[str]:
    """The labels of a field as the data have them, without what explains them."""
    labels = field.codes.labels.values() if field.codes else ()
    return [label.partition("（")[0].partition("：")[0] for label in labels]


@pytest.mark.parametrize("year", YEARS)
def test_every_field_and_every_code_of_the_season_stands_on_two_sides(year: int) -> None:
    form, found = YEARS[year], words(made(YEARS[year], 147))
    assert len(found) == 2
    text = "".join(found)
    for field in form.fields:
        assert field.label in text, field.key
        for column in field.columns:
            if column.kind != "month":
                assert column.label in text, (field.key, column.key)
            assert not [one for one in options(column) if text.count(one) < field.most]
        assert not [one for one in options(field) if one not in text], field.key


def test_the_seasons_differ_in_their_arts_alone_by_data() -> None:
    old, new = "".join(words(made(FORM))), "".join(words(made(FORM_2025)))
    assert "编导类" in old
    assert "编导类" not in new
    assert "表（导）演类" in new
    assert "表（导）演类" not in old


def test_control_a_form_without_a_page_draws_none_of_it() -> None:
    less = replace(FORM, pages=FORM.pages[:-1])
    assert "合理便利申请" in "".join(words(made(FORM)))
    assert "合理便利申请" not in "".join(words(made(less)))


def test_a_scanner_reads_the_number_off_each_sheet(tmp_path: Path) -> None:
    pdf = made(FORM, 147, 148)
    assert page_count(pdf) == 4
    read = decoded(pdf, tmp_path)
    for number in ("000147", "000148"):
        assert f"QR-Code:BM1.D.23.990103{number}" in read
        assert f"CODE-128:990103{number}" in read
    pages = words(pdf)
    assert all("CB-9901-03-000147" in page for page in pages[:2]), "the second side says whose it is"
    assert all("CB-9901-03-000148" in page for page in pages[2:])
    assert "第1页共2页" in pages[2]
    assert "青麓县第一中学报名点" in pages[0]


def test_the_blank_one_has_neither_number_nor_site(tmp_path: Path) -> None:
    pdf = made(FORM)
    text = "".join(words(pdf))
    assert page_count(pdf) == 2
    assert "空白草表" in text
    assert not [one for one in ("CB-", "9901", "领用登记") if one in text]


def test_who_leaves_a_field_out_is_said_by_the_numbers_of_the_options() -> None:
    spaces = {space.label: space for band in drafts.bands(FORM) for row in band.rows for space in row}
    assert spaces["报考类型"].options[1].startswith("2 普通高等学校对口招生")
    assert spaces["对口招生专业门类"].note == "报考类型选2、5的才填"
    assert spaces["再选科目"].note == "选2门；报考类型选2、5的不填"
    assert spaces["应试语种"].note == ""


def test_a_label_is_cut_only_where_it_stays_alone() -> None:
    arts = next(field for field in FORM.fields if field.key == "arts_categories")
    assert arts.codes
    labels = list(drafts.short_labels(arts.codes).values())
    assert "编导类" in labels
    assert "表演类（戏剧表演）" in labels
    assert len(set(labels)) == len(labels)


def test_two_narrow_spaces_share_a_line_and_a_wide_one_has_its_own() -> None:
    rows = [[space.label for space in row] for band in drafts.bands(FORM) for row in band.rows]
    assert ["首选科目", "再选科目"] in rows
    assert ["通讯地址"] in rows


def test_fifty_sheets_are_made_at_once() -> None:
    assert page_count(made(FORM, *range(1, drafts.MOST + 1))) == 2 * drafts.MOST
