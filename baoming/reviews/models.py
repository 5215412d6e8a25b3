"""Decisions of offices about a registration."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.audit.actors import Party
from baoming.organizations.models import Organization
from baoming.registrations.models import Batch, Registration
from baoming.reviews.cases import STATE_NAMES, Standing, State
from baoming.seasons.models import Season


class Decision(models.Model):
    """What an office decided. Never changed and never deleted: an undo is written beside it (migration 0005).

    What was typed for it tells of papers, households and health: it lies sealed, and `queries.said_of` opens it.
    """

    registration = models.ForeignKey(Registration, models.PROTECT)
    reason = models.CharField(max_length=30, default="")  # key of the season's list of reasons
    fell = models.JSONField(default=list)  # keys of the steps that it undid
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=10)
    by_label = models.CharField(max_length=60)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=60, default="")
    undo_sealed = models.TextField(default="", db_default="")  # why it was undone

    class Meta:
        abstract = True


class EligibilityReview(Decision):
    """报考资格审核: passed, returned with a structured reason, or referred to the office that decides (R5)."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "通过资格审核"
        RETURNED = "returned", "退回资格审核"
        REFERRED = "referred", "移送审批"

    outcome = models.CharField(max_length=8, choices=Outcome)
    to = models.CharField(max_length=8, default="")  # of a referral: the level that decides
    note_sealed = models.TextField(default="", db_default="")  # what was written beside it: of papers and households
    case = models.ForeignKey(  # by whose act it was written
        "Case", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes: ClassVar = [models.Index("registration", "id", name="review_by_registration")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}".strip()


class Withdrawal(Decision):
    """中止报名: the candidate gives up, is admitted already, or has died. Nothing is done until it is undone."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(undone_at=None), name="one_withdrawal_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.reason


class Transfer(Decision):
    """转报名点. Within a county it is done at once; the receiving county accepts what comes from another."""

    class State(models.TextChoices):
        ASKED = "asked", "等转入县接收"
        DONE = "done", "已转入"
        DECLINED = "declined", "转入县未接收"

    note_sealed = models.TextField(default="", db_default="")
    from_site = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    from_path = models.CharField(max_length=24, db_collation="C")  # of the sites, for both counties' lists
    to_path = models.CharField(max_length=24, db_collation="C")
    state = models.CharField(max_length=8, choices=State)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")
    answer_sealed = models.TextField(default="", db_default="")  # why it was declined
    number = models.PositiveIntegerField(null=True)  # voided by it
    # What the old school's roster said: an undo gives it back.
    entry = models.BigIntegerField(null=True)
    class_name = models.CharField(max_length=40, default="")
    student_no = models.CharField(max_length=20, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", condition=Q(state="asked", undone_at=None), name="one_open_transfer"
            ),
        ]
        indexes: ClassVar = [
            models.Index("to_path", name="transfer_to", condition=Q(state="asked", undone_at=None)),
            models.Index("from_path", name="transfer_from", condition=Q(state="asked", undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.from_path} {self.to_path} {self.state}"


class MoralAssessment(models.Model):
    """思想品德考核意见 (R21). Every one is kept as it was written and by whom; the newest counts."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    qualified = models.BooleanField()
    text_sealed = models.TextField()
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=10, default="")  # empty: written before this was kept
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return "qualified" if self.qualified else "unqualified"


class AssessmentWithdrawal(models.Model):
    """A moral assessment taken back: the one before it counts again, both stay as they were written."""

    assessment = models.OneToOneField(MoralAssessment, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.reason


class Submission(models.Model):
    """What one level sent upward for one person: version and hash are frozen here (R22)."""

    class Level(models.TextChoices):
        SITE = "site", "报名点上报"
        CITY = "city", "市州终审上报"

    registration = models.ForeignKey(Registration, models.PROTECT)
    level = models.CharField(max_length=4, choices=Level, default=Level.CITY)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.level} v{self.version}"


