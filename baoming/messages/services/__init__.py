"""Sending, delivering, reading; and what offices tell everybody."""

from baoming.messages.services.announcements import publish, withdraw
from baoming.messages.services.outbox import send

__all__ = ["publish", "send", "withdraw"]
