"""ux.md rule 26: a name that no font draws is a picture cut from the photographed card, and prints as one."""

import io
import re
from itertools import pairwise

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image
from pypdf import PdfReader

from baoming.audit.models import Event
from baoming.documents.engine import Unprintable
from baoming.photos import card_fronts
from baoming.photos.card_fronts import cut_name, find_name
from baoming.photos.name_lines import FINE, STRIP, CardUnclear, NameBox
from baoming.photos.standard import PhotoRefused
from baoming.registrations import apart, name_image_queries
from baoming.registrations.apart import cut_name_apart, find_name_apart
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import lacking, name_image, picture_of
from baoming.registrations.queries import document_of
from baoming.registrations.services import name_images, sheets
from baoming.registrations.services.name_images import answer_name, confirm_name, framed, move_box, photograph_name
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.services.slips import print_slip
from baoming.registrations.signature_queries import signature_lines
from baoming.shared.errors import NotOpen, Refused
from standins.cards import NAME_AT, NAME_SIZE, Shot, front, photographed
from standins.faces import face
from tests import factories as make
from tests.registrations import confirmed, hostile

RARE = "龙\ue000明"
LONG = "阿卜杜热依木江·买买提吐尔\U00031350"
SHOTS = {
    "as it should be": Shot(), "a little turned": Shot(turned=12), "on its side": Shot(turned=90, share=0.5),
    "on its other side": Shot(turned=-90, share=0.5), "upside down": Shot(turned=183),
    "from aside": Shot(slanted=0.15, turned=-6),
    "in a dim room": Shot(light=0.35, shaded=0.3), "on a pale table": Shot(table=(200, 190, 170)),
    "small": Shot(share=0.5, turned=5), "grainy": Shot(noise=14),
}  # fmt: skip


def truth(name: str) -> NameBox:
    """Where the name was drawn, on the strip, in tenths."""
    width = len(name) * NAME_SIZE * 1.06 * 10
    return NameBox(
        round(NAME_AT[0] * 10) - STRIP[0], round(NAME_AT[1] * 10) - STRIP[1], round(width), round(NAME_SIZE * 10)
    )


@pytest.mark.parametrize("shot", SHOTS)
@pytest.mark.parametrize("name", [RARE, "阿依古丽·\U00031350明"])
def test_the_name_is_found_on_the_card_however_it_lies(shot: str, name: str) -> None:
    found = find_name(photographed(front(name), SHOTS[shot])).box
    where = truth(name)
    for near, drawn in zip(found, where, strict=True):
        assert abs(near - drawn) <= 14, (found, where)  # a millimetre, and the room around it
    assert found.left < where.left + 5
    assert found.left + found.width > where.left + where.width - 8


def test_a_name_on_two_lines_is_one_box() -> None:
    box = find_name(photographed(front(LONG, lines=2))).box
    assert box.height > 70


def test_control_without_turning_a_card_that_lies_upside_down_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_fronts, "_upright", lambda card: card)
    with pytest.raises((AssertionError, CardUnclear)):
        test_the_name_is_found_on_the_card_however_it_lies("upside down", RARE)


def test_what_is_cut_is_the_name_dark_on_white() -> None:
    """Compared pixel by pixel with the name as it was drawn; the dim room is gone."""
    drawn = np.asarray(front(RARE).convert("L"))
    for shot in ("as it should be", "in a dim room", "upside down"):
        found = find_name(photographed(front(RARE), SHOTS[shot]))
        cut = np.asarray(Image.open(io.BytesIO(cut_name(found.strip, found.box))))
        left, top = (round(value * FINE / 10) for value in (found.box.left + STRIP[0], found.box.top + STRIP[1]))
        mine = drawn[top : top + cut.shape[0], left : left + cut.shape[1]]
        assert np.median(cut) > 240
        best = max(
            float(np.corrcoef(np.roll(mine, (y, x), (0, 1)).ravel(), cut.ravel())[0, 1])
            for y in range(-8, 9, 2) for x in range(-8, 9, 2)
        )  # fmt: skip
        assert best > 0.8, (shot, best)


@pytest.mark.parametrize(
    "picture",
    [face(1), Image.new("RGB", (1600, 900), "gray"), Image.effect_mandelbrot((1600, 900), (-2, -1, 1, 1), 60)],
    ids=["a face", "an empty table", "a striped cloth"],
)
def test_a_picture_without_a_card_is_refused_with_what_to_do(picture: object) -> None:
    data = picture if isinstance(picture, bytes) else hostile.saved(picture, "JPEG")  # type: ignore[arg-type]
    with pytest.raises(CardUnclear, match="四角都拍进去"):
        find_name_apart(data)


def test_hostile_pictures_get_a_reason_in_the_limited_process() -> None:
    for kind, picture in hostile.pictures(3):
        with pytest.raises(Refused) as refusal:
            find_name_apart(picture)
        assert str(refusal.value), kind


