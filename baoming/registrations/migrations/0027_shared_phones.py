"""How many candidates have a phone is asked across offices; who may share one with another is marked by the site."""

from django.db import migrations, models

from baoming.shared.row_rules import door

WITH_PHONE = """
SELECT count(*) FROM registrations_registration
WHERE season_id = $1 AND phone_blind = $2 AND id <> $3 AND stopped_at IS NULL
"""
ARGUMENTS = "season bigint, blind bytea, apart uuid"


class Migration(migrations.Migration):
    dependencies = [("registrations", "0026_household_index")]
    operations = [
        migrations.AddField("registration", "may_share_phone", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(
            door("registrations_with_phone", ARGUMENTS, "bigint", WITH_PHONE),
            f"DROP FUNCTION registrations_with_phone({ARGUMENTS})",
        ),
    ]
