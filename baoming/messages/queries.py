"""Reading the outbox: what still waits to be sent."""

from uuid import UUID

from baoming.messages.models import Message


def is_waiting(recipient: UUID, template: str) -> bool:
    """Return whether the newest message of this kind to this person has not left yet."""
    newest = Message.objects.filter(recipient=recipient, template=template).order_by("-at").first()
    return newest is not None and newest.state == Message.State.QUEUED
