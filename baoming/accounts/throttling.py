"""Token buckets as rules: how many tries, and how fast they come back (W3: O(1), never a COUNT)."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` tries at once; they come back evenly over `seconds`."""

    burst: int
    seconds: int

    def wait(self, tokens: float) -> int:
        """Return in how many seconds the next whole try is there, never too few."""
        return max(1, ceil((1 - tokens) * self.seconds / self.burst))


SIGN_IN_UNKNOWN_DEVICE = Limit(burst=10, seconds=3600)  # per account
SIGN_IN_OWN_DEVICE = Limit(burst=20, seconds=3600)  # per account and device: an attacker cannot use it up
SIGN_IN_ADDRESS = Limit(burst=300, seconds=3600)  # per network address: a school's pupils share one
# Per account and browser that has given a code before, and per account for all others together, who have its
# password: 3 of 10^6 codes fit at a time.
SECOND_FACTOR = Limit(burst=5, seconds=3600)
CLAIM_ADDRESS = Limit(burst=1000, seconds=3600)  # guards work, not the code: nobody guesses 80 bits
PIN_DAY = Limit(burst=20, seconds=86400)  # wrong PINs of an account, whichever locks: then the password is asked for
SMS = (Limit(burst=1, seconds=60), Limit(burst=5, seconds=3600), Limit(burst=10, seconds=86400))  # per phone, all three
SMS_PERSON = Limit(burst=5, seconds=3600)  # per registration
SMS_ADDRESS = Limit(burst=1200, seconds=3600)  # per network address: 60 PCs, 12 pupils an hour each, half ask again
PERSON_CHECK = Limit(burst=10, seconds=3600)  # per registration: every check costs money
HAND_IN_ADDRESS = Limit(burst=300, seconds=3600)  # guards work: nobody guesses 80 bits of a code for a photo
HAND_INS = Limit(burst=5, seconds=86400)  # codes for a photo, per registration
HAND_IN_PICTURES = Limit(burst=20, seconds=3600)  # pictures tried with one code: each costs a second of a core
# Per network address, known people and unknown alike: 60 PCs, five people an hour each. The code that fits is put back.
RECOVERY_ADDRESS = Limit(burst=300, seconds=3600)
TOLD = Limit(burst=1, seconds=3600)  # per account or address: that its tries were used up is told so often
SLOWEST = 86400  # seconds after which every bucket above is full again
