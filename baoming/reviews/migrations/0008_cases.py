"""Special cases, each with its acts: no act is changed or deleted, and a case only where it stands (R15, R20–R27)."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from baoming.shared.row_rules import in_area, of_person, of_seen, protect, unprotect

STANDS = (
    "path", "state", "desk", "holder", "forwarded", "objected", "received_at", "newest", "since", "due_at",
)  # fmt: skip
STATES = [("waiting", "办理中"), ("returned", "已退回补正"), ("granted", "已同意"), ("refused", "未同意"),
          ("withdrawn", "已撤回")]  # fmt: skip
PERSON = of_person("reviews_case")
RULES = {
    "reviews_case": {"office": in_area(), "candidate": PERSON},
    "reviews_caseact": {"both": of_seen("reviews_caseact", "case_id", "reviews_case")},
}


def far(to):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_rows"), ("registrations", "0014_rows"), ("seasons", "0001_initial")]
    operations = [
        migrations.CreateModel("Case", [
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("path", models.CharField(db_collation="C", max_length=24)),
            ("kind", models.CharField(max_length=30)),
            ("state", models.CharField(choices=STATES, max_length=10)),
            ("desk", models.PositiveSmallIntegerField(default=0)),
            ("holder", models.CharField(default="", max_length=10)),
            ("opener", models.CharField(max_length=10)),
            ("forwarded", models.BooleanField(default=False)),
            ("objected", models.BooleanField(default=False)),
            ("received_at", models.DateTimeField(null=True)),
            ("newest", models.PositiveSmallIntegerField(default=0)),
            ("opened_at", models.DateTimeField()),
            ("since", models.DateTimeField()),
            ("due_at", models.DateTimeField(null=True)),
            ("registration", far("registrations.registration")),
            ("season", far("seasons.season")),
        ], options={
            "constraints": [models.UniqueConstraint("registration", "kind", condition=Q(
                ("state__in", ["waiting", "returned"])), name="one_open_case_of_a_kind")],
            "indexes": [
                models.Index("registration", name="case_by_registration"),
                models.Index("season", "holder", "path", name="open_case_by_holder", condition=~Q(("holder", ""))),
                models.Index("season", "path", "since", name="closed_case_by_path", condition=Q(("holder", ""))),
            ],
        }),
        migrations.CreateModel("CaseAct", [
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("number", models.PositiveSmallIntegerField()),
            ("act", models.CharField(max_length=10)),
            ("desk", models.PositiveSmallIntegerField()),
            ("reason", models.CharField(default="", max_length=30)),
            ("note", models.CharField(default="", max_length=200)),
            ("content_sealed", models.TextField(default="")),
            ("pictures", models.JSONField(default=dict)),
            ("at", models.DateTimeField()),
            ("by_kind", models.CharField(max_length=10)),
            ("by_id", models.CharField(max_length=40)),
            ("by_label", models.CharField(max_length=60)),
            ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acts",
                                       to="reviews.case")),
        ], options={"constraints": [models.UniqueConstraint("case", "number", name="case_acts_in_order")]}),
        *(migrations.RunSQL(protect(table, **rules), unprotect(table)) for table, rules in RULES.items()),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON reviews_case, reviews_caseact FROM app;"
            f"GRANT UPDATE ({', '.join(STANDS)}) ON reviews_case TO app",
            "GRANT UPDATE, DELETE ON reviews_case, reviews_caseact TO app",
        ),
    ]  # fmt: skip
