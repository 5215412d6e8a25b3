"""Typed identity is checked against the registers; the table and its rule."""

import django.db.models.deletion
from django.db import migrations, models

from baoming.shared.row_rules import of_person, protect, unprotect

TABLE = "registrations_systemcheck"
STATES = [
    ("waiting", "正在核验"),
    ("match", "相符"),
    ("mismatch", "不相符"),
    ("no_record", "查无记录"),
    ("dropped", "不再核验"),
]


class Migration(migrations.Migration):
    dependencies = [("registrations", "0034_wrong_lines")]
    operations = [
        migrations.CreateModel(
            "SystemCheck",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=20)),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=9)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=60)),
                ("answered_at", models.DateTimeField(null=True)),
                ("register", models.CharField(default="", max_length=40)),
                (
                    "registration",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registrations.registration"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        "registration", condition=models.Q(state="waiting"), name="one_waiting_system_check"
                    )
                ]
            },
        ),
        migrations.RunSQL(protect(TABLE, both=of_person(TABLE)), unprotect(TABLE)),
    ]
