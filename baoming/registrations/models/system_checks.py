"""The check of typed identity against the registers (系统核验)."""

from typing import ClassVar

from django.db import models

from baoming.registrations.models.registration import Registration


class SystemCheck(models.Model):
    """One check: who asked for it, when and why, what a register said and which; nothing of the person (R26, R27)."""

    class State(models.TextChoices):
        WAITING = "waiting", "正在核验"
        MATCH = "match", "相符"
        MISMATCH = "mismatch", "不相符"
        NO_RECORD = "no_record", "查无记录"
        DROPPED = "dropped", "不再核验"  # typed anew or read from the card before an answer came

    registration = models.ForeignKey(Registration, models.PROTECT)
    reason = models.CharField(max_length=20)  # why it was typed: a key of the season's data
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()  # by the season's clock
    asked_by = models.CharField(max_length=60)
    answered_at = models.DateTimeField(null=True)
    register = models.CharField(max_length=40, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", condition=models.Q(state="waiting"), name="one_waiting_system_check"
            ),
        ]

    def __str__(self) -> str:
        return f"system check {self.state}"
