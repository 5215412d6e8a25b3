"""Cases from before 0010 are told how many papers lie with them: those of the newest act that asked for something."""

from django.db import migrations

FILL = """
UPDATE reviews_case AS told SET papers = asked.papers
FROM (
    SELECT DISTINCT ON (case_id) case_id, (SELECT count(*) FROM jsonb_object_keys(pictures)) AS papers
    FROM reviews_caseact WHERE act IN ('open', 'supply') ORDER BY case_id, number DESC
) AS asked
WHERE asked.case_id = told.id AND asked.papers > 0
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_case_papers")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
