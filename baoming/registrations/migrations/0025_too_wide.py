"""Who has a text on the card that the archive's column cannot hold is marked, for a list without a scan.

Marked at intake and at each card read. Of people taken in before, long names are marked by their characters here:
twelve ideographs fill the column of 24 bytes; addresses are sealed, and a new reading tells of theirs.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

MARK = "UPDATE registrations_registration SET too_wide = 1 WHERE length(name) > 12 AND too_wide = 0"
INDEX = models.Index(
    "season", "path", "number", name="registration_too_wide", condition=models.Q(too_wide__gt=0)
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0024_name_images")]
    operations = [
        migrations.AddField("registration", "too_wide", models.PositiveSmallIntegerField(default=0, db_default=0)),
        AddIndexConcurrently("registration", INDEX),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
