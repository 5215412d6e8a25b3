"""What the site captures and hands out: photo, activation code; and the real-person check."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.photos.geometry import Fault, Measures
from baoming.registrations.models.registration import Registration


class Photo(models.Model):
    """A photo, tied to operator, device, time and the document read. The picture lies sealed in file storage (R7).

    One with a fault waits: it is used only when staff let it pass. Why they did is sealed: it may tell of
    an illness or a faith.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    registration = models.ForeignKey(Registration, models.PROTECT)
    file = models.CharField(max_length=80)  # storage name of the sealed JPEG
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes of the JPEG
    source = models.CharField(max_length=20)  # `camera`, `handed_in` at the site, `electronic`: before the account
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=60)
    current = models.BooleanField(default=True)  # the one that is printed
    waiting = models.BooleanField(default=False)  # taken with a fault, not decided yet
    measures = models.JSONField(default=dict)  # of photos.geometry.Measures; empty: taken before photos were measured
    faults = models.JSONField(default=list)  # names of photos.geometry.Fault, the most important first

    passed_at = models.DateTimeField(null=True)  # let pass in spite of its faults
    passed_by = models.CharField(max_length=60, default="")
    passed_sealed = models.TextField(default="")  # JSON: reason, note

    returned_at = models.DateTimeField(null=True)  # to be retaken
    returned_by = models.CharField(max_length=60, default="")
    returned_kind = models.CharField(max_length=10, default="")  # of office: it alone takes the mark away again
    returned_reason = models.CharField(max_length=20, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(current=True), name="one_current_photo"),
            models.UniqueConstraint("registration", condition=Q(waiting=True), name="one_waiting_photo"),
            models.CheckConstraint(condition=Q(current=False) | Q(waiting=False), name="photo_waits_or_is_used"),
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"

    @property
    def measured(self) -> Measures | None:
        return Measures.from_json(self.measures) if self.measures else None

    @property
    def found(self) -> list[Fault]:
        """The faults, as sentences."""
        return [Fault[name] for name in self.faults if name in Fault.__members__]


class Activation(models.Model):
    """A one-time activation code, printed on a slip. Only its digest is kept; a reprint revokes it (R8)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    digest = models.BinaryField(max_length=32)
    slip = models.PositiveSmallIntegerField()  # running number of the slip: 1, then 2 for the first reprint
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", condition=Q(revoked_at=None, used_at=None), name="one_live_activation_code"
            ),
        ]

    def __str__(self) -> str:
        return f"slip {self.slip}"


class PersonCheck(models.Model):
    """One real-person check at the provider, or by card at the site (R10)."""

    class State(models.TextChoices):
        OPENING = "opening", "正在打开"
        PENDING = "pending", "核验中"
        PASSED = "passed", "通过"
        REFUSED = "refused", "未通过"

    id = models.UUIDField(primary_key=True, default=uuid4)
    registration = models.ForeignKey(Registration, models.PROTECT)
    method = models.CharField(max_length=10, default="face")  # a key of person_ways.NAMES
    state = models.CharField(max_length=8, choices=State, default=State.OPENING)
    failure = models.CharField(max_length=11, default="", db_default="")  # of REFUSED: a providers.base.Failure
    session = models.CharField(max_length=80, default="")  # the provider's
    url = models.CharField(max_length=1000, default="")
    consent_version = models.CharField(max_length=10)  # of the separate consent to a face check; empty for others
    number_blind = models.BinaryField(max_length=32, null=True)  # of the 网号 passed with, kept nowhere in the open
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "number_blind", condition=Q(number_blind__isnull=False), name="network_number_of_one_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.state}"


class CardUse(models.Model):
    """A card reading that was used: its file, and the digest of its nonce until no reading of that time counts."""

    registration = models.ForeignKey(Registration, models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)  # SHA-256 of reader and nonce
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"reading {self.pk}"
