from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_lost_phones")]

    operations = [
        migrations.AddField("phonecode", "purpose", models.CharField(max_length=40, default="", db_default="")),
    ]
