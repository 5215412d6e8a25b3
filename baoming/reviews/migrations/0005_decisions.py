"""Decisions of offices with their undo beside them: nothing is deleted, and what was decided never changes."""

import django.db.models.deletion
from django.db import migrations, models

UNDO = ["undone_at", "undone_by", "undo_reason"]
ANSWER = ["state", "answered_at", "answered_by", "answer", "fell", "number", "entry", "class_name", "student_no"]
WRITTEN_LATER = {"eligibilityreview": UNDO, "withdrawal": UNDO, "transfer": [*UNDO, *ANSWER]}


def outcomes(apps, _):
    rows = apps.get_model("reviews", "EligibilityReview").objects
    rows.filter(passed=True).update(outcome="passed")
    rows.filter(passed=False).update(outcome="returned")


def booleans(apps, _):
    apps.get_model("reviews", "EligibilityReview").objects.filter(outcome="passed").update(passed=True)


def decision_fields():
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("reason", models.CharField(default="", max_length=30)),
        ("note", models.CharField(default="", max_length=200)),
        ("fell", models.JSONField(default=list)),
        ("at", models.DateTimeField()),
        ("by_kind", models.CharField(max_length=10)),
        ("by_label", models.CharField(max_length=60)),
        ("undone_at", models.DateTimeField(null=True)),
        ("undone_by", models.CharField(default="", max_length=60)),
        ("undo_reason", models.CharField(default="", max_length=200)),
        ("registration", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registrations.registration")),
    ]


def grants():
    for table, columns in WRITTEN_LATER.items():
        yield migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON reviews_{table} FROM app;"
            f"GRANT UPDATE ({', '.join(columns)}) ON reviews_{table} TO app",
            f"GRANT UPDATE, DELETE ON reviews_{table} TO app",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0004_withdrawals"),
        ("registrations", "0009_decisions"),
        ("organizations", "0001_initial"),
    ]
    operations = [
        migrations.AddField("eligibilityreview", "outcome", models.CharField(
            choices=[("passed", "通过资格审核"), ("returned", "退回资格审核"), ("referred", "移送审批")],
            default="passed", max_length=8), preserve_default=False),
        migrations.RunPython(outcomes, booleans),
        migrations.RemoveField("eligibilityreview", "passed"),
        migrations.AddField("eligibilityreview", "to", models.CharField(default="", max_length=6)),
        migrations.AddField("eligibilityreview", "fell", models.JSONField(default=list)),
        migrations.AddField("eligibilityreview", "by_kind", models.CharField(default="site", max_length=10),
                            preserve_default=False),
        migrations.AddField("eligibilityreview", "undone_at", models.DateTimeField(null=True)),
        migrations.AddField("eligibilityreview", "undone_by", models.CharField(default="", max_length=60)),
        migrations.AddField("eligibilityreview", "undo_reason", models.CharField(default="", max_length=200)),
        migrations.AddIndex("eligibilityreview", models.Index("registration", "id", name="review_by_registration")),
        migrations.CreateModel("Withdrawal", decision_fields()),
        migrations.AddConstraint("withdrawal", models.UniqueConstraint(
            "registration", condition=models.Q(("undone_at", None)), name="one_withdrawal_at_a_time")),
        migrations.CreateModel("Transfer", [
            *decision_fields(),
            ("from_path", models.CharField(db_collation="C", max_length=24)),
            ("to_path", models.CharField(db_collation="C", max_length=24)),
            ("state", models.CharField(choices=[("asked", "等转入县接收"), ("done", "已转入"), ("declined", "转入县未接收")],
                                       max_length=8)),
            ("answered_at", models.DateTimeField(null=True)),
            ("answered_by", models.CharField(default="", max_length=60)),
            ("answer", models.CharField(default="", max_length=200)),
            ("number", models.PositiveIntegerField(null=True)),
            ("entry", models.BigIntegerField(null=True)),
            ("class_name", models.CharField(default="", max_length=40)),
            ("student_no", models.CharField(default="", max_length=20)),
            ("from_site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                            to="organizations.organization")),
            ("to_site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                          to="organizations.organization")),
        ]),
        migrations.AddConstraint("transfer", models.UniqueConstraint(
            "registration", condition=models.Q(("state", "asked"), ("undone_at", None)), name="one_open_transfer")),
        migrations.AddIndex("transfer", models.Index(
            "to_path", condition=models.Q(("state", "asked"), ("undone_at", None)), name="transfer_to")),
        migrations.AddIndex("transfer", models.Index(
            "from_path", condition=models.Q(("state", "asked"), ("undone_at", None)), name="transfer_from")),
        *grants(),
    ]  # fmt: skip
