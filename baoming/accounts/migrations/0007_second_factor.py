"""Authenticators and recovery codes of staff. Who counts and reports has no use for them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = "accounts_secondfactor, accounts_recoverycode"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_no_report")]
    operations = [
        migrations.AddField("device", "proved_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("secret_sealed", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                ("account", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunSQL(f"REVOKE ALL ON {TABLES} FROM report", f"GRANT SELECT ON {TABLES} TO report"),
    ]
