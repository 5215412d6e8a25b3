"""What is written beside a decision about eligibility has a sealed place: it tells of households (0014 fills it)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0012_referrals")]
    operations = [
        migrations.AddField("eligibilityreview", "note_sealed", models.TextField(default="", db_default="")),
    ]
