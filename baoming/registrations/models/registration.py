"""One candidate in one season, the log of their steps, and the holds on them."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Replace
from django.db.models.lookups import Exact

from baoming.organizations.models import Organization
from baoming.registrations import journey, worklists
from baoming.registrations.document_numbers import TITLES, Kind
from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling

KINDS = [(kind.value, title) for kind, title in TITLES.items()]


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def within(self, path: str) -> "RegistrationQuerySet":
        """Those at this office or below it: all that its staff may see."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


def _stage() -> Case:
    """The stage as `worklists.stage_of` tells it, for PostgreSQL to keep beside the bits it is told from."""
    missing = {step: Exact(F("done").bitand(journey.BITS[step]), 0) for step, _ in worklists.STAGES}
    return Case(
        When(stopped_at__isnull=False, then=Value(worklists.STOPPED)),
        *(When(missing[step], then=Value(stage)) for step, stage in worklists.STAGES),
        default=Value(worklists.SENT),
    )


class Registration(models.Model):
    """One candidate in one season. Lock this row to change anything of theirs."""

    class Reading(models.TextChoices):
        CARD = "card", "二代证机读"
        TYPED = "typed", "手工录入"
        CHIP = "chip", "证件机读"  # a document of another kind (R24)
        SEEN = "seen", "看原件录入"

    class PhotoState(models.TextChoices):
        NONE = "", "没有照片"
        GOOD = "good", "合格"
        FAULTY = "faulty", "有问题，待处理"
        PASSED = "passed", "人工放行"
        RETAKE = "retake", "待重拍"

    class HouseholdState(models.TextChoices):
        NONE = "", "还没有上传"
        WAITING = "waiting", "等报名点核对"
        MATCHED = "matched", "相符"
        RETURNED = "returned", "不相符，已退回"

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: sealed fields are bound to it
    season = models.ForeignKey(Season, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")  # of the site, for scope
    number = models.PositiveIntegerField("报名序号", null=True)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    # The person. Searchable fields are plain, the document is sealed, its number is found by blind index.
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=200, db_collation="C")  # pinyin, for order and search
    name_letters = models.GeneratedField(  # the same without spaces: people type 阿依古丽 as ayiguli
        expression=Replace("name_key", Value(" "), Value("")),
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )
    name_initials = models.CharField(max_length=60, db_collation="C")
    sex = models.CharField(max_length=1)
    ethnicity = models.CharField(max_length=2)  # empty where a document of another kind says none
    document_kind = models.CharField(max_length=9, choices=KINDS, default=Kind.RESIDENT, db_default=Kind.RESIDENT.value)
    document_sealed = models.TextField()  # JSON: number, birth, address, issuer, valid_from, valid_to
    number_blind = models.BinaryField(max_length=32)
    lifelong_blind = models.BinaryField(max_length=32, null=True)  # of other kinds: one number over several documents
    last_four_blind = models.BinaryField(max_length=32)
    reading = models.CharField(max_length=5, choices=Reading)
    read_at = models.DateTimeField()
    read_by = models.CharField(max_length=60)
    reader = models.CharField(max_length=40, default="")
    phone_sealed = models.TextField(default="")
    phone_blind = models.BinaryField(max_length=32, null=True)
    may_share_phone = models.BooleanField(default=False, db_default=False)  # the site has seen the proof
    class_name = models.CharField(max_length=40, default="")
    student_no = models.CharField(max_length=20, default="", db_collation="C")
    too_wide = models.PositiveSmallIntegerField(default=0, db_default=0)  # texts of the card beyond the archive's width

    # The journey: written with the step's log row by the same service (a test proves that they agree).
    done = models.PositiveBigIntegerField(default=0)  # bit set of finished steps
    current_step = models.CharField(max_length=20, default="identity")
    traits = models.JSONField(default=list)
    fallen = models.PositiveBigIntegerField(default=0)  # bit set of steps to be done again, written with `done`
    held = models.PositiveSmallIntegerField(default=0)  # open holds other than debts, written with their rows
    debts = models.PositiveSmallIntegerField(default=0)  # open holds that only a card read ends (R26)
    debt_since = models.DateTimeField(null=True)  # when the oldest of them was placed

    # Written by the services of `reviews`, for lists and for the journey.
    decider = models.CharField(max_length=8, default="site")  # which office decides eligibility
    approval_since = models.DateTimeField(null=True)  # referred to the decider, who has not answered yet
    guardian_consented = models.BooleanField(default=False, db_default=False)  # to a face check, in writing (R10)
    stopped_at = models.DateTimeField(null=True)  # withdrawn: nothing is done any more
    disputed_at = models.DateTimeField(null=True)  # 这不是我改的: the form is frozen, written with the dispute's row

    # What lists show without a join.
    version = models.PositiveIntegerField(default=0)  # newest saved form version
    saved_at = models.DateTimeField(null=True)
    printed_version = models.PositiveIntegerField(default=0)
    signed_version = models.PositiveIntegerField(default=0)
    photo_state = models.CharField("照片", max_length=6, choices=PhotoState, default="", db_default="")
    household_state = models.CharField("户口簿", max_length=8, choices=HouseholdState, default="", db_default="")
    stage = models.GeneratedField(
        expression=_stage(), output_field=models.CharField(max_length=8, db_collation="C"), db_persist=True
    )
    problem = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(stopped_at=None)
            & (
                Q(held__gt=0)
                | Q(fallen__gt=0)
                | Q(photo_state__in=["faulty", "retake"])
                | Q(printed_version__gt=0, printed_version__lt=F("version"))
            ),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    created_at = models.DateTimeField()

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("season", "number", name="number_once_a_season"),
            models.UniqueConstraint("season", "number_blind", name="person_once_a_season"),
            models.UniqueConstraint(
                "season", "lifelong_blind", name="lifelong_number_once", condition=Q(lifelong_blind__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(decider__in=["site", "county", "city", "province"]), name="decider_is_an_office"
            ),
            models.CheckConstraint(condition=Q(signed_version__lte=F("version")), name="signed_what_was_saved"),
        ]
        indexes: ClassVar = [
            models.Index("season", "path", "number", name="registration_by_path"),
            models.Index(
                "season",
                "path",
                "stage",
                "number",
                name="registration_by_stage",
                include=["problem", "debts", "approval_since"],
            ),
            models.Index("season", "path", "class_name", "student_no", name="registration_by_class"),
            models.Index("season", "path", "number", name="registration_with_problem", condition=Q(problem=True)),
            models.Index("season", "path", "number", name="registration_with_debts", condition=Q(debts__gt=0)),
            models.Index("season", "path", name="registration_for_approval", condition=Q(approval_since__isnull=False)),
            models.Index("season", "path", name="registration_stopped", condition=Q(stopped_at__isnull=False)),
            models.Index("season", "path", "number", name="registration_too_wide", condition=Q(too_wide__gt=0)),
            models.Index("season", "path", name="registration_disputed", condition=Q(disputed_at__isnull=False)),
            models.Index(
                "season",
                "path",
                "photo_state",
                name="registration_by_photo",
                condition=Q(photo_state__in=["faulty", "passed", "retake"]),
            ),
            models.Index(
                "season",
                "household_state",
                "path",
                "number",
                "id",
                name="registration_by_booklet",
                condition=Q(version__gt=0, stopped_at__isnull=True),
            ),
            models.Index(
                "season",
                "path",
                "number",
                "id",
                name="registration_declaring",
                condition=Q(traits__contains=[journey.Trait.DECLARES.value], stopped_at__isnull=True),
            ),
            models.Index("phone_blind", name="registration_by_phone", condition=Q(phone_blind__isnull=False)),
            models.Index("season", "last_four_blind", name="registration_by_last_four"),
            models.Index("season", "name_key", name="registration_by_name"),
            models.Index("season", "name_letters", name="registration_by_letters"),
            models.Index("season", "name_initials", name="registration_by_initials"),
        ]

    def __str__(self) -> str:
        return f"registration {self.pk}"

    @property
    def done_steps(self) -> frozenset[str]:
        return journey.unpack(self.done)

    @property
    def trait_set(self) -> frozenset[journey.Trait]:
        return frozenset(journey.Trait(trait) for trait in self.traits)


class StepLog(models.Model):
    """One step done or undone, with who and why."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    step = models.CharField(max_length=20)
    done = models.BooleanField()  # False: undone
    at = models.DateTimeField()  # by the season's clock
    by_kind = models.CharField(max_length=10)
    by_label = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, default="")

    class Meta:
        indexes: ClassVar = [models.Index("registration", "id", name="step_log_by_registration")]

    def __str__(self) -> str:
        return f"{self.step} {'done' if self.done else 'undone'}"


class HoldRow(models.Model):
    """Something that keeps steps from being done until it is cleared; written by higher packages."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    kind = models.CharField(max_length=30)
    steps = models.JSONField(default=list)  # empty: counts only where no hold at all is asked
    reason = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=60)
    reminded_at = models.DateTimeField(null=True)  # when the person was last told of it
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("registration", name="hold_by_registration", condition=Q(cleared_at=None)),
        ]

    def __str__(self) -> str:
        return self.kind
