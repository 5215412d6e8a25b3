"""Refusals: the ways a rule may say no.

A view shows the message; nothing else is shown. A message says what happened, what stays
safe, and what to do. Anything that is not a refusal is a defect.
"""

from collections.abc import Mapping
from typing import Literal


class Refused(Exception):
    """A rule said no. `str(refusal)` is safe to show to the person who asked."""

    def __init__(self, message: str, *, go: str = "") -> None:
        """`message`: one plain Chinese sentence. `go`: key of the journey step that leads on, if any."""
        super().__init__(message)
        self.go = go


class NotOpen(Refused):
    """The step is not open to this actor now (window, prerequisite or hold)."""


class Closed(NotOpen):
    """The calendar says no: it is too early, the day's hours are over, or the phase has ended."""

    def __init__(self, message: str, *, why: Literal["early", "resting", "over"]) -> None:
        super().__init__(message)
        self.why = why


class Held(NotOpen):
    """Something is wrong and keeps the step until an office has cleared it: a hold, a frozen form."""


class Invalid(Refused):
    """What was entered cannot be taken. `fields` maps a field's key to its sentence."""

    def __init__(self, fields: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or next(iter(fields.values()), "请核对填写的内容"))
        self.fields = dict(fields)


class Changed(Refused):
    """Somebody changed it meanwhile; what was entered is kept aside."""


class TooMany(Refused):
    """Too many tries. The sentence says when to try again."""


class Unavailable(Refused):
    """A service outside does not answer. The sentence says what is waiting, and that nothing is lost."""


class Crowded(Exception):
    """Too many people at the door of one process at once. Not a refusal: nothing was decided and nothing is counted."""
