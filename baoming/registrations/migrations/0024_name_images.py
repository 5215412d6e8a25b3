"""Names that no font draws are kept as pictures; the table and its rule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from baoming.shared.row_rules import of_person, protect, unprotect

TABLE = "registrations_nameimage"
CONSTRAINTS = [
    models.UniqueConstraint("registration", condition=models.Q(current=True), name="one_current_name_image"),
    models.UniqueConstraint("registration", condition=models.Q(confirmed_at=None), name="one_name_image_at_work"),
    models.CheckConstraint(
        condition=models.Q(current=False) | models.Q(confirmed_at__isnull=False), name="name_image_confirmed_first"
    ),
    models.CheckConstraint(
        condition=models.Q(confirmed_at=None) | models.Q(strip_sealed=""), name="name_image_without_its_strip"
    ),
]
ANSWERS = [("", "考生还没有核对"), ("yes", "考生确认是本人姓名"), ("no", "考生说不对")]


class Migration(migrations.Migration):
    dependencies = [("registrations", "0023_attached")]
    operations = [
        migrations.CreateModel(
            "NameImage",
            [
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("strip_sealed", models.TextField(default="")),
                ("box", models.JSONField(default=list)),
                ("picture_sealed", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=60)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.CharField(default="", max_length=60)),
                ("current", models.BooleanField(default=False)),
                ("answer", models.CharField(choices=ANSWERS, default="", max_length=3)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "registration",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registrations.registration"),
                ),
            ],
            options={"constraints": CONSTRAINTS},
        ),
        migrations.RunSQL(protect(TABLE, both=of_person(TABLE)), unprotect(TABLE)),
    ]
