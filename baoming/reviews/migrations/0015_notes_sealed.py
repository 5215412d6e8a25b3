"""The plain notes of cases and of eligibility are gone: they were sealed in 0014. Nothing is released yet, so at once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0014_seal_notes")]
    operations = [
        migrations.RemoveField("caseact", "note"),
        migrations.RemoveField("eligibilityreview", "note"),
    ]
