"""The print log: what was printed of whom, in which version, by whom, and whether it still counts."""

from typing import ClassVar
from uuid import uuid4

from django.db import models


class Print(models.Model):
    """One printed document. The PDF itself is not kept: it is made from the version it names."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=24)  # registration_form, number_slip
    subject = models.UUIDField(db_index=True)
    path = models.CharField(max_length=24, db_collation="C")
    version = models.PositiveIntegerField()  # of the subject's form; for a slip its running number
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=60)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=60, default="")

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
