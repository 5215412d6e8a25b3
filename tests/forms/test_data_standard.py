"""The data standard of both seasons: random forms are cleaned, written to an exchange file, read back, and printed.

A new year is data only: 2025 differs from 2023 by its files, and no line of code knows either.
"""

import csv
import io
import re
import subprocess
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baoming.forms import exchange
from baoming.forms.definition import FormDefinition, as_raw, content_hash
from baoming.registrations.services.sheet_data import _bands
from baoming.registrations.sheets import registration_forms
from tests.forms.samples import CODESETS, FILLED, FORM, FORM_2025
from tests.forms.strategies import filled
from tests.registrations.sheet_samples import MADE_AT, SEASON, sheet

SEASONS = pytest.mark.parametrize("form", [FORM, FORM_2025], ids=["2023", "2025"])
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SEASONS
def test_random_forms_come_back_from_the_file_as_they_were(form: FormDefinition) -> None:
    @slow
    @given(filled(form))
    def same(raw: dict[str, list[str]]) -> None:
        values, problems = form.clean(raw)
        assert problems == {}
        assert form.clean(as_raw(values)) == (values, {})
        table = io.StringIO(newline="")
        writer = csv.DictWriter(table, exchange.columns(form))
        writer.writeheader()
        writer.writerow(exchange.record(form, values))
        written = table.getvalue().encode("gb18030")
        (row,) = csv.DictReader(io.StringIO(written.decode("gb18030"), newline=""))
        assert exchange.read(form, row) == (values, {})
        assert content_hash(exchange.read(form, row)[0]) == content_hash(values)

    same()


@SEASONS
def test_random_mistakes_are_named_and_never_break(form: FormDefinition) -> None:
    inputs = [name for field in form.fields for name in field.inputs]
    wrong = st.dictionaries(st.sampled_from(inputs), st.lists(st.text(max_size=200), max_size=2), max_size=6)

    @slow
    @given(filled(form), wrong)
    def named(raw: dict[str, list[str]], other: dict[str, list[str]]) -> None:
        values, problems = form.clean(raw | other)
        assert all(problems.values())
        assert {name.partition(".")[0] for name in problems} <= {field.key for field in form.fields}
        record = exchange.record(form, values)
        again, _ = exchange.read(form, record)
        assert again == values

    named()


@SEASONS
def test_what_is_printed_is_what_was_filled_in(form: FormDefinition) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(filled(form))
    def printed(raw: dict[str, list[str]]) -> None:
        values, _ = form.clean(raw)
        together = groupby(form.display(values), key=lambda one: one.band)
        bands = [
            band for title, those in together for band in _bands(title, [row for one in those for row in one.rows])
        ]
        pdf = registration_forms([sheet(bands=bands)], season=SEASON, made_at=MADE_AT)
        text = _squeezed(_text(pdf))
        for band in bands:
            for label, value in band.texts():
                assert _squeezed(value) in text or _scattered(value, text), (label, value)

    printed()


def test_the_control_a_value_that_was_changed_is_seen() -> None:
    values, _ = FORM.clean(FILLED)
    record = exchange.record(FORM, values) | {"YZBM": "410017"}
    assert exchange.read(FORM, record)[0] != values
    pdf = registration_forms([sheet()], season=SEASON, made_at=MADE_AT)
    assert "长跑九千米" not in _squeezed(_text(pdf))
    assert not _scattered("长跑九千米", _squeezed(_text(pdf)))


def test_a_school_that_the_list_lacks_has_an_empty_code() -> None:
    unlisted = {"school.name": ["外省某中学"], "school.code": ["other"], "school.searched": ["外省某中学"]}
    values, _ = FORM.clean(FILLED | unlisted)
    record = exchange.record(FORM, values)
    assert (record["BYXXDM"], record["BYXXMC"]) == ("", "外省某中学")
    assert exchange.read(FORM, record) == (values, {})
    assert exchange.record(FORM, FORM.clean(FILLED)[0])["BYXXDM"] == "0102001"
    assert not any("SEARCHED" in column for column in exchange.columns(FORM))


def test_a_wrong_column_is_named_by_its_column() -> None:
    values, _ = FORM.clean(FILLED)
    record = exchange.record(FORM, values) | {"YZBM": "4100", "JL2_TO": "2020-01"}
    _, problems = exchange.read(FORM, record)
    assert problems == {
        "YZBM": "邮政编码是6位数字，您填了4位",
        "JL2_TO": "到2020.09之间空了8个月，请补一段，在家、务工也要写",
    }


def test_names_of_the_archive_are_used_where_it_has_one() -> None:
    archive = set(CODESETS["NacisFields"].labels)
    used = {one.exchange for one in FORM.given} | {one.exchange for one in FORM.fields}
    assert {"XM", "XBDM", "MZDM", "ZJHM", "XJH", "KSLBDM", "BYLBDM", "WYYZDM", "TXDZ", "YZBM", "SJR", "KSTC"} <= used
    assert {"KSJLHCF", "SXPDKHYJ", "HJLBDM", "CZLBDM", "LXSJ", "LXDH", "KSLXDM", "BMDWDM", "DQDM", "WYKS"} <= used
    assert len(used & archive) >= 22


def test_a_name_wider_than_the_archive_is_told_not_cut() -> None:
    long = "阿卜杜热合曼·阿卜杜热合曼·阿"
    assert exchange.too_wide(FORM, {"name": long}) == [exchange.Overflow("姓名", "XM", 30, 24)]
    assert str(exchange.too_wide(FORM, {"name": long})[0]) == "30字节，档案列宽24字节"
    assert exchange.too_wide(FORM, {"name": "𠮷田", "number": "01020001"}) == []


def test_the_arts_of_2023_are_ten_and_of_2025_six() -> None:
    def arts(form: FormDefinition, key: str) -> list[str]:
        field = next(one for one in form.fields if one.key == key)
        return list(field.codes.labels.values()) if field.codes else []

    assert len(arts(FORM, "arts_categories")) == 10
    assert arts(FORM_2025, "arts_category") == [
        "音乐类", "舞蹈类", "表（导）演类", "播音与主持类", "美术与设计类", "书法类",
    ]  # fmt: skip
    asked = {"registration_type": ["UNIFIED"], "specialty_exam": ["ARTS"], "arts_category": ["音乐类"]}
    assert FORM_2025.page("exam").clean(asked)[1]["music_direction"] == "请选择音乐类方向"
    assert "music_direction" not in FORM_2025.page("exam").clean(asked | {"arts_category": ["舞蹈类"]})[1]


def _text(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, check=True, capture_output=True).stdout.decode()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _scattered(value: str, text: str) -> bool:
    """Whether the value stands in pieces, as a cell of several lines is read: each line whole, in this order."""
    rest, at = _squeezed(value), 0
    while rest:
        size = next((size for size in range(len(rest), 0, -1) if text.find(rest[:size], at) >= 0), 0)
        if size < min(4, len(rest)):
            return False
        at = text.find(rest[:size], at) + size
        rest = rest[size:]
    return True
