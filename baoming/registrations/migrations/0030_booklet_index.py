"""The lists of household booklets are read in the order of their index, also those of a whole province.

Built while the table is in use. The one of 0026, whose place it takes, goes in 0032.
"""

from django.db import migrations, models

from baoming.shared.indexes import BuildIndex

INDEX = models.Index(
    "season", "household_state", "path", "number", "id", name="registration_by_booklet",
    condition=models.Q(version__gt=0, stopped_at__isnull=True),
)  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0029_debts_since")]
    operations = [BuildIndex("registration", INDEX)]
