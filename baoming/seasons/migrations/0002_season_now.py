"""The season's clock: the real one, shifted only where the season is not real (architecture rule 3).

Nothing of this version asks the function: the moment is reckoned in the question that reads the season. It stays while
portals of the version before may still be answering; a later release drops it (expand, then contract).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION season_now(season integer) RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT clock_timestamp() + CASE WHEN kind IN ('demo', 'practice') THEN coalesce(clock_offset, '0') ELSE '0' END
    FROM seasons_season WHERE id = season
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("seasons", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION season_now(integer)")]
