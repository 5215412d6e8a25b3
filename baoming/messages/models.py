"""The outbox: every message to a person, sealed, with its delivery state."""

from uuid import uuid4

from django.db import models


class Message(models.Model):
    """One SMS. Recipient is an opaque id; number and text are sealed (a text may hold a code)."""

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENT = "sent", "已送达"
        EXPIRED = "expired", "已过时，未发送"

    id = models.UUIDField(primary_key=True, default=uuid4)
    recipient = models.UUIDField(db_index=True)
    template = models.CharField(max_length=40)
    number_sealed = models.TextField()
    text_sealed = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    reference = models.CharField(max_length=64, default="")  # the provider's
    at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
