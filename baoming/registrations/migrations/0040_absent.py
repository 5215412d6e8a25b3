"""Photos handed in before the account, and whom the slip of an absent person went to: both known to their own alone."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from baoming.shared.row_rules import of_person, protect, unprotect

HAND_INS, HANDOVERS = "registrations_handin", "registrations_sliphandover"
STATES = [
    ("open", "等交照片"), ("handed", "等报名点审核"), ("accepted", "已采用"), ("returned", "已退回"), ("revoked", "已作废"),
]  # fmt: skip
WAYS = [("guardian", "交监护人"), ("sms", "短信发送")]


def of(registration: str = "registrations.registration") -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=registration)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0039_three_levels")]
    operations = [
        migrations.CreateModel("HandIn", [
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("number", models.PositiveSmallIntegerField()),
            ("digest", models.BinaryField(max_length=32)),
            ("phone_sealed", models.TextField()),
            ("made_at", models.DateTimeField()),
            ("made_by", models.CharField(max_length=60)),
            ("expires_at", models.DateTimeField()),
            ("state", models.CharField(choices=STATES, default="open", max_length=8)),
            ("file", models.CharField(default="", max_length=80)),
            ("sha256", models.CharField(default="", max_length=64)),
            ("measures", models.JSONField(default=dict)),
            ("faults", models.JSONField(default=list)),
            ("handed_at", models.DateTimeField(null=True)),
            ("decided_at", models.DateTimeField(null=True)),
            ("decided_by", models.CharField(default="", max_length=60)),
            ("reason", models.CharField(default="", max_length=20)),
            ("registration", of()),
        ], options={
            "constraints": [models.UniqueConstraint(
                "registration", condition=Q(("state__in", ["open", "handed"])), name="one_hand_in_at_a_time")],
            "indexes": [models.Index("registration", name="hand_in_to_look_at", condition=Q(("state", "handed")))],
        }),
        migrations.CreateModel("SlipHandover", [
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("slip", models.PositiveSmallIntegerField()),
            ("way", models.CharField(choices=WAYS, max_length=8)),
            ("content_sealed", models.TextField()),
            ("at", models.DateTimeField()),
            ("by_label", models.CharField(max_length=60)),
            ("registration", of()),
        ], options={"indexes": [models.Index("registration", name="handover_by_registration")]}),
        *(migrations.RunSQL(protect(table, both=of_person(table)), unprotect(table)) for table in (HAND_INS, HANDOVERS)),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON {HAND_INS} FROM app; REVOKE UPDATE, DELETE, TRUNCATE ON {HANDOVERS} FROM app;",
            f"GRANT DELETE ON {HAND_INS} TO app; GRANT UPDATE, DELETE ON {HANDOVERS} TO app;",
        ),
    ]  # fmt: skip
