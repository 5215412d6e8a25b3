"""Why two are two people has a sealed place: it tells of their families (0007 fills it)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0005_count_returned")]
    operations = [
        migrations.RemoveConstraint("alikepair", "apart_says_why"),
        migrations.AddField("alikepair", "reason_sealed", models.TextField(default="", db_default="")),
        migrations.RunSQL("GRANT UPDATE (reason_sealed) ON checks_alikepair TO app", migrations.RunSQL.noop),
    ]
