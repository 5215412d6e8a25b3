"""Since when somebody owes a card read stands on their row, for lists; when they were reminded of it, on the debt."""

from django.db import migrations, models

FILL = """
UPDATE registrations_registration AS person SET debt_since = owed.since
FROM (
    SELECT registration_id, min(placed_at) AS since FROM registrations_holdrow
    WHERE kind = 'reverification' AND cleared_at IS NULL GROUP BY registration_id
) AS owed
WHERE owed.registration_id = person.id AND person.debts > 0
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0028_phone_index")]
    operations = [
        migrations.AddField("registration", "debt_since", models.DateTimeField(null=True)),
        migrations.AddField("holdrow", "reminded_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
