"""Only confirmed authenticators stand in the table: whoever had the password could read one that was not yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_browsers")]
    operations = [
        migrations.RunSQL("DELETE FROM accounts_secondfactor WHERE confirmed_at IS NULL", migrations.RunSQL.noop),
        migrations.AlterField("secondfactor", "confirmed_at", models.DateTimeField()),
    ]
