"""What Django cannot say: segments never overlap; versions, their content and the step log never change.

The overlap guard needs no btree_gist: the season is a range of one number (docs/decisions/0003).
"""

from django.db import migrations

OVERLAP = """
ALTER TABLE registrations_numbersegment ADD CONSTRAINT segments_never_overlap
EXCLUDE USING gist (
    int4range(season_id::integer, season_id::integer, '[]') WITH &&,
    int4range(first, last, '[]') WITH &&
)
"""
IMMUTABLE = ("formversion", "formversion_groups", "formgroup", "steplog", "pledge")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_initial")]
    operations = [
        migrations.RunSQL(OVERLAP, "ALTER TABLE registrations_numbersegment DROP CONSTRAINT segments_never_overlap"),
        *(
            migrations.RunSQL(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON registrations_{table} FROM app",
                f"GRANT UPDATE, DELETE ON registrations_{table} TO app",
            )
            for table in IMMUTABLE
        ),
    ]
