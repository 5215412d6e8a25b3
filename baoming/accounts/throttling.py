"""Token buckets as rules: how many tries, and how fast they come back (W3: O(1), never a COUNT)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` tries at once; they come back evenly over `seconds`."""

    burst: int
    seconds: int

    def refilled(self, tokens: float, elapsed: float) -> float:
        """Return the tokens after `elapsed` seconds, never more than `burst`."""
        return min(float(self.burst), tokens + max(elapsed, 0.0) * self.burst / self.seconds)

    def wait(self, tokens: float) -> int:
        """Return in how many seconds the next try is there."""
        return max(1, round((1 - tokens) * self.seconds / self.burst))


SIGN_IN_UNKNOWN_DEVICE = Limit(burst=10, seconds=3600)  # per account
SIGN_IN_OWN_DEVICE = Limit(burst=20, seconds=3600)  # per account and device: an attacker cannot use it up
SIGN_IN_ADDRESS = Limit(burst=300, seconds=3600)  # per network address: a school's pupils share one
CLAIM = Limit(burst=10, seconds=3600)  # per person named
SMS = Limit(burst=5, seconds=3600)  # per phone
