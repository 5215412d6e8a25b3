"""Phases of a season, its closed days, and extensions for one person or one area."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from baoming.audit.actors import PARTY_NAMES
from baoming.schedule.extending import LONGEST_REASON, SCOPE_NAMES
from baoming.schedule.windows import Window
from baoming.seasons.models import Season


class Phase(models.Model):
    """When a step of the journey is open: two instants, perhaps daily hours, perhaps closed at weekends (R1)."""

    season = models.ForeignKey(Season, models.CASCADE)
    key = models.CharField(max_length=24)
    name = models.CharField(max_length=40)
    actor = models.CharField(max_length=10, choices=[(party.value, name) for party, name in PARTY_NAMES.items()])
    opens = models.DateTimeField(null=True)  # null: only by an extension
    closes = models.DateTimeField(null=True)
    day_from = models.TimeField(null=True)  # daily hours, Beijing time
    day_to = models.TimeField(null=True)
    closed_weekends = models.BooleanField(default=False)
    closed_days = models.JSONField(default=list)  # ISO dates
    sample = models.BooleanField(default=True)  # 样例: not from an official text
    position = models.PositiveSmallIntegerField()
    extension_days = models.PositiveSmallIntegerField(null=True)  # most that it is extended by; null: not at all

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint("season", "key", name="phase_once_a_season"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(opens=None), name="phase_opens_before_it_closes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def window(self) -> Window:
        """Return this row as the value that the rules work on."""
        return Window(
            key=self.key,
            opens=self.opens,
            closes=self.closes,
            day_from=self.day_from,
            day_to=self.day_to,
            closed_weekends=self.closed_weekends,
            closed_days=frozenset(self.closed_days),
        )


class ExtensionRequest(models.Model):
    """What one person asks for and a second one decides: more time in a phase, or its end before time (`ends`)."""

    class State(models.TextChoices):
        ASKED = "asked", "等决定"
        GRANTED = "granted", "已批准"
        DECLINED = "declined", "没有批准"
        ENDED = "ended", "已提前结束"

    id = models.UUIDField(primary_key=True, default=uuid4)
    season = models.ForeignKey(Season, models.CASCADE)
    ends = models.ForeignKey("self", models.CASCADE, null=True)  # the granted one that is to end now
    phase = models.CharField(max_length=24)
    scope = models.CharField(max_length=8, choices=[(scope.value, name) for scope, name in SCOPE_NAMES.items()])
    path = models.CharField(max_length=24, db_collation="C")  # of the area, or of the site of a person or class
    class_name = models.CharField(max_length=40, default="")
    subject = models.UUIDField(null=True)  # one registration
    opens = models.DateTimeField(null=True)  # null: once it is granted
    closes = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    asked_label = models.CharField(max_length=60)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, default="")
    decided_label = models.CharField(max_length=60, default="")

    class Meta:
        indexes: ClassVar = [models.Index("season", "path", name="extension_request_by_path")]
        constraints: ClassVar = [
            models.UniqueConstraint("ends", condition=Q(state="asked"), name="one_end_asked_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.scope} {self.state}"


class Extension(models.Model):
    """A phase opened for one person or one area beyond its window; of several that run, the last to close counts."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    season = models.ForeignKey(Season, models.CASCADE)
    phase = models.CharField(max_length=24)
    subject = models.UUIDField(null=True, db_index=True)  # one registration
    path = models.CharField(max_length=24, db_collation="C")  # of the subject, or the area
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    reason = models.CharField(max_length=200)
    granted_by = models.CharField(max_length=60)
    request = models.ForeignKey(ExtensionRequest, models.CASCADE, null=True, db_index=False)  # null: of another act

    def __str__(self) -> str:
        return f"{self.phase} {self.subject or self.path}"