def test_a_frame_that_is_none_is_kept_on_the_strip() -> None:
    for box in (NameBox(-50, -50, 9999, 9999), NameBox(999, 999, 0, 0)):
        kept = box.moved()
        assert kept.left >= 0 <= kept.top
        assert kept.left + kept.width <= STRIP[2]
        assert kept.top + kept.height <= STRIP[3]
    strip = find_name_apart(photographed(front(RARE))).strip
    assert cut_name_apart(strip, NameBox(-50, -50, 9999, 9999)).startswith(b"\x89PNG")
    with pytest.raises(PhotoRefused):
        cut_name_apart(b"no picture", NameBox(0, 0, 50, 50))


def test_control_a_decoder_that_answers_something_else_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart._opener, "ask", lambda *_: ({"box": [1, 2, 3, 4]}, b"<svg>"))
    with pytest.raises(PhotoRefused):
        find_name_apart(b"\xff\xd8\xff")


def rare(done: str = "number") -> Registration:
    make.season()
    here = make.site()
    make.segment(here)
    return make.registration(here, name=RARE, done=make.before(done))


def cut(row: Registration) -> NameImage:
    return photograph_name(row.pk, photographed(front(row.name)), by=confirmed.operator(row))


def confirmed_image(row: Registration) -> NameImage:
    return confirm(row, cut(row))


def confirm(row: Registration, image: NameImage) -> NameImage:
    return confirm_name(row.pk, image.pk, seen=framed(image), by=confirmed.operator(row))


@pytest.mark.django_db
def test_only_the_name_is_kept_and_sealed() -> None:
    row = rare()
    image = cut(row)
    assert image.strip_sealed
    assert name_image(row) is None, "nothing stands for the name before the site has confirmed"
    image = confirm(row, image)
    image.refresh_from_db()
    assert image.strip_sealed == ""
    kept = picture_of(image)
    width, height = Image.open(io.BytesIO(kept)).size
    assert width < STRIP[2] * FINE / 10 / 2  # nothing beside the name
    assert height < 6 * FINE
    assert kept not in image.picture_sealed.encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(n::text, '') FROM registrations_nameimage AS n")
        assert "PNG" not in cursor.fetchone()[0]
    assert list(Event.objects.filter(subject=row.pk).order_by("id").values_list("verb", flat=True))[-2:] == [
        "photograph_name", "confirm_name",
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_frame_is_moved_and_cut_anew() -> None:
    row = rare()
    image = cut(row)
    first = picture_of(image)
    moved = move_box(row.pk, image.pk, NameBox(*image.box).moved(left=40), by=confirmed.operator(row))
    assert moved.box[0] == image.box[0] + 40
    assert picture_of(moved) != first


@pytest.mark.django_db
def test_a_frame_that_was_moved_in_another_tab_is_looked_at_before_it_is_taken() -> None:
    row = rare()
    image = cut(row)
    moved = move_box(row.pk, image.pk, NameBox(*image.box).moved(left=40), by=confirmed.operator(row))
    with pytest.raises(Refused, match="框刚刚在另一处移动过"):
        confirm(row, image)
    assert name_image(row) is None
    assert confirm(row, moved).box == moved.box


@pytest.mark.django_db
def test_control_without_asking_what_was_seen_an_unseen_cut_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    row = rare()
    image = cut(row)
    move_box(row.pk, image.pk, NameBox(*image.box).moved(left=40), by=confirmed.operator(row))
    monkeypatch.setattr(name_images, "framed", lambda _: "anything")
    assert confirm_name(row.pk, image.pk, seen="anything", by=confirmed.operator(row)).box != image.box


@pytest.mark.django_db
def test_a_new_photograph_replaces_the_one_at_work_and_not_the_one_in_use() -> None:
    row = rare()
    used, again = confirmed_image(row), cut(row)
    assert name_image(row) == used
    third = cut(row)
    assert NameImage.objects.count() == 2
    for act in (
        lambda: confirm(row, again),
        lambda: move_box(row.pk, again.pk, NameBox(*again.box), by=confirmed.operator(row)),
    ):  # the page still shows the photograph before: what it never showed, it does not confirm
        with pytest.raises(Refused, match="已经换过"):
            act()
    confirm(row, third)
    assert name_image(row) == third
    with pytest.raises(Refused, match="已经换过"):
        confirm(row, used)


@pytest.mark.django_db
def test_only_the_site_cuts_and_confirms() -> None:
    row = rare()
    image = cut(row)
    for act in (
        lambda: confirm_name(row.pk, image.pk, seen=framed(image), by=confirmed.county(row)),
        lambda: photograph_name(row.pk, photographed(front(RARE)), by=confirmed.county(row)),
    ):
        with pytest.raises(NotOpen, match="报名点"):
            act()


@pytest.mark.django_db
def test_a_signature_falls_with_the_paper_that_shows_another_name() -> None:
    row = confirmed.signed()
    image = confirmed_image(row)
    row.refresh_from_db()
    assert ("signature" in row.done_steps, row.printed_version, row.signed_version) == (False, 0, 0)
    [line] = signature_lines(row.season_id, row.path)
    assert (line.tab, line.why) == ("again", "姓名图片已更换")
    print_sheet(row.pk, by=confirmed.operator(row))
    record_signature(row.pk, version=1, by=confirmed.operator(row))
    answer_name(row.pk, image.pk, same=False, by=confirmed.operator(row))
    [line] = signature_lines(row.season_id, row.path)
    assert (line.tab, line.why) == ("again", "考生说姓名图片不对")


@pytest.mark.django_db
def test_control_without_returning_the_signature_a_void_paper_is_listed_as_signed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "return_step", lambda *_, **__: [])
    with pytest.raises(AssertionError):
        test_a_signature_falls_with_the_paper_that_shows_another_name()


