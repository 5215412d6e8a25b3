"""How many papers lie with a case, for lists: counted when they are handed in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0009_upward")]
    operations = [
        migrations.AddField("case", "papers", models.PositiveSmallIntegerField(default=0)),
        migrations.RunSQL("GRANT UPDATE (papers) ON reviews_case TO app", migrations.RunSQL.noop),
    ]
