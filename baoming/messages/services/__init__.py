"""Sending, delivering, reading; and what offices tell everybody."""

from baoming.messages.services.announcements import publish, tell_area, withdraw
from baoming.messages.services.outbox import send

__all__ = ["publish", "send", "tell_area", "withdraw"]
