from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0018_lost_phones")]

    operations = [
        migrations.AddField("formversion", "data_version", models.PositiveIntegerField(null=True)),
    ]
