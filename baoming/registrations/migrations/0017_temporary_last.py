"""What looks past the scope takes no caller's temporary table for one of ours."""

from django.db import migrations

from baoming.shared.row_rules import temporary_last

FUNCTIONS = ("registration_of_number(bigint, bytea)", "subjects_of_prints(uuid, uuid)")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0016_disputes")]
    operations = [migrations.RunSQL(temporary_last(one), migrations.RunSQL.noop) for one in FUNCTIONS]
