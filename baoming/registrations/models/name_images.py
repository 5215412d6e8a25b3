"""The name as a picture, cut from the photographed front of the card, where no font has a character of it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.registrations.models.registration import Registration


class NameImage(models.Model):
    """A name cut out, sealed. The picture of the card is kept nowhere, the strip around the name until confirmed."""

    class Answer(models.TextChoices):
        NONE = "", "考生还没有核对"
        YES = "yes", "考生确认是本人姓名"
        NO = "no", "考生说不对"

    id = models.UUIDField(primary_key=True, default=uuid4)
    registration = models.ForeignKey(Registration, models.PROTECT)
    strip_sealed = models.TextField(default="")  # PNG around the name line; empty once the site has confirmed
    box = models.JSONField(default=list)  # of photos.name_lines.NameBox
    picture_sealed = models.TextField()  # PNG of the name, 20 pixels a millimetre
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    confirmed_at = models.DateTimeField(null=True)  # by the site: it is what stands on the card
    confirmed_by = models.CharField(max_length=60, default="")
    current = models.BooleanField(default=False)  # the one that is printed
    answer = models.CharField(max_length=3, choices=Answer, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(current=True), name="one_current_name_image"),
            models.UniqueConstraint("registration", condition=Q(confirmed_at=None), name="one_name_image_at_work"),
            models.CheckConstraint(
                condition=Q(current=False) | Q(confirmed_at__isnull=False), name="name_image_confirmed_first"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(strip_sealed=""), name="name_image_without_its_strip"
            ),
        ]

    def __str__(self) -> str:
        return f"name image {self.pk}"