@pytest.mark.django_db
def test_the_database_keeps_no_strip_of_a_confirmed_picture() -> None:
    row = rare()
    image = confirmed_image(row)
    with pytest.raises(IntegrityError, match="name_image_without_its_strip"), transaction.atomic():
        NameImage.objects.filter(pk=image.pk).update(strip_sealed="x")


def pictures_in(pdf: bytes) -> list[tuple[int, int]]:
    return [image.image.size for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images if image.image]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.django_db
def test_the_slip_is_refused_without_a_picture_and_shows_it_with_one() -> None:
    row = rare()
    confirmed.issue_number(row.pk, by=confirmed.operator(row))
    with pytest.raises(Unprintable, match=re.escape("U+E000")) as refusal:
        print_slip(row.pk, by=confirmed.operator(row))
    assert "截取姓名图片" in str(refusal.value)
    image = confirmed_image(row)
    slip = print_slip(row.pk, by=confirmed.operator(row))
    assert Image.open(io.BytesIO(picture_of(image))).size in pictures_in(slip)
    assert "\ue000" not in text_of(slip)


@pytest.mark.django_db
def test_the_sheet_shows_the_picture_until_the_candidate_says_no() -> None:
    row = confirmed.saved()
    Registration.objects.filter(pk=row.pk).update(name=RARE)
    with pytest.raises(Unprintable):
        print_sheet(row.pk, by=confirmed.operator(row))
    image = confirmed_image(Registration.objects.get(pk=row.pk))
    size = Image.open(io.BytesIO(picture_of(image))).size
    assert size in pictures_in(print_sheet(row.pk, by=confirmed.operator(row)))
    me = confirmed.operator(row)
    answer_name(row.pk, image.pk, same=False, by=me)
    row.refresh_from_db()
    assert row.printed_version == 0, "what was printed with it is void"
    with pytest.raises(Unprintable):
        print_sheet(row.pk, by=me)
    answer_name(row.pk, image.pk, same=True, by=me)
    assert size in pictures_in(print_sheet(row.pk, by=me))


@pytest.mark.django_db
def test_control_without_the_look_into_the_fonts_nothing_would_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    row = rare()
    confirmed.issue_number(row.pk, by=confirmed.operator(row))
    confirmed_image(row)
    monkeypatch.setattr(name_image_queries, "missing", lambda text: [])
    with pytest.raises(Unprintable):  # the press itself still refuses: no silent box
        print_slip(row.pk, by=confirmed.operator(row))


LACKING = {
    "欧阳思远": [],
    "𠮷明": [],
    "𰻝": [],
    "龙䶮": [],
    RARE: ["\ue000"],
    "\U00031350明": ["\U00031350"],
    "阿依古丽·买买提": [],
}


def test_which_characters_no_font_has_is_known() -> None:
    assert {name: lacking(name) for name in LACKING} == LACKING


@pytest.mark.django_db
def test_a_private_character_of_the_standard_is_put_into_unicode_and_the_original_is_kept() -> None:
    make.season()
    row = make.registration(make.site(), name="龙\ue863")
    assert (row.name, document_of(row).name_read) == ("龙䶮", "龙\ue863")
    other = make.registration(row.site, name="龙\ue000")
    assert (other.name, document_of(other).name_read) == ("龙\ue000", "")
    assert lacking(row.name) == []


def test_rows_of_strokes_belong_together_where_the_gap_is_small() -> None:
    seen = np.array([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    assert card_fronts._runs(seen, gap=1) == [(1, 3), (5, 6), (11, 12)]
    assert card_fronts._runs(seen, gap=2) == [(1, 6), (11, 12)]
    assert all(one[1] < two[0] for one, two in pairwise(card_fronts._runs(seen, gap=2)))
