"""The outbox: every message to a person, sealed, with its delivery state; and what offices tell everybody."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


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


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def within(self, path: str) -> "AnnouncementQuerySet":
        """Those of this office and of the offices below it."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


class Announcement(models.Model):
    """公告: what an office tells the candidates of its area, for a time. Never changed, only withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made with the preview: publishing twice is once
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")  # of the office: its whole area reads it
    office = models.CharField(max_length=60)  # its name then
    title = models.CharField(max_length=60)
    text = models.TextField()
    opens = models.DateTimeField()  # by the season's clock
    closes = models.DateTimeField(null=True)  # null: until it is withdrawn
    by_label = models.CharField(max_length=60)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index("season", "path", "opens", name="announcement_by_path")]

    def __str__(self) -> str:
        return self.title
