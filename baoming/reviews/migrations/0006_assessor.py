"""An assessment says which level has written it: a site does not change what its county has written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_decisions")]
    operations = [
        migrations.AddField("moralassessment", "by_kind", models.CharField(default="", max_length=10)),
    ]
