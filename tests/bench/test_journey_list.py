"""The bench drives the routes that exist, and everything that a person does today."""

from pathlib import Path
from uuid import UUID

import pytest
from django.urls import resolve
from django.urls.exceptions import Resolver404

from baoming.audit.actors import Party
from baoming.registrations.journey import JOURNEY, STEPS
from bench.journey import Line, read
from bench.rounds import HASHES

LINES = read()
FILE = UUID(int=1)
# Steps whose pages come with later issues, and those of other candidates.
LATER = {"declarations", "household", "specialty", "specialty_fee", "exam_fee", "specialty_seat", "seat"}
LATER |= {"specialty_ticket", "admission_ticket"}
PARTIES = {
    "operator": Party.SITE, "county": Party.COUNTY, "city": Party.CITY,
    "candidate": Party.CANDIDATE, "cashier": Party.CANDIDATE,
}  # fmt: skip


def name_of(line: Line) -> str:
    path = line.path.format(file=FILE)
    return resolve(path, urlconf=f"baoming.config.urls_{line.portal}").url_name or path


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.place} {line.name}")
def test_every_request_has_a_route(line: Line) -> None:
    assert name_of(line)


def test_a_request_without_a_route_is_seen() -> None:
    with pytest.raises(Resolver404):
        name_of(Line(1, "intake", "office", "GET", "/nowhere/", "operator", "other", ""))


def test_every_step_of_today_is_done_once_in_its_phase_by_who_may() -> None:
    steps = [line.step for line in LINES if line.step]
    assert steps == [step.key for step in JOURNEY if step.key not in LATER]
    for line in LINES:
        if line.step:
            assert line.phase in STEPS[line.step].phases
            assert PARTIES[line.who] in STEPS[line.step].actors
            assert line.kind == "photo" or line.step != "photo"


def test_five_hashes_are_in_the_list() -> None:
    hashes = [line.name for line in LINES if line.kind == "hash"]
    assert hashes == ["POST /passwords/", "POST /form/save", "POST /sign-in/", "POST /form/save"]
    assert len(hashes) + 1 == HASHES  # the first sets two passwords


@pytest.mark.parametrize(
    "text", ["office GET / operator other", "phase", "shop GET / operator other -", "office PUT / x other -"]
)
def test_a_line_that_is_no_request_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "list").write_text(f"phase intake\n{text}\n")
    with pytest.raises(ValueError, match="line 2"):
        read(tmp_path / "list")
