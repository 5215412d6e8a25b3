"""Proposals about staff are seen by the offices at and above the one they are for."""

from django.db import migrations

from baoming.shared.row_rules import in_area, protect, unprotect

TABLE = "organizations_staffproposal"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_staff_proposals")]
    operations = [migrations.RunSQL(protect(TABLE, office=in_area()), unprotect(TABLE))]
