"""What offices type for a decision has a sealed place: an undo, a transfer and its answer (0017 fills it)."""

from django.db import migrations, models

LATER = {"eligibilityreview": "undo_sealed", "withdrawal": "undo_sealed", "transfer": "undo_sealed, answer_sealed"}


def text():
    return models.TextField(default="", db_default="")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_notes_sealed")]
    operations = [
        migrations.AddField("eligibilityreview", "undo_sealed", text()),
        migrations.AddField("withdrawal", "undo_sealed", text()),
        migrations.AddField("transfer", "undo_sealed", text()),
        migrations.AddField("transfer", "note_sealed", text()),
        migrations.AddField("transfer", "answer_sealed", text()),
        *(
            migrations.RunSQL(f"GRANT UPDATE ({columns}) ON reviews_{table} TO app", migrations.RunSQL.noop)
            for table, columns in LATER.items()
        ),
    ]
