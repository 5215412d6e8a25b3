"""The authenticator in the pocket of the demo's staff: one secret for all of them, which everybody may know.

The guide shows its code; measurements and browser stories type it.
"""

import time

import pyotp

SECRET = "BAOMINGYANSHIBAOMINGYANSHI234567"  # noqa: S105  as load_demo.SECRET
STEP = 30  # seconds
_TYPED_IN = 10  # seconds at most until a code that is shown has come to the portal


def shown(now: float) -> tuple[str, int]:
    """Return the code, and for how many seconds more it is shown."""
    return _code(int(now) // STEP), STEP - int(now) % STEP


class Pocket:
    """Gives each person codes that they have not used: the portal takes each once, a step early or late."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def code(self, handle: str) -> str:
        """Return a code that will be taken; waits for the next one where three were used in a minute."""
        now = time.time()
        here, left = int(now) // STEP, STEP - now % STEP
        oldest = here - 1 if left > _TYPED_IN else here  # one that ends while it is typed is not taken
        step = max(oldest, self._used.get(handle, 0) + 1)
        if step > here + 1:
            time.sleep((step - 1) * STEP - time.time() + 0.1)
        self._used[handle] = step
        return _code(step)


def _code(step: int) -> str:
    return pyotp.HOTP(SECRET).at(step)
