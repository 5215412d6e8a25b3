"""Number segments: which 8-digit registration numbers a site may issue (R4)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from baoming.organizations.models import Organization
from baoming.seasons.models import Season


class NumberSegment(models.Model):
    """Registration numbers `first`..`last` (8 digits: county code + serial), issued up to `next` - 1.

    No two segments of a season overlap: an exclusion constraint in the first migration (W8).
    """

    season = models.ForeignKey(Season, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)
    first = models.PositiveIntegerField()
    next = models.PositiveIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="segment_has_numbers"),
            models.CheckConstraint(condition=Q(next__lte=F("last") + 1), name="segment_not_overrun"),
            models.CheckConstraint(condition=Q(next__gte=F("first")), name="segment_starts_at_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first:08d}-{self.last:08d}"

    @property
    def issued(self) -> int:
        return self.next - self.first

    @property
    def total(self) -> int:
        return self.last - self.first + 1

    @property
    def left(self) -> int:
        return self.last - self.next + 1
