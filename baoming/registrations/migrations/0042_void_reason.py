"""Why a number was voided has a sealed place: it tells of the person (0043 fills it)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0041_lifelong_number")]
    operations = [
        migrations.AddField("voidednumber", "reason_sealed", models.TextField(default="", db_default="")),
        migrations.AlterField("voidednumber", "reason", models.CharField(default="", max_length=200)),
    ]
