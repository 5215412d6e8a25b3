"""A name is found by its pinyin typed without spaces; the column is made by PostgreSQL from the key it has."""

from django.db import migrations, models
from django.db.models import F, Index, Value
from django.db.models.functions import Replace


class Migration(migrations.Migration):
    dependencies = [("registrations", "0005_roster_sealed")]
    operations = [
        migrations.AddField(
            "registration",
            "name_letters",
            models.GeneratedField(
                expression=Replace("name_key", Value(" "), Value("")),
                output_field=models.CharField(max_length=200, db_collation="C"),
                db_persist=True,
            ),
        ),
        migrations.AddIndex("registration", Index(F("season"), F("name_letters"), name="registration_by_letters")),
        migrations.AddIndex("registration", Index(F("season"), F("name_initials"), name="registration_by_initials")),
    ]
