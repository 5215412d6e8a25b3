"""Since when somebody owes a card read stands on their row, for lists; when they were reminded of it, on the debt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0028_phone_index")]
    operations = [
        migrations.AddField("registration", "debt_since", models.DateTimeField(null=True)),
        migrations.AddField("holdrow", "reminded_at", models.DateTimeField(null=True)),
    ]
