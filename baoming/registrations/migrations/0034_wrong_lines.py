"""Of those whom a batch skips it is kept for whom something is wrong: the others are done already, or not due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0033_declaring_index")]
    operations = [
        migrations.AddField("batchline", "problem", models.BooleanField(default=False, db_default=False)),
    ]
