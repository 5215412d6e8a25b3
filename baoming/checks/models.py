"""What goes to registers and comes back, and pairs of registrations that look alike."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from baoming.checks.files import ENCODING_NAMES
from baoming.checks.kinds import OUTCOME_NAMES
from baoming.registrations.models import Registration
from baoming.reviews.models import Case
from baoming.seasons.models import Season


class CheckBatch(models.Model):
    """One export to a register: asked for by one person, approved by a second of the same office, made by a job (R30).

    `path` is of the office that asked, for scope; `area` of the people whom it holds.
    """

    class State(models.TextChoices):
        ASKED = "asked", "等第二人批准"
        DECLINED = "declined", "未批准"
        MAKING = "making", "正在生成"
        READY = "ready", "已生成"

    id = models.UUIDField(primary_key=True, default=uuid4)
    season = models.ForeignKey(Season, models.PROTECT)
    kind = models.CharField(max_length=20)  # key of the season's checks
    path = models.CharField(max_length=24, db_collation="C")
    area = models.CharField(max_length=24, db_collation="C")
    again = models.BooleanField()  # also those who have an answer of this kind
    encoding = models.CharField(max_length=10, choices=[(one.value, name) for one, name in ENCODING_NAMES.items()])
    reason = models.CharField(max_length=100)  # what for, as it was approved
    key = models.UUIDField()  # of the form that asked: sent twice it is one batch
    asked_at = models.DateTimeField()  # by the season's clock, as is `decided_at`
    asked_by = models.CharField(max_length=40)
    asked_label = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, default="")
    decided_label = models.CharField(max_length=60, default="")
    cursor = models.CharField(max_length=24, default="", db_collation="C")  # path of the last site that is done
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")  # SM3 over the digests of its files in their order
    returned = models.PositiveIntegerField(default=0)  # lines that have an answer, written with it
    made_at = models.DateTimeField(null=True)  # by the real clock: from it the days run

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("asked_by", "key", name="check_once_a_form")]
        indexes: ClassVar = [models.Index(fields=["season", "path", "-asked_at"], name="check_by_path")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class CheckFile(models.Model):
    """One file of an export, sealed; the row stays when the file is gone."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the file is sealed to it
    batch = models.ForeignKey(CheckBatch, models.PROTECT, related_name="files")
    part = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SM3 of the file as it is fetched
    size = models.PositiveIntegerField()
    file = models.CharField(max_length=80)  # storage name; empty once its days are over

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("batch", "part", name="check_part_once")]

    def __str__(self) -> str:
        return f"part {self.part}"


class CheckLine(models.Model):
    """Who stands in which line of an export. Never changed; its id is the token that the file carries."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    batch = models.ForeignKey(CheckBatch, models.PROTECT)
    registration = models.ForeignKey(Registration, models.PROTECT)
    county = models.CharField(max_length=24, db_collation="C")  # of then, for the counts
    asked = models.BinaryField(max_length=32, default=bytes)  # blind index of name and number as they went out

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("batch", "registration", name="person_once_a_check")]
        indexes: ClassVar = [models.Index("registration", name="check_line_by_person")]

    def __str__(self) -> str:
        return f"line {self.pk}"


class CheckResult(models.Model):
    """What a register answered about one line, and what came of it. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the remark is sealed to it
    line = models.OneToOneField(CheckLine, models.PROTECT, related_name="result")
    registration = models.ForeignKey(Registration, models.PROTECT)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=10)
    outcome = models.CharField(max_length=8, choices=[(one.value, name) for one, name in OUTCOME_NAMES.items()])
    remark_sealed = models.TextField(default="")
    finding = models.BinaryField(
        max_length=32
    )  # blind index of code, remark and who was asked about: the same finding twice is one
    case = models.ForeignKey(Case, models.PROTECT, null=True)
    opened = models.BooleanField(default=False)  # this answer opened the case; else it came to one that was there
    told = models.CharField(max_length=200, default="")  # what is to be known besides: moved, stopped, completed
    at = models.DateTimeField()  # by the season's clock
    by_label = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index("registration", "kind", name="check_result_by_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class CheckTally(models.Model):
    """How many lines of a county went out and came back, by kind: kept, so that no page counts a province."""

    season = models.ForeignKey(Season, models.PROTECT)
    kind = models.CharField(max_length=20)
    path = models.CharField(max_length=24, db_collation="C")  # of the county
    exported = models.PositiveIntegerField(default=0)
    match = models.PositiveIntegerField(default=0)
    mismatch = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "kind", "path", name="tally_of_a_county_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


class Marks(models.Model):
    """By what one person is found among those who look alike: blind keys of 64 bits, which nobody reads back."""

    registration = models.OneToOneField(Registration, models.PROTECT, primary_key=True)
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["keys"], name="marks_by_key")]

    def __str__(self) -> str:
        return f"{len(self.keys)} marks"


class MarkedUpTo(models.Model):
    """How far the log of steps has been read for `Marks`. `before`: as it was a run earlier, where the next begins."""

    season = models.OneToOneField(Season, models.PROTECT, primary_key=True)
    before = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last}"


class AlikePair(models.Model):
    """Two registrations that look like one person's. `path` is of the lowest office that sees both: it decides."""

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        APART = "apart", "不是同一人"
        CASED = "cased", "已转疑似重复报名"

    id = models.UUIDField(primary_key=True, default=uuid4)
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    first = models.ForeignKey(Registration, models.PROTECT, related_name="+")  # the smaller id
    second = models.ForeignKey(Registration, models.PROTECT, related_name="+")
    likes = models.JSONField()  # keys of likeness.Like, the weightiest first
    found_at = models.DateTimeField()  # by the season's clock
    due_at = models.DateTimeField()
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    reason_sealed = models.TextField(default="", db_default="")  # why they are two people, in writing
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, default="")
    decided_label = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("first", "second", name="pair_asked_once"),
            models.CheckConstraint(condition=Q(first__lte=models.F("second")), name="pair_in_order"),
            models.CheckConstraint(condition=~Q(state="apart") | ~Q(reason_sealed=""), name="apart_says_why"),
        ]
        indexes: ClassVar = [models.Index("season", "path", "state", "found_at", name="pair_by_path")]

    def __str__(self) -> str:
        return f"pair {self.state}"
