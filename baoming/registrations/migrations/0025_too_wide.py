"""Who has a text on the card that the archive's column cannot hold is marked, for a list without a scan.

Marked at intake and at each card read. Of people taken in before, names are measured here as the archive does, in
bytes of gb18030; addresses are sealed, and a new reading tells of theirs. Safe to repeat after it broke off.
"""

from itertools import islice
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Length

from baoming.shared.indexes import BuildIndex

_MOST_BYTES, _LONGEST = 24, 6  # of the column; characters that fit whatever they are, at four bytes each
_CHUNK = 1000
FIELD = models.PositiveSmallIntegerField(default=0, db_default=0)
COLUMN = """
ALTER TABLE registrations_registration
ADD COLUMN IF NOT EXISTS too_wide smallint DEFAULT 0 NOT NULL CHECK (too_wide >= 0)
"""
INDEX = models.Index(
    "season", "path", "number", name="registration_too_wide", condition=models.Q(too_wide__gt=0)
)


def mark(apps: Any, editor: Any) -> None:
    people = apps.get_model("registrations", "Registration").objects
    long = people.annotate(length=Length("name")).filter(length__gt=_LONGEST, too_wide=0).values_list("pk", "name")
    wide = (pk for pk, name in long.iterator(_CHUNK) if len(name.encode("gb18030")) > _MOST_BYTES)
    while chunk := list(islice(wide, _CHUNK)):
        people.filter(pk__in=chunk, too_wide=0).update(too_wide=1)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0024_name_images")]
    operations = [
        migrations.RunSQL(
            COLUMN, "ALTER TABLE registrations_registration DROP COLUMN IF EXISTS too_wide",
            state_operations=[migrations.AddField("registration", "too_wide", FIELD)],
        ),
        BuildIndex("registration", INDEX),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
