from django.db import migrations

BACKWARD = """
CREATE FUNCTION season_now(season integer) RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT clock_timestamp() + CASE WHEN kind IN ('demo', 'practice') THEN coalesce(clock_offset, '0') ELSE '0' END
    FROM seasons_season WHERE id = season
$$;
"""


class Migration(migrations.Migration):
    """The moment is reckoned in the question that reads the season; that a real one has no offset is a constraint."""

    dependencies = [("seasons", "0003_pause")]
    operations = [migrations.RunSQL("DROP FUNCTION season_now(integer)", BACKWARD)]
