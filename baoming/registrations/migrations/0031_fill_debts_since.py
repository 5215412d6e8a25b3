"""Whoever owes a card read from before 0029 has on the row since when: in a transaction that locks their rows alone."""

from django.db import migrations

FILL = """
UPDATE registrations_registration AS person SET debt_since = owed.since
FROM (
    SELECT registration_id, min(placed_at) AS since FROM registrations_holdrow
    WHERE kind = 'reverification' AND cleared_at IS NULL GROUP BY registration_id
) AS owed
WHERE owed.registration_id = person.id AND person.debts > 0 AND person.debt_since IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0030_booklet_index")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
