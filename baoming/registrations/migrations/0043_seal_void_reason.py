"""Reasons from before are sealed with the installation's keys, in a transaction that locks their rows alone."""

from django.db import migrations

from baoming.vault.services import keys

PLACE = "registrations_voidednumber.reason_sealed."


def seal(apps, _):
    for row in apps.get_model("registrations", "VoidedNumber").objects.exclude(reason="").iterator():
        row.reason_sealed = keys().seal(row.reason.encode(), context=f"{PLACE}{row.pk}")
        row.save(update_fields=["reason_sealed"])


def unseal(apps, _):
    for row in apps.get_model("registrations", "VoidedNumber").objects.exclude(reason_sealed="").iterator():
        row.reason = keys().unseal(row.reason_sealed, context=f"{PLACE}{row.pk}").decode()
        row.save(update_fields=["reason"])


class Migration(migrations.Migration):
    dependencies = [("registrations", "0042_void_reason")]
    operations = [migrations.RunPython(seal, unseal)]
