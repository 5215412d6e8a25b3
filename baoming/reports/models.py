"""Kept counts: how many people of a site stand at each stage, as they were a minute ago."""

from typing import ClassVar

from django.db import models

from baoming.organizations.models import Organization
from baoming.registrations.worklists import STAGES
from baoming.seasons.models import Season

COLUMNS = (*(stage for _, stage in STAGES), "sent", "stopped")  # in the order of the way


class Progress(models.Model):
    """One site in one season. Written by `services.count_progress` alone, and only where something has changed."""

    season = models.ForeignKey(Season, models.CASCADE)
    site = models.ForeignKey(Organization, models.CASCADE)
    path = models.CharField(max_length=24, db_collation="C")  # of the site, for scope
    expected = models.PositiveIntegerField(default=0)
    intake = models.PositiveIntegerField(default=0)
    form = models.PositiveIntegerField(default=0)
    sign = models.PositiveIntegerField(default=0)
    moral = models.PositiveIntegerField(default=0)
    complete = models.PositiveIntegerField(default=0)
    review = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    approvals = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    debts = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0, db_default=0)  # of the debts
    booklets = models.PositiveIntegerField(default=0, db_default=0)  # household booklets that wait to be checked
    declared = models.PositiveIntegerField(default=0, db_default=0)  # who declare bonus points or special plans

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "site", name="progress_of_a_site_once")]
        indexes: ClassVar = [models.Index("season", "path", name="progress_by_path")]

    def __str__(self) -> str:
        return self.path


class Count(models.Model):
    """When the people of a season were last counted."""

    season = models.OneToOneField(Season, models.CASCADE, primary_key=True)
    at = models.DateTimeField()  # by the season's clock

    def __str__(self) -> str:
        return f"count of season {self.season_id}"
