"""A 网号 passes for one person: the index of this rule is built while people work."""

from django.db import migrations, models

BUILD = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS network_number_of_one_person
ON registrations_personcheck (number_blind) WHERE number_blind IS NOT NULL
"""
RULE = models.UniqueConstraint(
    "number_blind", condition=models.Q(number_blind__isnull=False), name="network_number_of_one_person"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0036_person_ways")]
    operations = [
        migrations.RunSQL(
            BUILD, "DROP INDEX CONCURRENTLY IF EXISTS network_number_of_one_person",
            state_operations=[migrations.AddConstraint("personcheck", RULE)],
        )
    ]
