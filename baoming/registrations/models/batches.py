"""One act of an office on many people: who they are, how far it has come, and what came of each."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.registrations.models.registration import Registration
from baoming.seasons.models import Season
from baoming.shared.paths import next_sibling


class BatchQuerySet(models.QuerySet["Batch"]):
    def within(self, path: str) -> "BatchQuerySet":
        """Those of this office and of the offices below it."""
        return self.filter(path__gte=path, path__lt=next_sibling(path))


class Batch(models.Model):
    """One act on many people, done chunk after chunk in the order of their ids.

    Undoing one is a batch of its own (`undoes`), over the people for whom the first was done.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待办理"
        RUNNING = "running", "正在办理"
        DONE = "done", "已办完"

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: `sealed` is bound to it
    season = models.ForeignKey(Season, models.PROTECT)
    kind = models.CharField(max_length=24)  # key of the table of kinds, which stands in a higher package
    about = models.CharField(max_length=80)  # the class or the area, as the office calls it
    key = models.UUIDField()  # of the form that asked: sent twice it is one batch
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    reason = models.CharField(max_length=60, default="")  # of an undoing

    # Who acts, and from which office: each person's act is done as theirs.
    path = models.CharField(max_length=24, db_collation="C")
    actor_kind = models.CharField(max_length=10, choices=[(party.value, name) for party, name in PARTY_NAMES.items()])
    actor_id = models.CharField(max_length=40)
    actor_label = models.CharField(max_length=60)

    ids = ArrayField(models.UUIDField())  # of registrations: by primary key, or as a class's list has them
    sealed = models.TextField()  # JSON: what the act needs to know of each
    cursor = models.PositiveIntegerField(default=0)  # how many of `ids` have had their turn
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()  # all three by the season's clock
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("actor_id", "key", name="batch_once_a_form"),
            models.CheckConstraint(condition=Q(cursor=F("done") + F("skipped")), name="batch_counts_everybody"),
        ]
        indexes: ClassVar = [models.Index("season", "path", "created_at", name="batch_by_path")]

    def __str__(self) -> str:
        return f"{self.kind} of {len(self.ids)}"

    @property
    def actor(self) -> Actor:
        """Whoever started it; each act is theirs."""
        return Actor(kind=Party(self.actor_kind), id=self.actor_id, path=self.path, label=self.actor_label)

    @property
    def ended(self) -> bool:
        return self.state == self.State.DONE


class BatchLine(models.Model):
    """What came of one person in one batch: done, or skipped with the sentence that says why."""

    batch = models.ForeignKey(Batch, models.CASCADE)
    registration = models.ForeignKey(Registration, models.PROTECT)
    sentence = models.CharField(max_length=300, default="")  # why not; empty: done
    problem = models.BooleanField(default=False, db_default=False)  # something is wrong; else done already, or not due
    made = models.CharField(max_length=40, default="")  # id of the row it made: undoing undoes that and no other

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("batch", "registration", name="person_once_a_batch")]

    def __str__(self) -> str:
        return self.sentence or "done"
