"""What two people do together: a new save password, another phone, an older version, a frozen form (R11, R14, R29)."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from baoming.registrations.models.registration import Registration


class Reset(models.Model):
    """A request that somebody else confirms, or a delay: asked, ready, ended."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    asked_at = models.DateTimeField()  # by the season's clock
    asked_by = models.CharField(max_length=40)
    asked_label = models.CharField(max_length=60)
    ready_at = models.DateTimeField(null=True)  # it may be used; None: waits for the second member of staff
    confirmed_by = models.CharField(max_length=40, default="")
    confirmed_label = models.CharField(max_length=60, default="")
    ended_at = models.DateTimeField(null=True)
    ended_label = models.CharField(max_length=60, default="")

    class Meta:
        abstract = True


class SaveReset(Reset):
    """One request for a new save password. The password itself is typed by the candidate and stands nowhere here."""

    class Way(models.TextChoices):
        ONLINE = "online", "网上申请"
        SITE = "site", "报名点办理"

    class Outcome(models.TextChoices):
        OPEN = "", "办理中"
        SET = "set", "已设新密码"
        CANCELLED = "cancelled", "已取消"
        LAPSED = "lapsed", "已过期"

    way = models.CharField(max_length=6, choices=Way)
    outcome = models.CharField(max_length=9, choices=Outcome, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(outcome=""), name="one_open_reset"),
        ]

    def __str__(self) -> str:
        return f"reset {self.pk}"


class PhoneReset(Reset):
    """One request to bind another phone, for who has lost phone and login password. A code typed by them binds it."""

    class Outcome(models.TextChoices):
        OPEN = "", "办理中"
        BOUND = "bound", "已绑定新手机"
        CANCELLED = "cancelled", "已取消"
        LAPSED = "lapsed", "已过期"

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the number is sealed to it
    phone_sealed = models.TextField()
    phone_blind = models.BinaryField(max_length=32, null=True)  # within the season; None: asked before it was kept
    outcome = models.CharField(max_length=9, choices=Outcome, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(outcome=""), name="one_open_phone_reset"),
            models.CheckConstraint(
                condition=(Q(ready_at=None) & ~Q(outcome="bound"))
                | (~Q(confirmed_by="") & ~Q(confirmed_by=F("asked_by"))),
                name="phone_reset_by_two",
            ),
        ]
        indexes: ClassVar = [models.Index("phone_blind", name="phone_reset_by_number")]

    def __str__(self) -> str:
        return f"phone reset {self.pk}"


class Restore(models.Model):
    """An older version to become the newest again: asked by the site, decided by the county."""

    class State(models.TextChoices):
        ASKED = "asked", "等县（市、区）决定"
        DONE = "done", "已恢复"
        DECLINED = "declined", "没有同意"

    registration = models.ForeignKey(Registration, models.PROTECT)
    number = models.PositiveIntegerField()  # of the version to restore
    base = models.PositiveIntegerField()  # the newest version when it was asked: any later save ends the request
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    asked_label = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State, default="asked")
    made = models.PositiveIntegerField(default=0)  # the version that was made of it
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, default="")
    decided_label = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(state="asked"), name="one_open_restore"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(decided_by=F("asked_by")) & Q(made__gt=F("base"))),
                name="restored_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"restore {self.pk}"


class Dispute(models.Model):
    """这不是我改的: the candidate says so of one or more saves. The form is frozen until two offices release it."""

    class Proof(models.TextChoices):
        LOGIN = "login", "登录密码"
        SAVE = "save", "保存密码"
        PHONE = "phone", "绑定手机的验证码"

    class State(models.TextChoices):
        OPEN = "open", "等报名点核对"
        ASKED = "asked", "等县（市、区）决定"
        RELEASED = "released", "已解除冻结"

    registration = models.ForeignKey(Registration, models.PROTECT)
    first = models.PositiveIntegerField()  # of the versions in doubt
    last = models.PositiveIntegerField()  # the newest when it was said; once released, the newest that was judged
    proof = models.CharField(max_length=5, choices=Proof)
    at = models.DateTimeField()  # by the season's clock
    state = models.CharField(max_length=8, choices=State, default="open")
    number = models.PositiveIntegerField(default=0)  # of the version to restore; 0: what stands is right
    reason = models.CharField(max_length=200, default="")
    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=40, default="")
    asked_label = models.CharField(max_length=60, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, default="")
    decided_label = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=~Q(state="released"), name="one_open_dispute"),
            models.CheckConstraint(
                condition=~Q(state="released") | (~Q(asked_by="") & ~Q(decided_by=F("asked_by")) & ~Q(decided_by="")),
                name="released_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
