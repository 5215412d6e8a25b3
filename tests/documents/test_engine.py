"""The print engine: PDF/A, pictures, codes, and characters nobody can draw."""

import io
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from baoming.documents import engine
from baoming.documents.engine import Press, PressFailed, Unprintable, page_count, qr_svg
from baoming.documents.glyphs import Typefaces
from tests.registrations.sheet_samples import name_picture

MADE_AT = datetime(2022, 11, 7, 2, 22, tzinfo=UTC)
TEMPLATE = """
#set document(title: "t", date: auto)
#set text(font: ("Noto Serif SC", "Noto Sans SC"))
#let d = json(bytes(sys.inputs.data))
#d.text
#if "picture" in d { image(bytes(d.picture), format: "svg", width: 3cm) }
#if "qr_svg" in d { image(bytes(d.qr_svg), format: "svg", width: 3cm) }
#for n in range(d.at("more", default: 0)) { pagebreak() + [#n] }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("press")
    (root / "t.typ").write_text(TEMPLATE, "utf-8")
    return root


@pytest.fixture(scope="module")
def press(folder: Path) -> Press:
    return Press(root=folder, faces=Typefaces(cache=folder / "fonts"))


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def render(press: Press, folder: Path, **data: object) -> bytes:
    return press.render(folder / "t.typ", data, made_at=MADE_AT)


def test_it_makes_pdf_a_with_its_date(press: Press, folder: Path) -> None:
    reader = PdfReader(io.BytesIO(render(press, folder, text="报名")))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert "/OutputIntents" in root
    assert reader.metadata is not None
    assert reader.metadata.creation_date == MADE_AT


def test_the_same_values_give_the_same_bytes(press: Press, folder: Path) -> None:
    one, two, other = (render(press, folder, text=text) for text in ("报名", "报名", "登记"))
    assert one == two
    assert one != other


def test_values_are_never_read_as_markup(press: Press, folder: Path) -> None:
    hostile = '#read("t.typ") *x* $y$ \\ "'
    assert text_of(render(press, folder, text=hostile)).strip() == hostile


def test_it_counts_its_pages(press: Press, folder: Path) -> None:
    for more in (0, 1, 40):
        pdf = render(press, folder, text="页", more=more)
        assert page_count(pdf) == len(PdfReader(io.BytesIO(pdf)).pages) == more + 1


def test_a_jpeg_lies_in_the_pdf_byte_for_byte(press: Press, folder: Path) -> None:
    out = io.BytesIO()
    Image.effect_noise((480, 640), 30).convert("RGB").save(out, "JPEG", quality=80)
    assert out.getvalue() in render(press, folder, text="照片", picture=out.getvalue())


def test_a_picture_of_another_kind_is_a_defect(press: Press, folder: Path) -> None:
    with pytest.raises(ValueError, match="JPEG or PNG"):
        render(press, folder, text="照片", picture=b"GIF89a")


def test_beside_a_code_stands_its_drawing(press: Press, folder: Path) -> None:
    without, with_code = render(press, folder, text="码"), render(press, folder, text="码", qr="BM1|F|23")
    assert len(with_code) > len(without)
    drawing, modules = qr_svg("BM1|F|23")
    assert modules == 21
    assert f'viewBox="0 0 {modules} {modules}"' in drawing
    assert drawing != qr_svg("BM1|F|24")[0]


@pytest.mark.parametrize("character", ["\ue000", "\U000f0001", "\U00030000", "\u0378", "\x07", "ئ"])
def test_what_no_font_draws_is_refused_by_name(press: Press, folder: Path, character: str) -> None:
    with pytest.raises(Unprintable) as refused:
        render(press, folder, text=f"龙{character}")
    assert refused.value.characters == [character]
    assert f"U+{ord(character):04X}" in str(refused.value)
    assert "姓名图片" in str(refused.value)


def test_a_name_shown_as_a_picture_is_not_looked_up(press: Press, folder: Path) -> None:
    nested = {"name": "龙\ue000"}
    with pytest.raises(Unprintable):
        render(press, folder, text="", card=nested)
    assert render(press, folder, text="", card={**nested, "name_image": name_picture()})


def test_without_the_check_the_compiler_itself_stops(press: Press, folder: Path) -> None:
    """The second guard: typst's own faces, which would draw a private character, are not there."""
    blind = Typefaces(cache=folder / "fonts")
    blind.missing = lambda text: []  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="could not be displayed"):
        render(Press(root=folder, faces=blind), folder, text="\ue000")


def test_a_rare_character_met_later_joins_the_fonts(folder: Path, tmp_path: Path) -> None:
    late = Press(root=folder, faces=Typefaces(cache=tmp_path / "fonts"))
    assert "报" in text_of(render(late, folder, text="报"))
    assert not (tmp_path / "fonts").exists()
    assert "𠮷" in text_of(render(late, folder, text="𠮷"))


def test_threads_print_side_by_side(press: Press, folder: Path) -> None:
    found: dict[int, str] = {}

    def work(number: int) -> None:
        found[number] = text_of(render(press, folder, text=f"第{number}号𠮷"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: "".join(text.split()) for number, text in found.items()} == {n: f"第{n}号𠮷" for n in range(6)}


def test_a_document_made_apart_is_the_same(press: Press, folder: Path) -> None:
    apart = press.render_apart(folder / "t.typ", {"text": "报名𠮷"}, made_at=MADE_AT)
    assert text_of(apart) == text_of(render(press, folder, text="报名𠮷")) == "报名𠮷"
    assert apart == press.render_apart(folder / "t.typ", {"text": "报名𠮷"}, made_at=MADE_AT)


def test_what_no_font_draws_is_refused_before_a_process_starts(
    press: Press, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.subprocess, "run", None)
    with pytest.raises(Unprintable):
        press.render_apart(folder / "t.typ", {"text": "龙\ue863"}, made_at=MADE_AT)


def test_a_template_that_breaks_apart_says_nothing_of_the_data(press: Press, folder: Path) -> None:
    (folder / "broken.typ").write_text("#panic(sys.inputs.data)", "utf-8")
    with pytest.raises(PressFailed) as failed:
        press.render_apart(folder / "broken.typ", {"text": "欧阳思远"}, made_at=MADE_AT)
    assert "欧阳思远" not in str(failed.value)


def test_a_press_that_hangs_is_stopped(press: Press, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LONGEST", 0.001)
    with pytest.raises(PressFailed, match="no document after"):
        press.render_apart(folder / "t.typ", {"text": "报名"}, made_at=MADE_AT)
