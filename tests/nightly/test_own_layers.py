"""Z1 for candidates: by each layer of authorisation alone, pages and acts are of the own person."""

from contextlib import AbstractContextManager

import pytest
from django.test import Client

from tests.matrix.layers import application_alone, own_row_alone
from tests.matrix.own_acts import acts
from tests.matrix.probes import Probe, changed, of_candidates
from tests.matrix.test_candidate import test_what_routes_answer_is_what_the_table_says as the_table_is_kept
from tests.web.conftest import nobody_outside, phone, service_keys

__all__ = ["nobody_outside", "phone", "service_keys"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_outside")]
LAYERS = [application_alone, own_row_alone]


def learned() -> list[Probe]:
    probes = list(of_candidates(acts()))
    for probe in probes:
        probe.learn()
    return probes


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_alone_shows_and_does_what_both_do(layer: type[AbstractContextManager[None]]) -> None:
    probes = learned()
    with layer():
        assert "\n".join(changed(probes)) == ""


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_alone_keeps_the_whole_table(
    phone: Client, nobody_outside: None, layer: type[AbstractContextManager[None]]
) -> None:
    with layer():
        the_table_is_kept(phone, nobody_outside)


def test_control_without_both_layers_everybody_is_shown_somebody_else() -> None:
    probes = [probe for probe in learned() if probe.name.startswith("GET /tasks/")]
    with application_alone(), own_row_alone():
        assert len(changed(probes)) == len(probes) > 1
