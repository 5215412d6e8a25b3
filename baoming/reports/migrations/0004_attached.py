"""How many household booklets wait, and how many people declare something, is kept for the offices above a county."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_overdue")]
    operations = [
        migrations.AddField("progress", "booklets", models.PositiveIntegerField(default=0, db_default=0)),
        migrations.AddField("progress", "declared", models.PositiveIntegerField(default=0, db_default=0)),
    ]
