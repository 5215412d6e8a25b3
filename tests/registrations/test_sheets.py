"""报名登记表 and 报名序号通知单, printed and read back."""

import io
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from baoming.documents.engine import Unprintable, page_count
from baoming.registrations.sheets import (
    Cell,
    Group,
    RegistrationSheet,
    number_slips,
    registration_forms,
)
from tests.registrations.sheet_samples import MADE_AT, SEASON, code, groups, name_picture, photo, sheet, slip

LONGEST = "阿卜杜热依木江·买买提吐尔逊尼亚孜·阿不都热合曼热依汗古丽·努尔买买提江热西提阿吐热买尔"


def form(*sheets: RegistrationSheet) -> bytes:
    return registration_forms(sheets, season=SEASON, made_at=MADE_AT)


def words(pdf: bytes) -> str:
    """The text without gaps: grouped numbers and broken names read back whole."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return "".join("".join(pages).replace("\u200b", "").split())


def decoded(pdf: bytes, folder: Path) -> str:
    """What a scanner reads off the first page at 200 dpi."""
    (folder / "sheet.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", "sheet.pdf", "sheet"], cwd=folder, check=True)
    read = subprocess.run(["zbarimg", "-q", "sheet.png"], cwd=folder, check=True, capture_output=True)
    return read.stdout.decode()


def test_an_ordinary_sheet_is_one_page_and_holds_every_value() -> None:
    pdf = form(sheet())
    found = words(pdf)
    assert page_count(pdf) == 1
    for value in (
        "欧阳思远", "990001200503170135", "物理", "化学、生物学", "19900000023", "99010023",
        "AA5872B60D7A6091",
        "思想品德考核合格", "与本人保存的第3版一致", "共31项", "第1页共1页", "王振华", "样例",
    ):  # fmt: skip
        assert value in found


def test_the_prepared_photograph_is_on_the_sheet_untouched() -> None:
    picture = photo(5)
    assert picture in form(sheet(picture=picture))


@pytest.mark.parametrize("name", ["欧阳思远", "阿依古丽·买买提", "龙㛃", "䶮", "𬱖", "𠮷", LONGEST[:44]])
def test_every_name_prints(name: str) -> None:
    pdf = form(sheet(name=name))
    assert name in words(pdf)
    assert page_count(pdf) == 1
    slips = number_slips([slip(name=name)], season=SEASON, made_at=MADE_AT)
    assert name in words(slips)
    assert page_count(slips) == 1


def test_a_private_character_is_refused_until_the_name_is_a_picture() -> None:
    with pytest.raises(Unprintable) as refused:
        form(sheet(name="龙\ue863"))
    assert refused.value.characters == ["\ue863"]
    shown = form(sheet(name="龙\ue863", name_image=name_picture()))
    assert page_count(shown) == 1


def test_what_does_not_fit_goes_on_and_says_so_for_each_record() -> None:
    many = [
        Group(title=f"{title}{n}", rows=band.rows)
        for n in range(4)
        for title, band in zip("甲乙丙", groups(), strict=False)
    ]
    pdf = form(sheet(), sheet(name="阿依古丽·买买提", serial="99010177", bands=many))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 3
    assert "第1页共1页" in pages[0]
    assert "第1页共2页" in pages[1]
    assert "第2页共2页" in pages[2]
    assert "报名登记表（续）" in pages[2]
    assert "（续）" not in pages[0] + pages[1]
    assert "99010177" in pages[2]


def test_a_batch_keeps_its_order() -> None:
    serials = [f"9901{number}" for number in (3000, 1000, 2000)]
    pdf = form(*(sheet(serial=serial, picture=photo()) for serial in serials))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert [serial for page, serial in zip(pages, serials, strict=True) if serial in page] == serials


def test_a_row_holds_one_to_three_cells() -> None:
    cell = Cell(label="班级", value="1")
    for rows in ([], [[]], [[cell] * 4]):
        with pytest.raises(ValueError, match="one to three"):
            Group(title="学籍", rows=rows)


def test_a_scanner_reads_code_and_bars(tmp_path: Path) -> None:
    read = decoded(form(sheet()), tmp_path)
    assert f"QR-Code:{code('99010023')}" in read
    assert "CODE-128:99010023" in read


def test_a_slip_tells_number_code_and_what_comes_next(tmp_path: Path) -> None:
    pdf = number_slips([slip()], season=SEASON, made_at=MADE_AT)
    found = words(pdf)
    assert page_count(pdf) == 1
    for value in (
        "99010023",
        "K7MP4TXR9HWD3C6E",
        "990***********0135",
        "缴纳报名费40.00元",
        "最迟2022年11月9日17:00",
    ):
        assert value in found
    read = decoded(pdf, tmp_path)
    assert "https://bm.example.cn/s?n=99010023" in read
    assert "K7MP" not in read


def test_slips_come_two_on_a_page() -> None:
    three = [slip(serial=f"9901000{number}") for number in range(3)]
    assert page_count(number_slips(three, season=SEASON, made_at=MADE_AT)) == 3
    assert page_count(number_slips(three, season=SEASON, made_at=MADE_AT, layout="a4x2")) == 2
