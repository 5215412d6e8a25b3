"""The plain reasons of pairs are gone: they were sealed in 0007. Nothing is released yet, so at once."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("checks", "0007_seal_pair_reason")]
    operations = [
        migrations.RemoveField("alikepair", "reason"),
        migrations.AddConstraint(
            "alikepair",
            models.CheckConstraint(condition=~Q(state="apart") | ~Q(reason_sealed=""), name="apart_says_why"),
        ),
    ]
