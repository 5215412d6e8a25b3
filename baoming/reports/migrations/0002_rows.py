"""Counts of sites are seen by the offices above them."""

from django.db import migrations

from baoming.shared.row_rules import in_area, protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [
        migrations.RunSQL(protect("reports_progress", office=in_area()), unprotect("reports_progress")),
    ]