class SubmissionWithdrawal(models.Model):
    """A submission taken back before the level above used it."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.reason


class UpwardLine(models.Model):
    """What a city's batch sends upward for one person, frozen as it was then. Written once, never changed (R22)."""

    class Kind(models.TextChoices):
        NEW = "new", "首次上报"
        VERSION = "version", "变更：保存了新的一版"
        AGAIN = "again", "变更：再次终审"
        BACK = "back", "变更：恢复报名"
        STOPPED = "stopped", "变更：中止报名"

    run = models.ForeignKey(Batch, models.PROTECT)  # the act in the background; `SubmissionBatch` once all are frozen
    registration = models.ForeignKey(Registration, models.PROTECT)
    submission = models.ForeignKey(Submission, models.PROTECT)  # the final review that stands behind it
    kind = models.CharField(max_length=7, choices=Kind)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    photo_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("run", "registration", name="person_once_a_submission")]
        indexes: ClassVar = [models.Index("registration", "id", name="upward_by_registration")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"

    @property
    def frozen(self) -> str:
        """The line as the digest of its batch reads it."""
        return f"{self.registration_id} {self.kind} {self.version} {self.content_hash} {self.photo_sha256}\n"


class SubmissionBatch(models.Model):
    """上报批次: what a city has sent upward at once. A row stands only for what was sent, and never changes (R22)."""

    class Category(models.TextChoices):
        ARTS = "arts", "艺术体育类"
        ALL = "all", "全部考生"

    run = models.OneToOneField(Batch, models.PROTECT)
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")  # of the city, for scope
    number = models.PositiveIntegerField()  # of the city in the season, from one, without gaps
    category = models.CharField(max_length=4, choices=Category)
    count = models.PositiveIntegerField()
    changes = models.PositiveIntegerField()  # of them: what went up before and goes up anew
    digest = models.CharField(max_length=64)  # SM3 over the lines in their order, that of the primary key
    sent_at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "path", "number", name="submission_number_once")]

    def __str__(self) -> str:
        return f"{self.path} {self.number}"


class Case(models.Model):
    """One special case of one person (reviews/cases.py). Where it stands is told from here, how it came there from
    its acts, which never change (migration 0008). `path` follows the person to another site."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # in addresses: no running number tells how many there are
    registration = models.ForeignKey(Registration, models.PROTECT)
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")  # of the person's site, for lists
    kind = models.CharField(max_length=30)  # key of the season's kinds
    state = models.CharField(max_length=10, choices=[(one.value, name) for one, name in STATE_NAMES.items()])
    desk = models.PositiveSmallIntegerField(default=0)  # place in the chain
    holder = models.CharField(max_length=10, default="")  # who must act next; empty: nobody any more
    opener = models.CharField(max_length=10)  # the party
    forwarded = models.BooleanField(default=False)
    objected = models.BooleanField(default=False)
    received_at = models.DateTimeField(null=True)
    newest = models.PositiveSmallIntegerField(default=0)  # number of its newest act
    papers = models.PositiveSmallIntegerField(default=0)  # how many lie with what is asked for now
    opened_at = models.DateTimeField()
    since = models.DateTimeField()  # when it came to stand where it does
    due_at = models.DateTimeField(null=True)  # until when the office that has it should act

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", "kind", condition=Q(state__in=["waiting", "returned"]), name="one_open_case_of_a_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index("registration", name="case_by_registration"),
            models.Index("season", "holder", "path", name="open_case_by_holder", condition=~Q(holder="")),
            models.Index("season", "path", "since", name="closed_case_by_path", condition=Q(holder="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def standing(self) -> Standing:
        """Where it stands, for the rules."""
        return Standing(
            State(self.state), self.desk, Party(self.opener), self.forwarded, self.received_at, self.objected
        )


class CaseAct(models.Model):
    """One act in a case, as it was done. `number` counts from 1."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the content is sealed to it
    case = models.ForeignKey(Case, models.PROTECT, related_name="acts")
    number = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=10)
    desk = models.PositiveSmallIntegerField()  # where the case stood
    reason = models.CharField(max_length=30, default="")  # key of the kind's reasons
    content_sealed = models.TextField(default="")  # JSON: what was asked for or written down, and the note
    pictures = models.JSONField(default=dict)  # paper → id of its picture, of what was handed in with it
    at = models.DateTimeField()  # by the season's clock
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("case", "number", name="case_acts_in_order")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
