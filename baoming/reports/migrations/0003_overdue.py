"""How many of the debts are overdue is kept beside how many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_rows")]
    operations = [
        migrations.AddField("progress", "overdue", models.PositiveIntegerField(default=0, db_default=0)),
    ]
