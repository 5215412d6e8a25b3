"""Places from which others' registrations may be changed, and what was found there (T2)."""

from typing import ClassVar

from django.db import models

from baoming.registrations.models.registration import Registration


class Alarm(models.Model):
    """One burst. Its lines say whom it met; an office sees those of its own area."""

    place = models.CharField(max_length=7)  # bursts.Place
    key = models.CharField(max_length=80, db_index=True)  # of the watched place, a digest
    at = models.DateTimeField()  # by the real clock, as sign-ins are

    def __str__(self) -> str:
        return f"alarm {self.pk}"


class AlarmLine(models.Model):
    """One person that a burst has met; `version` 0: the save was stopped."""

    alarm = models.ForeignKey(Alarm, models.PROTECT)
    registration = models.ForeignKey(Registration, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("alarm", "registration", name="alarm_line_once")]
        indexes: ClassVar = [models.Index("path", "at", name="alarm_line_by_path")]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.registration_id}"


class Watch(models.Model):
    """The last few changes from one browser or one address: one row each, of bounded size (W3)."""

    key = models.CharField(max_length=80, primary_key=True)
    changes = models.JSONField()
    at = models.DateTimeField()
    stepped_until = models.DateTimeField(null=True)  # changes from here need a code until then

    def __str__(self) -> str:
        return self.key
