"""Eligibility may be decided by the province, too, after county and city (R23)."""

from django.db import migrations, models
from django.db.models import CheckConstraint, Q


class Migration(migrations.Migration):
    dependencies = [("registrations", "0038_document_kinds")]
    operations = [
        migrations.RemoveConstraint("registration", "decider_is_an_office"),
        migrations.AlterField("registration", "decider", models.CharField(default="site", max_length=8)),
        migrations.AddConstraint("registration", CheckConstraint(
            condition=Q(decider__in=["site", "county", "city", "province"]), name="decider_is_an_office")),
    ]  # fmt: skip
