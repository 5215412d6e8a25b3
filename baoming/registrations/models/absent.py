"""Who cannot come during the window: the photo handed in before there is an account, and who got the slip (R27)."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.photos.geometry import Fault, Measures
from baoming.registrations.models.registration import Registration


class HandIn(models.Model):
    """Leave to hand in one photo by a code that was sent to a phone, and the photo that came by it.

    Of the code only its digest is kept, as of an activation code. The picture lies sealed in file storage. It is no
    photo of the registration before the site has accepted it.
    """

    class State(models.TextChoices):
        OPEN = "open", "等交照片"
        HANDED = "handed", "等报名点审核"
        ACCEPTED = "accepted", "已采用"
        RETURNED = "returned", "已退回"
        REVOKED = "revoked", "已作废"

    id = models.UUIDField(primary_key=True, default=uuid4)
    registration = models.ForeignKey(Registration, models.PROTECT)
    number = models.PositiveSmallIntegerField()  # running number of this person's: moments of a season may be equal
    digest = models.BinaryField(max_length=32)
    phone_sealed = models.TextField()  # where the code went: the candidate's or a guardian's
    made_at = models.DateTimeField()  # these three by the season's clock
    made_by = models.CharField(max_length=60)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)

    file = models.CharField(max_length=80, default="")  # storage name of the sealed JPEG; empty: none has come yet
    sha256 = models.CharField(max_length=64, default="")
    measures = models.JSONField(default=dict)  # of photos.geometry.Measures
    faults = models.JSONField(default=list)  # names of photos.geometry.Fault, the most important first
    handed_at = models.DateTimeField(null=True)

    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, default="")
    reason = models.CharField(max_length=20, default="")  # of a return: one of the season's

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", condition=Q(state__in=["open", "handed"]), name="one_hand_in_at_a_time"
            ),
        ]
        indexes: ClassVar = [models.Index("registration", name="hand_in_to_look_at", condition=Q(state="handed"))]

    def __str__(self) -> str:
        return f"hand-in {self.state}"

    @property
    def measured(self) -> Measures | None:
        return Measures.from_json(self.measures) if self.measures else None

    @property
    def found(self) -> list[Fault]:
        """The faults, as sentences."""
        return [Fault[name] for name in self.faults if name in Fault.__members__]


class SlipHandover(models.Model):
    """To whom a slip of an absent person went and why: never changed. Names, papers, phone and reason are sealed."""

    class Way(models.TextChoices):
        GUARDIAN = "guardian", "交监护人"
        SMS = "sms", "短信发送"

    id = models.UUIDField(primary_key=True, default=uuid4)
    registration = models.ForeignKey(Registration, models.PROTECT)
    slip = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=8, choices=Way)
    content_sealed = models.TextField()  # JSON: reason, and guardian, relation, document; or phone
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index("registration", name="handover_by_registration")]

    def __str__(self) -> str:
        return f"slip {self.slip} {self.way}"
