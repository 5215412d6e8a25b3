"""What was sent upward never changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON reviews_submission FROM app",
            "GRANT UPDATE, DELETE ON reviews_submission TO app",
        ),
    ]
