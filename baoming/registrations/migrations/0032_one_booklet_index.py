"""The index of 0026 goes: whatever it answered is answered by that of 0030, and each write had to keep both."""

from django.db import migrations

FORMER = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS registration_by_household
ON registrations_registration (season_id, path, household_state, number)
WHERE household_state IN ('waiting', 'matched', 'returned')
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0031_fill_debts_since")]
    operations = [
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS registration_by_household", FORMER,
            state_operations=[migrations.RemoveIndex("registration", "registration_by_household")],
        )
    ]
