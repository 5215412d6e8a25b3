"""The plain words are gone: they were sealed in 0017. Nothing is released yet, so at once. A stop has no note."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_seal_said")]
    operations = [
        migrations.RemoveField("eligibilityreview", "undo_reason"),
        migrations.RemoveField("withdrawal", "undo_reason"),
        migrations.RemoveField("withdrawal", "note"),
        migrations.RemoveField("transfer", "undo_reason"),
        migrations.RemoveField("transfer", "note"),
        migrations.RemoveField("transfer", "answer"),
    ]
