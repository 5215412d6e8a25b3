"""A line keeps what counted when its file was checked: over anything else it is not written.

A file that was checked before and not applied has lines that know of nothing: those that change something are refused,
and taken when the file is handed in again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]
    operations = [
        migrations.AddField("importline", "counted", models.CharField(db_default="", default="", max_length=20)),
    ]
