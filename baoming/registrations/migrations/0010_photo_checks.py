"""What was measured of a photo, who let one pass or asked for another, and what lists show of it."""

from django.db import migrations, models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

STATES = [
    ("", "没有照片"), ("good", "合格"), ("faulty", "有问题，待处理"), ("passed", "人工放行"), ("retake", "待重拍"),
]  # fmt: skip
# Photos taken before they were measured counted, and still do.
TAKEN_BEFORE = """
UPDATE registrations_registration SET photo_state = 'good'
FROM registrations_photo WHERE registrations_photo.registration_id = registrations_registration.id
AND registrations_photo.current
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0009_decisions")]
    operations = [
        migrations.AddField(
            "registration",
            "photo_state",
            models.CharField(choices=STATES, db_default="", default="", max_length=6, verbose_name="照片"),
        ),
        migrations.AddIndex(
            "registration",
            Index(
                "season", "path", "photo_state", name="registration_by_photo",
                condition=Q(photo_state__in=["faulty", "passed", "retake"]),
            ),
        ),
        migrations.RunSQL(TAKEN_BEFORE, migrations.RunSQL.noop),
        migrations.AddField("photo", "waiting", models.BooleanField(default=False)),
        migrations.AddField("photo", "measures", models.JSONField(default=dict)),
        migrations.AddField("photo", "faults", models.JSONField(default=list)),
        migrations.AddField("photo", "passed_at", models.DateTimeField(null=True)),
        migrations.AddField("photo", "passed_by", models.CharField(default="", max_length=60)),
        migrations.AddField("photo", "passed_sealed", models.TextField(default="")),
        migrations.AddField("photo", "returned_at", models.DateTimeField(null=True)),
        migrations.AddField("photo", "returned_by", models.CharField(default="", max_length=60)),
        migrations.AddField("photo", "returned_kind", models.CharField(default="", max_length=10)),
        migrations.AddField("photo", "returned_reason", models.CharField(default="", max_length=20)),
        migrations.AddConstraint(
            "photo", UniqueConstraint("registration", condition=Q(waiting=True), name="one_waiting_photo")
        ),
        migrations.AddConstraint(
            "photo", CheckConstraint(condition=Q(current=False) | Q(waiting=False), name="photo_waits_or_is_used")
        ),
    ]
