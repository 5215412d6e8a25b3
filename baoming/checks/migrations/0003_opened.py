"""An answer says whether it opened its case; what was answered before says no, and its case is never withdrawn by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0002_rows")]
    operations = [migrations.AddField("checkresult", "opened", models.BooleanField(default=False))]
