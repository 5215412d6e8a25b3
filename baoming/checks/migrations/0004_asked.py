"""A line says by which name and number it asked; an export counts its answers, written with them."""

from django.db import migrations, models

GRANT = "GRANT UPDATE (returned) ON checks_checkbatch TO app"
REVOKE = "REVOKE UPDATE (returned) ON checks_checkbatch FROM app"


class Migration(migrations.Migration):
    dependencies = [("checks", "0003_opened")]
    operations = [
        migrations.AddField("checkline", "asked", models.BinaryField(default=bytes, max_length=32)),
        migrations.AddField("checkbatch", "returned", models.PositiveIntegerField(default=0)),
        migrations.RunSQL(GRANT, REVOKE),
    ]
