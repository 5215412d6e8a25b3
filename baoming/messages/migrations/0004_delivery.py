"""Each handing-over to a sender, what became of it, which sender sends, and who has read what.

What stands already counts as read: its owners were told by SMS. New columns have values of the database's own, since
portals of the former version go on writing messages while this runs; indexes of the messages come next, for the same reason.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from baoming.shared.row_rules import of_seen, protect, unprotect

STATES = [
    ("queued", "排队"), ("sent", "已提交"), ("arrived", "已送达"), ("failed", "未送达"), ("unknown", "结果不明"),
    ("expired", "已过时，未发送"),
]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_announcements"), ("seasons", "0003_pause")]

    operations = [
        migrations.AddField("message", "season", models.ForeignKey(
            null=True, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="seasons.season")),
        migrations.AddField("message", "words_sealed", models.TextField(db_default="", default="")),
        migrations.AddField("message", "voice", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("message", "reason", models.CharField(db_default="", default="", max_length=16)),
        migrations.AddField("message", "round", models.PositiveSmallIntegerField(db_default=1, default=1)),
        # One value for all rows, kept in the catalogue: no row is written.
        migrations.AddField("message", "read_at", models.DateTimeField(null=True, default=timezone.now),
                            preserve_default=False),
        migrations.AlterField("message", "read_at", models.DateTimeField(null=True)),
        migrations.AlterField("message", "state", models.CharField(choices=STATES, default="queued", max_length=8)),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("round", models.PositiveSmallIntegerField()),
                ("provider", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=12)),
                ("reason", models.CharField(default="", max_length=16)),
                ("serial", models.CharField(default="", max_length=64)),
                ("request", models.CharField(default="", max_length=64)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("message", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attempts",
                                              to="outbox.message")),
            ],
            options={
                "indexes": [models.Index("provider", "begun_at", name="attempts_of_late")],
                "constraints": [models.UniqueConstraint("message", "round", "provider", name="handed_over_once")],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=16)),
                ("former", models.CharField(max_length=16)),
                ("reason", models.CharField(max_length=16)),
                ("share", models.PositiveSmallIntegerField()),
                ("median", models.PositiveIntegerField(null=True)),
                ("slow", models.PositiveIntegerField(null=True)),
                ("sent", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            protect("outbox_attempt", office=of_seen("outbox_attempt", "message_id", "outbox_message")),
            unprotect("outbox_attempt"),
        ),
    ]
