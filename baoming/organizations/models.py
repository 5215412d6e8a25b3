"""The office tree and the people who work in it."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models

from baoming.audit.actors import Actor, Party
from baoming.organizations.roles import ADMINISTRATORS, ROLE_NAMES, Role
from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def within(self, path: str) -> "OrganizationQuerySet":
        """Those at this office or below it."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


class Organization(models.Model):
    """An office: the province, a city (市州), a county (县市区), or a registration site (报名点)."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        CITY = "city", "市（州）"
        COUNTY = "county", "县（市、区）"
        SITE = "site", "报名点"

    id = models.UUIDField(primary_key=True, default=uuid4)
    level = models.CharField(max_length=8, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True)
    path = models.CharField(max_length=24, db_collation="C", unique=True)
    code = models.CharField(max_length=8)  # county: 0102; site: 01 within its county
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, default="")
    address = models.CharField(max_length=120, default="")

    objects = OrganizationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def party(self) -> Party:
        return Party(self.level)


class SiteSeason(models.Model):
    """A site in one season: expected head count, and whether its county has opened it for intake (R2, R4)."""

    season = models.ForeignKey(Season, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)
    expected = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "site", name="site_once_a_season")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.season_id}"


def _another_person() -> str:
    return uuid4().hex


class Staff(models.Model):
    """A person working in an office, in one role. `path` is the office's: all that this person may see.

    `person` is the same on every account of one person: the blind index of the ID number where it is known.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT)
    office = models.ForeignKey(Organization, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    role = models.CharField(max_length=20, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    name = models.CharField(max_length=50)
    person = models.CharField(max_length=64, default=_another_person)
    code_by = models.CharField(max_length=64, default="", db_default="")  # `person` who was shown the newest code
    code_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index("path", name="staff_by_path")]
        constraints: ClassVar = [
            models.UniqueConstraint(  # 三员分立: system, security and audit administrator are three persons
                fields=["person"],
                condition=models.Q(role__in=sorted(role.value for role in ADMINISTRATORS)),
                name="one_administrator_a_person",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.office.party, id=str(self.account_id), path=self.path, label=self.name)

    def may(self, action: str) -> bool:
        """Whether this person's role allows `action` (see `roles.ACTIONS`)."""
        return Role(self.role).may(action)


class StaffProposal(models.Model):
    """What a system administrator asks for a guarded role or a second factor; a security one decides (T16)."""

    class Kind(models.TextChoices):
        ADD = "add", "开设账号"
        CHANGE = "change", "调整岗位"
        CODE = "code", "重发激活码"
        FACTOR = "factor", "重设动态口令"
        DISABLE = "disable", "停用"
        ENABLE = "enable", "恢复"

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=8, choices=Kind)
    path = models.CharField(max_length=24, db_collation="C")  # of the office that it is about
    staff = models.ForeignKey(Staff, models.PROTECT, null=True)  # null: somebody new
    office = models.ForeignKey(Organization, models.PROTECT)
    role = models.CharField(max_length=20, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    handle = models.CharField(max_length=40)
    name = models.CharField(max_length=50)
    person = models.CharField(max_length=64)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="proposed")
    at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="decided")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index("path", name="staff_proposal_by_path")]

    def __str__(self) -> str:
        return f"{self.kind} {self.handle}"
