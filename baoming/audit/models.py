"""What has happened. The application may only add rows: see bootstrap_roles and the first migration."""

from django.db import models
from django.db.models.functions import Now

from baoming.audit.actors import PARTY_NAMES, Party


class Event(models.Model):
    """One act: who did what to which row, when. Names of fields and ids of versions, never values (R36)."""

    at = models.DateTimeField(db_default=Now())
    verb = models.CharField(max_length=40)  # the service: `issue_number`
    actor_kind = models.CharField(max_length=10, choices=[(party.value, name) for party, name in PARTY_NAMES.items()])
    actor_id = models.CharField(max_length=40)
    actor_path = models.CharField(max_length=24, db_collation="C")
    actor_label = models.CharField(max_length=60)
    subject = models.UUIDField(null=True)  # what it was done to, mostly a registration
    path = models.CharField(max_length=24, db_collation="C")  # of the subject, for scope
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index("subject", "id", name="event_by_subject"),
            models.Index("at", "id", name="event_by_time"),
            models.Index("verb", "at", name="event_by_verb"),
            models.Index("actor_id", "at", name="event_by_actor"),
            models.Index("actor_path", "at", name="event_by_office"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    @property
    def actor_party(self) -> Party:
        return Party(self.actor_kind)


class Leaf(models.Model):
    """The place that the sequencer gave to one event, and its digest linked to the one before it."""

    place = models.BigIntegerField(primary_key=True)
    event = models.BigIntegerField(unique=True)
    leaf = models.BinaryField()

    def __str__(self) -> str:
        return str(self.place)


class Root(models.Model):
    """One signed root over the leaves that were new; `message` is what was signed, see docs/security/audit.md."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    up_to = models.BigIntegerField()  # the highest event under it: where the sequencer begins to look again
    message = models.BinaryField()
    signature = models.BinaryField()

    def __str__(self) -> str:
        return str(self.number)


class Verification(models.Model):
    """What one look at the whole chain has found; only added to."""

    at = models.DateTimeField(db_default=Now())
    places = models.BigIntegerField()  # of the chain, up to the last root
    roots = models.BigIntegerField()
    deviations = models.IntegerField()
    first = models.BigIntegerField(null=True)  # place of the first deviation

    def __str__(self) -> str:
        return f"{self.at} {self.deviations}"
