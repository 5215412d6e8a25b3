"""The journey table behaves as the fixture says, which was written by hand from the architecture."""

import json
from pathlib import Path

import pytest

from baoming.audit.actors import Party
from baoming.registrations import journey
from baoming.registrations.journey import STEPS, State, Trait
from baoming.schedule.windows import PhaseTime
from baoming.shared.errors import NotOpen

FIXTURE = json.loads((Path(__file__).parents[1] / "fixtures" / "journey.json").read_text("utf-8"))
EXPECTED = {step["key"]: step for step in FIXTURE["steps"]}
OPEN = PhaseTime(open=True, closes=None, opens=None, over=False)
ALL_OPEN = {phase: OPEN for step in journey.JOURNEY for phase in step.phases}
TRAITS = frozenset(Trait)


def test_the_steps_are_those_of_the_fixture_in_its_order() -> None:
    assert list(STEPS) == list(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_each_row_says_what_the_fixture_says(key: str) -> None:
    step, expected = STEPS[key], EXPECTED[key]
    assert [*step.actors] == expected["actors"]
    assert [*step.phases] == expected["phases"]
    assert [*step.needs] == expected["needs"]
    assert [*step.falls_with] == expected["falls_with"]
    assert step.lasting == expected["lasting"]
    assert step.lasting_once == expected.get("lasting_once", "")
    assert step.applies == expected["applies"]
    assert step.no_hold == expected["no_hold"]
    assert step.zh == expected["zh"]


@pytest.mark.parametrize("key", EXPECTED)
def test_what_a_step_rests_on(key: str) -> None:
    assert journey.rests_on(key) == FIXTURE["rests_on"][key]


@pytest.mark.parametrize("key", EXPECTED)
def test_what_falls_when_a_step_is_returned(key: str) -> None:
    assert journey.undone_by(key) == FIXTURE["returned"][key]


@pytest.mark.parametrize("key", EXPECTED)
@pytest.mark.parametrize("actor", [party for party in Party if party is not Party.SYSTEM])
def test_only_the_named_actors_may(key: str, actor: Party) -> None:
    state = State(done=frozenset(FIXTURE["rests_on"][key]), phases=ALL_OPEN, traits=TRAITS)
    if actor in EXPECTED[key]["actors"]:
        journey.require(key, actor, state)
    else:
        with pytest.raises(NotOpen):
            journey.require(key, actor, state)


@pytest.mark.parametrize("key", EXPECTED)
def test_every_need_is_asked_for(key: str) -> None:
    actor = STEPS[key].actors[0]
    for need in EXPECTED[key]["needs"]:
        done = frozenset(FIXTURE["rests_on"][key]) - {need}
        with pytest.raises(NotOpen, match=STEPS[need].zh):
            journey.require(key, actor, State(done=done, phases=ALL_OPEN, traits=TRAITS))


@pytest.mark.parametrize("key", EXPECTED)
def test_every_phase_is_asked_for(key: str) -> None:
    done = frozenset(FIXTURE["rests_on"][key])
    closed = {phase: time for phase, time in ALL_OPEN.items() if phase not in EXPECTED[key]["phases"]}
    with pytest.raises(NotOpen):
        journey.require(key, STEPS[key].actors[0], State(done=done, phases=closed, traits=TRAITS))


@pytest.mark.parametrize("key", EXPECTED)
def test_a_hold_stops_the_steps_it_names_and_those_that_ask_for_none(key: str) -> None:
    step, done = STEPS[key], frozenset(FIXTURE["rests_on"][key])
    named = State(done=done, phases=ALL_OPEN, traits=TRAITS, holds=(journey.Hold(frozenset({key}), "欠核验"),))
    with pytest.raises(NotOpen, match="欠核验"):
        journey.require(key, step.actors[0], named)
    unnamed = State(done=done, phases=ALL_OPEN, traits=TRAITS, holds=(journey.Hold(frozenset(), "欠核验"),))
    if EXPECTED[key]["no_hold"]:
        with pytest.raises(NotOpen, match="欠核验"):
            journey.require(key, step.actors[0], unnamed)
    else:
        journey.require(key, step.actors[0], unnamed)


def test_a_step_that_does_not_apply_is_nobodys_and_nobody_waits_for_it() -> None:
    state = State(done=frozenset({*FIXTURE["rests_on"]["completion"]} - {"household"}), phases=ALL_OPEN)
    with pytest.raises(NotOpen, match="不适用"):
        journey.require("household", Party.CANDIDATE, state)
    journey.require("completion", Party.COUNTY, state)


def test_packing_keeps_every_step() -> None:
    assert journey.unpack(journey.pack(STEPS)) == set(STEPS)
