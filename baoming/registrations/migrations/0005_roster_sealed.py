"""The 学籍号 of a roster holds an identity number: it is sealed, and found by its blind index.

Pupils already listed keep their place: their numbers are sealed here with the installation's keys. The
plain column then goes in the same step. That is no expand-only change: an old process could not read
the roster meanwhile. It may be, since nothing is released yet. Going back opens the numbers again.
"""

from django.db import migrations, models

from baoming.vault.services import keys

PLACE = "registrations_rosterentry.roll_sealed."


def seal(apps, _):
    for entry in apps.get_model("registrations", "RosterEntry").objects.iterator():
        number = entry.roll_number
        entry.roll_blind = keys().blind(number, purpose="roll", season=entry.season_id)
        entry.roll_sealed = keys().seal(number.encode(), context=f"{PLACE}{entry.pk}")
        entry.save(update_fields=["roll_blind", "roll_sealed"])


def unseal(apps, _):
    for entry in apps.get_model("registrations", "RosterEntry").objects.iterator():
        entry.roll_number = keys().unseal(entry.roll_sealed, context=f"{PLACE}{entry.pk}").decode()
        entry.save(update_fields=["roll_number"])


class Migration(migrations.Migration):
    dependencies = [("registrations", "0004_readings_and_pledges")]
    operations = [
        migrations.AddField("rosterentry", "roll_blind", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("rosterentry", "roll_sealed", models.TextField(default=""), preserve_default=False),
        migrations.RemoveConstraint("rosterentry", "roll_number_once_a_season"),
        migrations.AlterField("rosterentry", "roll_number", models.CharField(max_length=19, default="")),
        migrations.RunPython(seal, unseal),
        migrations.AlterField("rosterentry", "roll_blind", models.BinaryField(max_length=32)),
        migrations.RemoveField("rosterentry", "roll_number"),
        migrations.AddConstraint(
            "rosterentry", models.UniqueConstraint("season", "roll_blind", name="roll_number_once_a_season")
        ),
    ]
