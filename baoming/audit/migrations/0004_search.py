"""Indexes by which events are searched, and what each verification of the chain has found."""

import django.db.models.functions.datetime
from django.db import migrations, models

# The tables' owner gives these away anew: what verifies adds a line, a portal reads it, nobody changes it.
KEPT = """
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON audit_verification
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
SELECT audit_guard('audit_verification');
GRANT SELECT ON audit_verification TO app, audit_reader;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'worker') THEN
        GRANT SELECT, INSERT ON audit_verification TO worker;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_sealed")]
    operations = [
        migrations.AddIndex("event", models.Index("at", "id", name="event_by_time")),
        migrations.AddIndex("event", models.Index("verb", "at", name="event_by_verb")),
        migrations.AddIndex("event", models.Index("actor_id", "at", name="event_by_actor")),
        migrations.AddIndex("event", models.Index("actor_path", "at", name="event_by_office")),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("places", models.BigIntegerField()),
                ("roots", models.BigIntegerField()),
                ("deviations", models.IntegerField()),
                ("first", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
