"""Who decides a file's eligibility, since when it waits for that office, and whether it was stopped."""

from django.db import migrations, models
from django.db.models import CheckConstraint, Index, Q


class Migration(migrations.Migration):
    dependencies = [("registrations", "0008_batches")]
    operations = [
        migrations.AddField("registration", "decider", models.CharField(default="site", max_length=6)),
        migrations.AddField("registration", "approval_since", models.DateTimeField(null=True)),
        migrations.AddField("registration", "stopped_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "registration",
            CheckConstraint(condition=Q(decider__in=["site", "county", "city"]), name="decider_is_an_office"),
        ),
        migrations.AddIndex(
            "registration",
            Index("season", "path", name="registration_for_approval", condition=Q(approval_since__isnull=False)),
        ),
        migrations.AddIndex(
            "registration",
            Index("season", "path", name="registration_stopped", condition=Q(stopped_at__isnull=False)),
        ),
    ]
