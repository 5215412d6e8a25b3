"""Drafts, immutable versions, the pledge, and signatures."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baoming.registrations.device_words import LONGEST
from baoming.registrations.models.capture import Photo
from baoming.registrations.models.registration import Registration


class Draft(models.Model):
    """What has been typed and is not saved. `revision` rises with each keep: two tabs never overwrite silently."""

    registration = models.OneToOneField(Registration, models.CASCADE, primary_key=True)
    base_version = models.PositiveIntegerField(default=0)  # the version it started from
    revision = models.PositiveIntegerField(default=0)
    sealed = models.TextField()  # JSON of values
    pages = models.JSONField(default=list)  # keys of the pages that passed their checks
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft r{self.revision}"


class FormGroup(models.Model):
    """The content of one group of fields, kept once per content: unchanged groups are references (rule 8)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    key = models.CharField(max_length=20)
    content_hash = models.CharField(max_length=64)  # keyed, so that it cannot be guessed back
    plain = models.JSONField(null=True)  # code fields, for counting
    sealed = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", "key", "content_hash", name="group_content_once"),
        ]

    def __str__(self) -> str:
        return self.key


class FormVersion(models.Model):
    """One save. Never changed, never deleted (R14)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()  # by the season's clock, after the lock
    content_hash = models.CharField(max_length=64)  # SM3 over the canonical content, upper-case hex
    receipt = models.CharField(max_length=4)
    groups = models.ManyToManyField(FormGroup)
    changed = models.JSONField(default=list)  # keys of fields that differ from the version before
    field_count = models.PositiveSmallIntegerField()
    by_label = models.CharField(max_length=60)
    device = models.CharField(max_length=16, default="", db_default="")  # digest of the browser's cookie, for bursts
    kind = models.CharField(max_length=LONGEST, default="", db_default="")  # of the browser, as it says (device_words)
    data_version = models.PositiveIntegerField(null=True)  # of the season whose form it answers; None: not known

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("registration", "number", name="version_once")]

    def __str__(self) -> str:
        return f"v{self.number}"


class Pledge(models.Model):
    """The candidate's acceptance of one version of 诚信考试承诺书, one row for each version accepted (R12)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    text_version = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", "text_version", name="pledge_version_once"),
        ]

    def __str__(self) -> str:
        return self.text_version


class Signature(models.Model):
    """The candidate's signature on the printed form of one version with one photo (R20)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    version = models.ForeignKey(FormVersion, models.PROTECT)
    photo = models.ForeignKey(Photo, models.PROTECT)
    print_id = models.UUIDField()
    at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(voided_at=None), name="one_live_signature"),
        ]

    def __str__(self) -> str:
        return f"signature of {self.version_id}"
