"""One person over several documents is one row (R6, R24): built while others write, so outside a transaction."""

from django.db import migrations, models

NAME = "lifelong_number_once"
CONSTRAINT = models.UniqueConstraint(
    "season", "lifelong_blind", name=NAME, condition=models.Q(lifelong_blind__isnull=False)
)
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"
BUILD = (
    f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON registrations_registration (season_id, lifelong_blind) "
    "WHERE lifelong_blind IS NOT NULL"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0040_absent")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(DROP, migrations.RunSQL.noop), migrations.RunSQL(BUILD, DROP)],
            [migrations.AddConstraint("registration", CONSTRAINT)],
        ),
    ]
