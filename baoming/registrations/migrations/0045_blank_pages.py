"""Pages of which the line to sign on seems to be empty. Of those that wait already nobody looks again: false."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0044_void_reason_sealed")]

    operations = [
        migrations.AddField("scannedpage", "blank", models.BooleanField(db_default=False, default=False)),
    ]
