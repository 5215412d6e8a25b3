"""What a password costs in this process: next to nothing. What tests start of an installation pays in full."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.contrib.auth.hashers import make_password

from baoming.accounts.hashers import Argon2id


@dataclass(frozen=True)
class Cost:
    """A hash is checked at the cost it was made at, whatever is set by then."""

    memory: int  # KiB
    time: int

    def set(self) -> None:
        Argon2id.memory_cost, Argon2id.time_cost = self.memory, self.time


INSTALLED = Cost(memory=Argon2id.memory_cost, time=Argon2id.time_cost)
HASTY = Cost(memory=8, time=1)  # the least there is


@contextmanager
def as_installed() -> Iterator[None]:
    """Hash at the cost of an installation, also for names that nobody has."""
    INSTALLED.set()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("baoming.accounts.services.sign_in._NOBODY", make_password("nobody"))
            yield
    finally:
        HASTY.set()
