"""The school's roster: who is expected at the site, by class (R4)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baoming.organizations.models import Organization
from baoming.registrations.models.registration import Registration
from baoming.seasons.models import Season


class RosterEntry(models.Model):
    """One pupil as the school lists them. Tied to a registration once the card has been read.

    The 学籍号 holds an identity number: it lies sealed, and is found by its blind index.
    """

    season = models.ForeignKey(Season, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    roll_blind = models.BinaryField(max_length=32)  # of the 学籍号
    roll_sealed = models.TextField()
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=200, db_collation="C")
    sex = models.CharField(max_length=1, default="")
    class_name = models.CharField(max_length=40, db_collation="C")
    student_no = models.CharField(max_length=20, db_collation="C")
    teacher = models.CharField(max_length=50, default="")
    registration = models.OneToOneField(Registration, models.PROTECT, null=True, related_name="roster_entry")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "roll_blind", name="roll_number_once_a_season")]
        indexes: ClassVar = [
            models.Index("season", "site", "class_name", "student_no", name="roster_by_class"),
            models.Index(
                "season", "path", "class_name", "student_no", name="roster_expected", condition=Q(registration=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.student_no}"
