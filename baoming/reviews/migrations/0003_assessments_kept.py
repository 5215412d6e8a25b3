"""Every moral assessment stays as a row, its text sealed to that row; none is changed or deleted.

Texts sealed until now were bound to their registration: they are opened and sealed anew, with the
installation's keys. An old process may not write while this runs: nothing is released yet.
"""

import django.db.models.deletion
from django.db import migrations, models

from baoming.vault.services import keys

PLACE = "reviews_moralassessment.text_sealed."
REVOKE = "REVOKE UPDATE, DELETE, TRUNCATE ON reviews_moralassessment FROM app"
GRANT = "GRANT UPDATE, DELETE ON reviews_moralassessment TO app"


def bind_to_rows(apps, _):
    for row in apps.get_model("reviews", "MoralAssessment").objects.all():
        text = keys().unseal(row.text_sealed, context=f"{PLACE}{row.registration_id}")
        row.text_sealed = keys().seal(text, context=f"{PLACE}{row.pk}")
        row.save(update_fields=["text_sealed"])


def bind_to_registrations(apps, _):
    for row in apps.get_model("reviews", "MoralAssessment").objects.all():
        text = keys().unseal(row.text_sealed, context=f"{PLACE}{row.pk}")
        row.text_sealed = keys().seal(text, context=f"{PLACE}{row.registration_id}")
        row.save(update_fields=["text_sealed"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_frozen"), ("registrations", "0004_readings_and_pledges")]
    operations = [
        migrations.AlterField(
            model_name="moralassessment",
            name="registration",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registrations.registration"),
        ),
        migrations.RunPython(bind_to_rows, bind_to_registrations),
        migrations.RunSQL(REVOKE, GRANT),
    ]
