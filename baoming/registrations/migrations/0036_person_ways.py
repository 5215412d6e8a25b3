"""A real-person check keeps why it was not passed, and which 网号; a guardian's consent is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0035_system_checks")]
    operations = [
        migrations.AddField("personcheck", "failure", models.CharField(default="", db_default="", max_length=11)),
        migrations.AddField("personcheck", "number_blind", models.BinaryField(max_length=32, null=True)),
        migrations.AlterField("personcheck", "url", models.CharField(default="", max_length=1000)),
        migrations.AddField("registration", "guardian_consented", models.BooleanField(default=False, db_default=False)),
    ]
