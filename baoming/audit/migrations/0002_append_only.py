"""The application may add events and read them, nothing else."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON audit_event FROM app",
            "GRANT UPDATE, DELETE ON audit_event TO app",
        )
    ]
