"""Names are found in a city or province through their own indexes, part of a name too, dot and blanks aside.

The index of every two characters that stand together is built without locking anybody out. Behind row-level security
the planner takes an area for small, whatever it is, and reads all of it; so the question goes through a door, which
looks for the names first and then asks which of them lie in the transaction's own area. Safe to repeat after it
broke off.
"""

from django.db import migrations

from baoming.shared.row_rules import door, in_area

PARTS = """
CREATE OR REPLACE FUNCTION name_parts(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(own, place, 2)), '{}')
    FROM translate(name, U&'\\00B7 \\3000\\00A0', '') AS own, generate_series(1, length(own) - 1) AS place
$$
"""
BROKEN = "DROP INDEX CONCURRENTLY IF EXISTS registration_by_name_part"  # as a broken build leaves it: it finds nothing
INDEX = """
CREATE INDEX CONCURRENTLY registration_by_name_part ON registrations_registration
USING gin (name_parts(name))
"""
BARE = "translate(name, U&'\\00B7 \\3000\\00A0', '')"
# $4 begins the pinyin, $5 the initials, $6 is a part of the name (of one character: its beginning); NULL asks nothing.
COLUMNS = "SELECT id, season_id, path, number, name FROM registrations_registration WHERE"
NAMED = f"""
WITH named AS MATERIALIZED (
    {COLUMNS} season_id = $1 AND name_letters >= $4 AND name_letters < $4 || chr(1114111)
    UNION ALL {COLUMNS} season_id = $1 AND name_initials >= $5 AND name_initials < $5 || chr(1114111)
    UNION ALL {COLUMNS} length($6) > 1 AND name_parts(name::text) @> name_parts($6)
)
SELECT id FROM named
WHERE season_id = $1 AND path >= $2 AND path < $3 AND {in_area()}
    AND CASE WHEN length($6) = 1 THEN strpos({BARE}, $6) = 1 WHEN $6 <> '' THEN strpos({BARE}, $6) > 0 ELSE true END
GROUP BY id, path, number ORDER BY path, number LIMIT $7
"""
ARGUMENTS = "season_id bigint, low text, high text, letters text, initials text, part text, amount integer"
NO_DOOR = f"DROP FUNCTION IF EXISTS registrations_named({ARGUMENTS})"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0020_numbers_asked")]
    operations = [
        migrations.RunSQL(PARTS, "DROP FUNCTION name_parts(text)"),
        migrations.RunSQL(BROKEN, migrations.RunSQL.noop),
        migrations.RunSQL(INDEX, BROKEN),
        migrations.RunSQL(
            f"{NO_DOOR};{door('registrations_named', ARGUMENTS, 'SETOF uuid', NAMED)}", NO_DOOR
        ),
    ]
