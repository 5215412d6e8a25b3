"""What looks past the scope takes no caller's temporary table for one of ours."""

from django.db import migrations

from baoming.shared.row_rules import temporary_last


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_rows")]
    operations = [migrations.RunSQL(temporary_last("person_of_order(text)"), migrations.RunSQL.noop)]
