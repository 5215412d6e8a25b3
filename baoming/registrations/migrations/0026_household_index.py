"""Who has handed in the household booklet is listed through an index, built while the table is in use."""

from django.db import migrations, models

from baoming.shared.indexes import BuildIndex

STATES = ["waiting", "matched", "returned"]
INDEX = models.Index(
    "season", "path", "household_state", "number", name="registration_by_household",
    condition=models.Q(household_state__in=STATES),
)  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0025_too_wide")]
    operations = [BuildIndex("registration", INDEX)]
