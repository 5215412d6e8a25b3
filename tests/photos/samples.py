"""The photo profile of Hunan 2023, and drawn photographs judged by it."""

import json
from pathlib import Path

import baoming
from baoming.photos.geometry import GeometryProfile
from baoming.photos.preparing import examine
from baoming.photos.standard import ExaminedPhoto, PhotoProfile

_DOCUMENT = json.loads((Path(baoming.__file__).parent / "photos/data/43/2023/photo.json").read_text("utf-8"))
FILE = PhotoProfile(**_DOCUMENT["file"])
GEOMETRY = GeometryProfile.from_json(_DOCUMENT["standard"], _DOCUMENT["limits"])


def examined(picture: bytes) -> ExaminedPhoto:
    return examine(picture, FILE, GEOMETRY)
