"""Exports from before 0004 are told how many of their lines have an answer."""

from django.db import migrations

FILL = """
UPDATE checks_checkbatch AS told SET returned = counted.many
FROM (
    SELECT line.batch_id, count(*) AS many
    FROM checks_checkresult AS result JOIN checks_checkline AS line ON line.id = result.line_id GROUP BY line.batch_id
) AS counted
WHERE counted.batch_id = told.id
"""


class Migration(migrations.Migration):
    dependencies = [("checks", "0004_asked")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
