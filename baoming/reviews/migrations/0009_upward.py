"""上报批次: what cities send upward, line by line. Written once: what was sent is neither changed nor added to."""

import django.db.models.deletion
from django.db import migrations, models

from baoming.shared.row_rules import in_area, of_seen, protect, unprotect

LINE, BATCH = "reviews_upwardline", "reviews_submissionbatch"
PROTECT = django.db.models.deletion.PROTECT
SEALED = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON {LINE}, {BATCH} FROM app;
CREATE FUNCTION upward_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM {BATCH} AS sent WHERE sent.run_id = NEW.run_id) THEN
        RAISE EXCEPTION 'upward_is_sealed: the batch has been sent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER upward_is_sealed BEFORE INSERT ON {LINE} FOR EACH ROW EXECUTE FUNCTION upward_is_sealed();
"""  # noqa: S608  (names of our own tables)
OPEN = f"""
DROP TRIGGER upward_is_sealed ON {LINE};
DROP FUNCTION upward_is_sealed();
GRANT UPDATE, DELETE ON {LINE}, {BATCH} TO app;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_cases"), ("registrations", "0034_wrong_lines"), ("seasons", "0003_pause")]
    operations = [
        migrations.CreateModel("UpwardLine", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(choices=[
                ("new", "首次上报"), ("version", "变更：保存了新的一版"), ("again", "变更：再次终审"),
                ("back", "变更：恢复报名"), ("stopped", "变更：中止报名")], max_length=7)),
            ("version", models.PositiveIntegerField()),
            ("content_hash", models.CharField(max_length=64)),
            ("photo_sha256", models.CharField(max_length=64)),
            ("registration", models.ForeignKey(on_delete=PROTECT, to="registrations.registration")),
            ("run", models.ForeignKey(on_delete=PROTECT, to="registrations.batch")),
            ("submission", models.ForeignKey(on_delete=PROTECT, to="reviews.submission")),
        ], options={
            "indexes": [models.Index("registration", "id", name="upward_by_registration")],
            "constraints": [models.UniqueConstraint("run", "registration", name="person_once_a_submission")],
        }),
        migrations.CreateModel("SubmissionBatch", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("path", models.CharField(db_collation="C", max_length=24)),
            ("number", models.PositiveIntegerField()),
            ("category", models.CharField(choices=[("arts", "艺术体育类"), ("all", "全部考生")], max_length=4)),
            ("count", models.PositiveIntegerField()),
            ("changes", models.PositiveIntegerField()),
            ("digest", models.CharField(max_length=64)),
            ("sent_at", models.DateTimeField()),
            ("by_label", models.CharField(max_length=60)),
            ("run", models.OneToOneField(on_delete=PROTECT, to="registrations.batch")),
            ("season", models.ForeignKey(on_delete=PROTECT, to="seasons.season")),
        ], options={
            "constraints": [models.UniqueConstraint("season", "path", "number", name="submission_number_once")],
        }),
        migrations.RunSQL(protect(LINE, office=of_seen(LINE, "run_id", "registrations_batch")), unprotect(LINE)),
        migrations.RunSQL(protect(BATCH, office=in_area()), unprotect(BATCH)),
        migrations.RunSQL(SEALED, OPEN),
    ]  # fmt: skip
