"""Whoever declares bonus points or special plans is listed and counted in the order of an index.

Built while the table is in use.
"""

from django.db import migrations, models

from baoming.shared.indexes import BuildIndex

INDEX = models.Index(
    "season", "path", "number", "id", name="registration_declaring",
    condition=models.Q(traits__contains=["declares"], stopped_at__isnull=True),
)  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0032_one_booklet_index")]
    operations = [BuildIndex("registration", INDEX)]
