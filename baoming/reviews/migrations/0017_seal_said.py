"""What was typed before is sealed with the installation's keys, in a transaction that locks its rows alone."""

from django.db import migrations

from baoming.vault.services import keys

SEALED = {
    "EligibilityReview": {"undo_reason": "undo_sealed"},
    "Withdrawal": {"undo_reason": "undo_sealed"},
    "Transfer": {"undo_reason": "undo_sealed", "note": "note_sealed", "answer": "answer_sealed"},
}


def seal(apps, _):
    for name, plain, field in columns():
        for row in apps.get_model("reviews", name).objects.exclude(**{plain: ""}).iterator():
            setattr(row, field, keys().seal(getattr(row, plain).encode(), context=place(name, field, row)))
            row.save(update_fields=[field])


def unseal(apps, _):
    for name, plain, field in columns():
        for row in apps.get_model("reviews", name).objects.exclude(**{field: ""}).iterator():
            setattr(row, plain, keys().unseal(getattr(row, field), context=place(name, field, row)).decode())
            row.save(update_fields=[plain])


def columns():
    return [(name, plain, field) for name, fields in SEALED.items() for plain, field in fields.items()]


def place(name, field, row):
    return f"reviews_{name.lower()}.{field}.{row.pk}"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0016_said")]
    operations = [migrations.RunPython(seal, unseal)]
