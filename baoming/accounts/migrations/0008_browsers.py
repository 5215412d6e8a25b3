"""A session tells its owner since when and where it is; those of before end with their own time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_second_factor")]
    operations = [
        migrations.AddField("session", "began_at", models.DateTimeField(null=True)),
        migrations.AddField("session", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("session", "words", models.CharField(default="", max_length=40)),
        migrations.AddField("session", "public", models.BooleanField(default=False)),
    ]
