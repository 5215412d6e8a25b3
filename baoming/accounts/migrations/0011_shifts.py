"""Shared desks are locked and opened by a PIN. Neither the candidate portal nor who reports has any use for PINs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_APART = """
REVOKE ALL ON accounts_pin FROM app, report;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_pin TO office, worker;
"""
_TOGETHER = """
REVOKE ALL ON accounts_pin FROM office, worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_pin TO app;
GRANT SELECT ON accounts_pin TO report;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_no_candidate")]
    operations = [
        migrations.AddField("session", "shift_at", models.DateTimeField(null=True)),
        migrations.AddField("session", "locked_at", models.DateTimeField(null=True)),
        migrations.AddField("session", "wrong", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("account", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ("hashed", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(_APART, _TOGETHER),
    ]
