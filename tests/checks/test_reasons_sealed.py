"""Why two are two people, and why a number is void, tells of families: it lies sealed, also what was there before."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from baoming.checks.alike_queries import reason_of
from baoming.registrations.segment_queries import void_reason
from tests.reviews.test_notes_sealed import Rows

SAID = "看了两本户口簿，是双胞胎"


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        ("baoming.checks.migrations.0007_seal_pair_reason", reason_of),
        ("baoming.registrations.migrations.0043_seal_void_reason", void_reason),
    ],
)
def test_reasons_of_before_are_sealed_and_can_be_opened_again(name: str, opened: Any) -> None:
    migration = import_module(name)
    row, empty = (SimpleNamespace(pk=pk, reason=said, reason_sealed="") for pk, said in ((7, SAID), (8, "")))
    apps = SimpleNamespace(get_model=lambda *_: Rows(row, empty))
    migration.seal(apps, None)
    row.reason = ""  # the column goes
    assert SAID not in row.reason_sealed
    assert opened(row) == SAID
    assert opened(empty) == ""
    migration.unseal(apps, None)
    assert (row.reason, empty.reason) == (SAID, "")
