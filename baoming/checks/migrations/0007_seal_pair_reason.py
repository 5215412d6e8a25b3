"""Reasons from before are sealed with the installation's keys, in a transaction that locks their rows alone."""

from django.db import migrations

from baoming.vault.services import keys

PLACE = "checks_alikepair.reason_sealed."


def seal(apps, _):
    for row in apps.get_model("checks", "AlikePair").objects.exclude(reason="").iterator():
        row.reason_sealed = keys().seal(row.reason.encode(), context=f"{PLACE}{row.pk}")
        row.save(update_fields=["reason_sealed"])


def unseal(apps, _):
    for row in apps.get_model("checks", "AlikePair").objects.exclude(reason_sealed="").iterator():
        row.reason = keys().unseal(row.reason_sealed, context=f"{PLACE}{row.pk}").decode()
        row.save(update_fields=["reason"])


class Migration(migrations.Migration):
    dependencies = [("checks", "0006_pair_reason")]
    operations = [migrations.RunPython(seal, unseal)]
