"""A decision about eligibility tells by which case it was made (R5, R23, R24)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_count_case_papers")]
    operations = [
        migrations.AlterField("eligibilityreview", "to", models.CharField(default="", max_length=8)),
        migrations.AddField("eligibilityreview", "case", models.ForeignKey(
            null=True, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.case")),
    ]  # fmt: skip
