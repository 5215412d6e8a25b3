"""What came in files: the file as it was checked, its lines, and what was written of them (R21, R32)."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.registrations.models import Batch, Registration
from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


class ImportQuerySet(models.QuerySet["Import"]):
    def within(self, path: str) -> "ImportQuerySet":
        """Those of this office and of the offices below it."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


class Import(models.Model):
    """One file of one office, checked. Nothing is written of it before it has a `batch`, which applies it.

    What the check found never changes; the state of applying and of undoing is the batch's.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: sealed fields are bound to it
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")  # of the office
    kind = models.CharField(max_length=30)  # key of the season's kinds
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    sealed = models.TextField()  # JSON: filename, header, unread
    total = models.PositiveIntegerField()
    bad = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    same = models.PositiveIntegerField()
    at = models.DateTimeField()  # when it was checked, by the season's clock
    actor_kind = models.CharField(max_length=10, choices=[(party.value, name) for party, name in PARTY_NAMES.items()])
    actor_id = models.CharField(max_length=40)
    actor_label = models.CharField(max_length=60)
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, related_name="of_import")

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index("season", "path", "at", name="import_by_path")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.total}"

    @property
    def actor(self) -> Actor:
        return Actor(kind=Party(self.actor_kind), id=self.actor_id, path=self.path, label=self.actor_label)


class ImportLine(models.Model):
    """One line of a file as it was checked. Written once, never changed; gone with a file that nobody applied."""

    class Change(models.TextChoices):
        BAD = "bad", "有问题"
        NEW = "new", "新增"
        CHANGED = "changed", "更正"
        SAME = "same", "没有变化"

    source = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()  # as a spreadsheet counts
    registration = models.ForeignKey(Registration, models.PROTECT, null=True)  # null: found nobody
    change = models.CharField(max_length=7, choices=Change)
    sentence = models.CharField(max_length=300, default="")  # what is wrong, without what stood there
    counted = models.CharField(max_length=20, default="", db_default="")  # id of the row that it would be written over
    sealed = models.TextField()  # JSON: cells as they stood, values as they are kept

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "number", name="import_line_once")]
        indexes: ClassVar = [models.Index("source", "registration", name="import_line_of_person")]

    def __str__(self) -> str:
        return f"{self.number} {self.change}"


class ImportedFact(models.Model):
    """What is known of one person of one kind, and where it came from. Never changed: the newest not taken back counts.

    The values are sealed whatever the kind: an examination of health is, and nothing is asked by them.
    """

    registration = models.ForeignKey(Registration, models.PROTECT)
    kind = models.CharField(max_length=30)
    content_sealed = models.TextField()  # JSON: key of a column → value
    source = models.ForeignKey(Import, models.PROTECT, related_name="facts")
    line = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=10)
    by_label = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "line", name="fact_once_a_line")]
        indexes: ClassVar = [models.Index("registration", "kind", "id", name="fact_by_registration")]

    def __str__(self) -> str:
        return self.kind


class FactWithdrawal(models.Model):
    """A fact taken back: the one before it counts again, both stay as they were written."""

    fact = models.OneToOneField(ImportedFact, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.reason
