"""From measures to faults, without a picture: the table was written from the standard before the rules."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from baoming.photos import geometry
from baoming.photos.geometry import Box, Fault, Head, Looks, Measures, faults, frame
from tests.photos.samples import GEOMETRY

SIZE = (480, 640)
GOOD = Head(left_eye=(195.0, 250.0), right_eye=(285.0, 250.0), width=240.0, crown=80.0)
CALM = Looks(
    backdrop=(100, 197, 255), uneven=4.0, light=190.0, blown=0.0, lopsided=0.05, sharpness=0.35, covered=0.15,
    brows=1.0, glare=0.0,
)  # fmt: skip


def judged(head: Head = GOOD, looks: Looks = CALM, **changes: Any) -> list[Fault]:
    return faults(Measures(**{"faces": 1, "head": head, "looks": looks, **changes}), SIZE[0], GEOMETRY)


def at_eyes(y: float) -> Head:
    return replace(GOOD, left_eye=(195.0, y), right_eye=(285.0, y))


def turned(down: float) -> Head:
    return replace(GOOD, right_eye=(285.0, 250.0 + down))


def aside(right: float) -> Head:
    return replace(GOOD, left_eye=(195.0 + right, 250.0), right_eye=(285.0 + right, 250.0))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (GOOD, []),
        # The national figures, at their ends and one pixel beyond.
        (replace(GOOD, crown=50), []),
        (replace(GOOD, crown=49), [Fault.CROWN_CUT]),
        (replace(GOOD, crown=110), []),
        (replace(GOOD, crown=111), [Fault.CROWN_LOW]),
        (at_eyes(200), []),
        (at_eyes(199), [Fault.EYES_HIGH]),
        (at_eyes(300), []),
        (at_eyes(301), [Fault.EYES_LOW]),
        (replace(GOOD, width=180), []),
        (replace(GOOD, width=179), [Fault.TOO_SMALL]),
        (replace(GOOD, width=300), []),
        (replace(GOOD, width=301), [Fault.TOO_LARGE]),
        # Ours.
        (turned(6), []),
        (turned(7), [Fault.TILTED]),
        (turned(-7), [Fault.TILTED]),
        (aside(36), []),
        (aside(37), [Fault.ASIDE]),
        (aside(-37), [Fault.ASIDE]),
        # A wrong size is said alone: the rest follows from it.
        (replace(aside(60), width=120, crown=200), [Fault.TOO_SMALL]),
        (replace(at_eyes(320), crown=120), [Fault.CROWN_LOW, Fault.EYES_LOW]),
    ],
)
def test_where_the_head_stands(head: Head, expected: list[Fault]) -> None:
    assert judged(head) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"backdrop": (255, 255, 255)}, []),
        ({"backdrop": (240, 240, 240)}, []),
        ({"backdrop": (120, 180, 235)}, []),
        ({"backdrop": (200, 40, 40)}, [Fault.BACKDROP]),
        ({"backdrop": (30, 90, 200)}, [Fault.BACKDROP]),
        ({"uneven": 40.0}, [Fault.UNEVEN_BACKDROP]),
        ({"light": 60.0}, [Fault.TOO_DARK]),
        ({"light": 245.0}, [Fault.TOO_BRIGHT]),
        ({"blown": 0.4}, [Fault.TOO_BRIGHT]),
        ({"lopsided": 0.5}, [Fault.HALF_LIT]),
        ({"sharpness": 0.1}, [Fault.BLURRED]),
        ({"covered": 0.9}, [Fault.EYES_HIDDEN]),
        ({"brows": 0.1}, [Fault.BROWS_HIDDEN]),
        ({"glare": 0.2}, [Fault.GLARE]),
        # What follows from another fault is not said beside it.
        ({"light": 60.0, "backdrop": (40, 79, 102), "sharpness": 0.1}, [Fault.TOO_DARK]),
        ({"covered": 0.9, "sharpness": 0.1}, [Fault.EYES_HIDDEN]),
        ({"light": 245.0, "brows": 0.1, "uneven": 90.0}, [Fault.TOO_BRIGHT]),
        # Several, the most important first.
        ({"backdrop": (200, 40, 40), "glare": 0.2, "sharpness": 0.1}, [Fault.BLURRED, Fault.GLARE, Fault.BACKDROP]),
    ],
)
def test_how_it_looks(changes: dict[str, Any], expected: list[Fault]) -> None:
    assert judged(looks=replace(CALM, **changes)) == expected


def test_a_head_too_small_hides_what_is_at_its_eyes_but_not_its_backdrop() -> None:
    looks = replace(CALM, backdrop=(200, 40, 40), sharpness=0.1, brows=0.0, glare=0.2)
    assert judged(replace(GOOD, width=100), looks) == [Fault.TOO_SMALL, Fault.BACKDROP]


def test_one_person_and_only_one() -> None:
    assert judged(faces=2) == [Fault.SEVERAL_FACES]
    assert faults(Measures(faces=0), 480, GEOMETRY) == [Fault.NO_FACE]


@pytest.mark.parametrize(("quality", "expected"), [(0, []), (60, []), (59, [Fault.COMPRESSED])])
def test_a_picture_squeezed_on_its_way_is_asked_for_again(quality: int, expected: list[Fault]) -> None:
    assert judged(source_quality=quality) == expected


def test_every_fault_says_what_is_wrong_and_what_to_do() -> None:
    for fault in Fault:
        assert "，请" in fault.value
        assert fault.said == fault.value.split("，请")[0]


def in_larger(right: float, down: float, scale: float) -> Head:
    """The good head somewhere in a picture of 1200×1600."""
    return Head(
        left_eye=(195 * scale + right, 250 * scale + down),
        right_eye=(285 * scale + right, 250 * scale + down),
        width=240 * scale,
        crown=80 * scale + down,
    )


LARGER = (1200, 1600)


@pytest.mark.parametrize(
    "head",
    [
        in_larger(0, 0, 1),
        in_larger(0, 0, 2.5),
        in_larger(700, 900, 1),
        in_larger(300, 200, 1.4),
        in_larger(0, 400, 1.8),
    ],
)
def test_the_part_around_the_head_is_kept_where_the_picture_has_room(head: Head) -> None:
    box = frame(head, LARGER, SIZE, GEOMETRY)
    assert 0 <= box.left < box.right <= LARGER[0] + 0.01
    assert 0 <= box.top < box.bottom <= LARGER[1] + 0.01
    assert (box.bottom - box.top) / (box.right - box.left) == pytest.approx(4 / 3)
    assert judged(head.within(box, SIZE[0])) == []


def test_a_head_that_stands_well_keeps_the_whole_picture() -> None:
    assert frame(in_larger(0, 0, 2.5), LARGER, SIZE, GEOMETRY) == Box(0, 0, 1200, 1600)


def test_nothing_is_enlarged_beyond_its_own_pixels() -> None:
    box = frame(in_larger(400, 500, 0.5), LARGER, SIZE, GEOMETRY)
    assert box.right - box.left == pytest.approx(480)
    assert judged(in_larger(400, 500, 0.5).within(box, 480)) == [Fault.TOO_SMALL]


def test_a_head_at_the_edge_keeps_its_size_and_is_named_for_its_place() -> None:
    cut = in_larger(0, -150, 2.5)
    assert judged(cut.within(frame(cut, LARGER, SIZE, GEOMETRY), 480)) == [Fault.CROWN_CUT]


def test_control_without_the_search_every_picture_is_cut_in_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Callable[..., list[Box]] = lambda *_: []  # noqa: E731
    monkeypatch.setattr(geometry, "_boxes", nothing)
    head = in_larger(700, 900, 1)
    assert judged(head.within(frame(head, LARGER, SIZE, GEOMETRY), SIZE[0])) != []


def test_measures_survive_being_kept() -> None:
    for measures in (Measures(faces=1, head=GOOD, looks=CALM, source_quality=90), Measures(faces=0)):
        assert Measures.from_json(measures.to_json()) == measures
