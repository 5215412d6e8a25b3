"""How each act of the tables is asked for: every function brings its own people there and returns the request."""

from tests.audit.acts import (
    absent,
    by_two,
    candidate,
    cases,
    checking,
    confirming,
    deciding,
    desk,
    entering,
    offices,
    people,
    worker,
)
from tests.audit.acts.register import ACTS

__all__ = [
    "ACTS",
    "absent",
    "by_two",
    "candidate",
    "cases",
    "checking",
    "confirming",
    "deciding",
    "desk",
    "entering",
    "offices",
    "people",
    "worker",
]
