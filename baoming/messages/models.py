"""The outbox: every message to a person, sealed, with its delivery state; and what offices tell everybody."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


class Message(models.Model):
    """One SMS. Recipient is an opaque id; number and text are sealed (a text may hold a code)."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队"
        SENT = "sent", "已提交"
        ARRIVED = "arrived", "已送达"
        FAILED = "failed", "未送达"
        UNKNOWN = "unknown", "结果不明"
        EXPIRED = "expired", "已过时，未发送"

    id = models.UUIDField(primary_key=True, default=uuid4)
    recipient = models.UUIDField(db_index=True)
    season = models.ForeignKey(Season, models.PROTECT, null=True, db_index=False)  # null: before texts were data
    template = models.CharField(max_length=40)
    number_sealed = models.TextField()
    text_sealed = models.TextField()
    words_sealed = models.TextField(default="", db_default="")  # JSON list, in the order of the text
    voice = models.BooleanField(default=False, db_default=False)  # a code that is read out by a call
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=16, default="", db_default="")  # providers.base.Reason, of what failed
    round = models.PositiveSmallIntegerField(default=1, db_default=1)  # a second one by a click of the site
    reference = models.CharField(max_length=64, default="")  # the sender's, of the handing-over that counts
    at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)  # by the owner, in the portal

    class Meta:
        indexes: ClassVar = [
            models.Index("recipient", condition=models.Q(read_at__isnull=True), name="unread_messages"),
            models.Index("at", condition=models.Q(state="queued"), name="queued_messages"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"


class Attempt(models.Model):
    """One handing-over of a message to a sender: at most one for each sender and round (at most once)."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    message = models.ForeignKey(Message, models.PROTECT, related_name="attempts")
    round = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=16)
    state = models.CharField(max_length=12)  # routing.Handed
    reason = models.CharField(max_length=16, default="")
    serial = models.CharField(max_length=64, default="")  # the sender's number of the message
    request = models.CharField(max_length=64, default="")  # and of the request
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # when the sender had answered
    reported_at = models.DateTimeField(null=True)  # when its receipt came

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("message", "round", "provider", name="handed_over_once"),
        ]
        indexes: ClassVar = [models.Index("provider", "begun_at", name="attempts_of_late")]

    def __str__(self) -> str:
        return f"{self.provider} {self.state}"


class Shift(models.Model):
    """From when on which sender sends, and why. The newest one holds, for all processes."""

    provider = models.CharField(max_length=16)
    former = models.CharField(max_length=16)
    reason = models.CharField(max_length=16)
    share = models.PositiveSmallIntegerField()  # per cent of messages that failed at the former one
    median = models.PositiveIntegerField(null=True)  # seconds, of the former one
    slow = models.PositiveIntegerField(null=True)  # seconds within which 95 of 100 arrived
    sent = models.PositiveIntegerField()  # messages looked at
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.former} to {self.provider}"


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
