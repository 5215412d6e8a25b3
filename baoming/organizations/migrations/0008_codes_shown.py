"""Who was shown an account's newest code, and when: for a while they may be the one who uses it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0007_temporary_last")]
    operations = [
        migrations.AddField("staff", "code_by", models.CharField(db_default="", default="", max_length=64)),
        migrations.AddField("staff", "code_at", models.DateTimeField(null=True)),
    ]
