"""Token buckets in the memory of one process (A8): for the amount of work, where no guess is counted.

Exact in one process; an installation that runs several lets each take its own. Nothing is kept over a restart.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock

from baoming.accounts.throttling import Limit

MOST = 20_000  # buckets kept, about 3 MB; the one used longest ago goes first, mostly full again by then
_ROUNDING = 1e-6  # seconds: floats


class LocalBuckets:
    """Each bucket is one number: the moment at which it will be full again. O(1) in time, `MOST` in space."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, limit: Limit) -> int:
        """Take one; return 0, or in how many seconds the next one is there, and then nothing is taken."""
        with self._lock:
            now = self._clock()
            full_at = max(now, self._full_at.pop(key, now))
            taken = full_at + limit.seconds / limit.burst
            wait = taken - now - limit.seconds
            self._full_at[key] = full_at if wait > _ROUNDING else taken
            if len(self._full_at) > MOST:
                self._full_at.popitem(last=False)
        return max(1, ceil(wait - _ROUNDING)) if wait > _ROUNDING else 0

    def __len__(self) -> int:
        return len(self._full_at)
