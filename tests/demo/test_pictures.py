"""People of the demo look like a few, and no two of them have one picture: else all would be doubted to be one."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

import baoming
from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.services import photos
from demo import outside
from demo.outside import Cashier, Printer, picture, replaced

PROFILE = Path(baoming.__file__).parent / "photos/data/43/2023/photo.json"


def examined(seed: int) -> ExaminedPhoto:
    return photos.examine_apart(picture(seed, "female"), json.loads(PROFILE.read_text("utf-8")))


def digests(seeds: list[int]) -> set[str]:
    with replaced(Cashier(), Printer()):
        return {examined(seed).prepared.sha256 for seed in seeds}


def test_the_same_face_of_two_people_is_two_pictures_and_both_can_be_looked_at() -> None:
    assert len(digests([3, 3 + outside._FACES, 3])) == 2
    with replaced(Cashier(), Printer()):
        kept = examined(3).prepared
    with Image.open(io.BytesIO(kept.jpeg)) as shown:
        shown.load()
        assert shown.size[0] > 100


def test_control_without_the_number_of_the_shot_they_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_with_shot", lambda jpeg, _: jpeg)
    assert len(digests([3, 3 + outside._FACES])) == 1
