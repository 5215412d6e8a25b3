"""Imported files with their lines, and what was written of them: neither lines nor facts change (R21, R32).

A file is seen by its office and those above; a fact with its person. Nothing of a file changes but that it is applied;
one that nobody applied is removed by a job.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from baoming.shared.row_rules import in_area, of_person, of_seen, protect, unprotect

PARTIES = [
    ("candidate", "考生"), ("site", "报名点"), ("county", "县（市、区）招考机构"), ("city", "市（州）招考机构"),
    ("province", "省教育考试院"), ("system", "系统"),
]  # fmt: skip
CHANGES = [("bad", "有问题"), ("new", "新增"), ("changed", "更正"), ("same", "没有变化")]
RULES = {
    "imports_import": {"office": in_area()},
    "imports_importline": {"office": of_seen("imports_importline", "source_id", "imports_import")},
    "imports_importedfact": {"both": of_person("imports_importedfact")},
    "imports_factwithdrawal": {"both": of_seen("imports_factwithdrawal", "fact_id", "imports_importedfact")},
}
ALL = ", ".join(RULES)


def key():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def far(to, **more):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, **more)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("registrations", "0035_system_checks"), ("seasons", "0001_initial")]
    operations = [
        migrations.CreateModel("Import", [
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("path", models.CharField(db_collation="C", max_length=24)),
            ("kind", models.CharField(max_length=30)),
            ("digest", models.CharField(max_length=64)),
            ("sealed", models.TextField()),
            ("total", models.PositiveIntegerField()),
            ("bad", models.PositiveIntegerField()),
            ("new", models.PositiveIntegerField()),
            ("changed", models.PositiveIntegerField()),
            ("same", models.PositiveIntegerField()),
            ("at", models.DateTimeField()),
            ("actor_kind", models.CharField(choices=PARTIES, max_length=10)),
            ("actor_id", models.CharField(max_length=40)),
            ("actor_label", models.CharField(max_length=60)),
            ("batch", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT,
                                           related_name="of_import", to="registrations.batch")),
            ("season", far("seasons.season")),
        ], options={"indexes": [models.Index("season", "path", "at", name="import_by_path")]}),
        migrations.CreateModel("ImportLine", [
            ("id", key()),
            ("number", models.PositiveIntegerField()),
            ("change", models.CharField(choices=CHANGES, max_length=7)),
            ("sentence", models.CharField(default="", max_length=300)),
            ("sealed", models.TextField()),
            ("registration", far("registrations.registration", null=True)),
            ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines",
                                         to="imports.import")),
        ], options={
            "constraints": [models.UniqueConstraint("source", "number", name="import_line_once")],
            "indexes": [models.Index("source", "registration", name="import_line_of_person")],
        }),
        migrations.CreateModel("ImportedFact", [
            ("id", key()),
            ("kind", models.CharField(max_length=30)),
            ("content_sealed", models.TextField()),
            ("line", models.PositiveIntegerField()),
            ("at", models.DateTimeField()),
            ("by_kind", models.CharField(max_length=10)),
            ("by_label", models.CharField(max_length=60)),
            ("registration", far("registrations.registration")),
            ("source", far("imports.import", related_name="facts")),
        ], options={
            "constraints": [models.UniqueConstraint("source", "line", name="fact_once_a_line")],
            "indexes": [models.Index("registration", "kind", "id", name="fact_by_registration")],
        }),
        migrations.CreateModel("FactWithdrawal", [
            ("id", key()),
            ("reason", models.CharField(max_length=60)),
            ("at", models.DateTimeField()),
            ("by_label", models.CharField(max_length=60)),
            ("fact", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal",
                                          to="imports.importedfact")),
        ]),
        *(migrations.RunSQL(protect(table, **rules), unprotect(table)) for table, rules in RULES.items()),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {ALL} FROM app;"
            "GRANT UPDATE (batch_id) ON imports_import TO app;"
            "GRANT DELETE ON imports_import, imports_importline TO worker",
            f"GRANT UPDATE, DELETE ON {ALL} TO app",
        ),
    ]  # fmt: skip
