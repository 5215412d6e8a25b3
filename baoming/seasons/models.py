"""A season, and the versioned data that makes it what it is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Season(models.Model):
    """One province's registration in one year; its people never mix with those of another season."""

    class Kind(models.TextChoices):
        REAL = "real", "正式"
        PRACTICE = "practice", "演练"
        DEMO = "demo", "演示"

    province = models.CharField(max_length=2)  # GB/T 2260: 43
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=60)  # 2023年普通高等学校招生
    authority = models.CharField(max_length=40)
    journey_version = models.PositiveSmallIntegerField()
    data_version = models.PositiveIntegerField(default=1)
    clock_offset = models.DurationField(null=True)  # only where the season's moment may differ from the real one
    # The province has paused the candidates' acts. Read with the season, so that it costs no request anything.
    paused_at = models.DateTimeField(null=True)  # by the season's clock; null: not paused
    pause_reason = models.CharField(max_length=60, default="", blank=True)
    pause_until = models.DateTimeField(null=True)  # expected end; null: not known yet
    pause_extends = models.BooleanField(default=False)  # whether deadlines move by as long as it lasts

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("province", "year", "kind", name="season_once"),
            models.CheckConstraint(condition=~Q(kind="real") | Q(clock_offset=None), name="real_season_has_real_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    @property
    def is_real(self) -> bool:
        return self.kind == self.Kind.REAL


class SeasonData(models.Model):
    """One document of season data (`form`, `fees`, `photo` …), as loaded from a file under `data/`."""

    season = models.ForeignKey(Season, models.CASCADE)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    content = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "key", "version", name="season_data_version_once")]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
