"""The print log: what was printed of whom, in which version, by whom, and whether it still counts."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


class PrintFileQuerySet(models.QuerySet["PrintFile"]):
    def within(self, path: str) -> "PrintFileQuerySet":
        """Those of this office and of the offices below it."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


class PrintFile(models.Model):
    """Many prints as one PDF, kept sealed for some days: to be fetched again without being a new print.

    The row is written with its prints; the PDF is made after that commit, and is the same however often.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=24)  # of its prints
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    batch = models.UUIDField(null=True, db_index=True)  # the act of a higher package that it belongs to
    title = models.CharField(max_length=60)  # 高三（5）班
    part = models.PositiveSmallIntegerField(default=1)  # of how many files
    parts = models.PositiveSmallIntegerField(default=1)
    left_out = models.JSONField(default=list)  # [subject, why] of those it was ordered for and does not hold
    at = models.DateTimeField()  # when it was printed, by the season's clock
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=60)
    file = models.CharField(max_length=80, default="")  # storage name; empty before it is made and after removal
    pages = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)  # bytes of the PDF
    made_at = models.DateTimeField(null=True)  # made, or given up; by the real clock, as is what follows
    removed_at = models.DateTimeField(null=True)

    objects = PrintFileQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["season", "path", "-at"], name="print_file_by_path")]

    def __str__(self) -> str:
        return f"file {self.part}/{self.parts}"

    @property
    def failed(self) -> bool:
        """Whether it could not be made."""
        return self.made_at is not None and not self.file and self.removed_at is None


class Print(models.Model):
    """One printed document. The PDF itself is not kept: it is made from the version it names."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=24)  # registration_form, number_slip, paper_draft
    subject = models.UUIDField(db_index=True)
    path = models.CharField(max_length=24, db_collation="C")
    version = models.PositiveIntegerField()  # of the subject's form; for a slip its running number; of drafts the last
    content_hash = models.CharField(max_length=64)
    picture = models.UUIDField(null=True)  # the photo it shows
    file = models.ForeignKey(PrintFile, models.PROTECT, null=True)  # where it was printed among others
    place = models.PositiveSmallIntegerField(null=True)  # in that file, from 1
    at = models.DateTimeField()
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=60)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=60, default="")

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
