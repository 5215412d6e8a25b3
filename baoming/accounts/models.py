"""Accounts of both kinds of people, their devices, and what is counted against guessing."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(handle=username)


class Account(AbstractBaseUser):
    """One who signs in. `handle` is a staff name, or for a candidate season and blind index of the ID number."""

    class Kind(models.TextChoices):
        STAFF = "staff", "工作人员"
        CANDIDATE = "candidate", "考生"

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=10, choices=Kind)
    handle = models.CharField(max_length=90, unique=True)
    save_password = models.CharField(max_length=128, default="")  # candidates: proves a save (R14), never a sign-in
    login_recovered_at = models.DateTimeField(null=True)  # by SMS: such a login never resets the save password online
    save_reset_due = models.DateTimeField(null=True)  # somebody has asked for a new save password, good from then
    phone_reset_due = models.DateTimeField(null=True)  # another phone was asked for at the site, good from then
    save_reset_at = models.DateTimeField(null=True)  # the save password was reset, told on every sign-in for a week
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "handle"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="candidate") | Q(save_password=""), name="save_password_is_a_candidates"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Session(AbstractBaseSession):
    """A browser that is signed in. The account stands beside the data, so that both are found by one question."""

    account = models.ForeignKey(Account, models.CASCADE, null=True)
    began_at = models.DateTimeField(null=True)  # it ends some hours after, whoever works on
    seen_at = models.DateTimeField(null=True)  # to the minute or two
    words = models.CharField(max_length=40, default="")  # what kind of browser, as its owner would call it
    public = models.BooleanField(default=False)  # 公用电脑
    # Of a shared desk alone (services/shifts.py); whoever saves the rest of the row leaves them as they are.
    shift_at = models.DateTimeField(null=True)  # when its operator was confirmed last
    locked_at = models.DateTimeField(null=True)
    wrong = models.PositiveSmallIntegerField(default=0, db_default=0)  # tries since it was locked

    def save(self, *args: Any, force_update: bool = False, **kwargs: Any) -> None:
        """As any row, but a request that began before the desk was locked does not open it by writing late."""
        if force_update:
            kwargs["update_fields"] = self._KEPT
        super().save(*args, force_update=force_update, **kwargs)

    _KEPT = ("session_data", "expire_date", "account", "began_at", "seen_at", "words", "public")


class Device(models.Model):
    """A browser that has signed in to this account before: it has its own budget of tries (T3, mechanism 15)."""

    account = models.ForeignKey(Account, models.CASCADE)
    digest = models.BinaryField(max_length=32)  # SHA-256 of the cookie's 256 random bits
    since = models.DateTimeField(auto_now_add=True)
    proved_at = models.DateTimeField(null=True)  # the second factor was given here

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("account", "digest", name="device_once")]

    def __str__(self) -> str:
        return f"device {self.pk}"


class Bucket(models.Model):
    """A token bucket, one row per key: O(1), never a COUNT (W3)."""

    key = models.CharField(max_length=120, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class PhoneCode(models.Model):
    """An SMS code sent to prove a phone (R10), for the act that its message names. Five wrong tries end it."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.UUIDField(db_index=True)  # the registration
    phone_sealed = models.TextField()
    digest = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    purpose = models.CharField(max_length=40, default="", db_default="")  # key of the message that carried it

    def __str__(self) -> str:
        return f"code {self.pk}"


class Request(models.Model):
    """A write that a client may repeat: the same key gives the same answer, once done (mechanism 6).

    The key names the draft's revision, and so what is saved: no request carries another body under it.
    """

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("actor", "key", name="request_once")]

    def __str__(self) -> str:
        return f"request {self.pk}"


def candidate_handle(season_id: int, number_blind: bytes) -> str:
    """Return the handle of a candidate's account: nobody can read the ID number from it."""
    return f"c{season_id}:{number_blind.hex()}"


def actor_key(account_id: UUID | str) -> str:
    """Return the key under which an account's repeated requests are kept."""
    return str(account_id)


class Invitation(models.Model):
    """A one-time code with which a member of staff sets a password of their own; only its digest is kept."""

    account = models.ForeignKey(Account, models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # also when a newer one took its place

    def __str__(self) -> str:
        return f"{self.account_id}"


class SecondFactor(models.Model):
    """The authenticator of one account of staff. A row is written once its owner has given the first code of it."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the sealed secret is bound to it
    account = models.OneToOneField(Account, models.CASCADE)
    secret_sealed = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField()
    last_step = models.BigIntegerField(default=0)  # the newest time step whose code was used: none counts twice

    def __str__(self) -> str:
        return f"{self.account_id}"


class Pin(models.Model):
    """The six digits (当班口令) by which one who holds a shift opens the locked desk again; only their hash is kept."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    hashed = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}"


class RecoveryCode(models.Model):
    """One of ten codes that stand in for a lost authenticator, once; only its digest is kept."""

    account = models.ForeignKey(Account, models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id}"
