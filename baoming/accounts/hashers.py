"""Argon2id at OWASP's floor: 27–34 ms CPU a hash. Django's default costs ten times that (W2).

One process hashes at most one password fewer at once than there are cores. Who waits longer than two
seconds is told so (`Crowded`) and has used up nothing. People who are signed in hash in a lane of their
own: a crowd at the door does not keep anybody from saving.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from baoming.shared.errors import Crowded

AT_ONCE = max(1, (os.cpu_count() or 1) - 1)
PATIENCE = 2.0  # seconds
CROWDED = "现在登录的人很多，请过几秒再试。这一次没有计入试错次数，此前保存的内容都在"
DOOR = BoundedSemaphore(AT_ONCE)
INSIDE = BoundedSemaphore(AT_ONCE)
_lane: ContextVar[BoundedSemaphore] = ContextVar("lane", default=DOOR)


@contextmanager
def lane(*, signed_in: bool) -> Iterator[None]:
    """Hash in the lane of those inside, or at the door."""
    token = _lane.set(INSIDE if signed_in else DOOR)
    try:
        yield
    finally:
        _lane.reset(token)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn to hash. Raises Crowded after PATIENCE."""
    here = _lane.get()
    if not here.acquire(timeout=PATIENCE):
        raise Crowded(CROWDED)
    try:
        yield
    finally:
        here.release()


class Argon2id(Argon2PasswordHasher):
    memory_cost = 19456  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with turn():
            return bool(super().verify(password, encoded))
