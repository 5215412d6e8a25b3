"""Segments complete: stopping, alarms, the day's speed; further county codes; the list of voided numbers.

Two triggers keep what has been issued: its segment is neither deleted, nor given to another site, nor
begun elsewhere, nor counted back. A row of the void list is never changed.
"""

import django.db.models.deletion
from django.db import migrations, models

KEEP_ISSUED = """
CREATE FUNCTION segment_keeps_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'segment_keeps_issued: % to % have been issued', OLD.first, OLD.next - 1
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER segment_keeps_issued_update BEFORE UPDATE ON registrations_numbersegment FOR EACH ROW
WHEN (OLD.next > OLD.first AND (NEW.next < OLD.next OR NEW.first <> OLD.first
                                OR NEW.site_id <> OLD.site_id OR NEW.season_id <> OLD.season_id))
EXECUTE FUNCTION segment_keeps_issued();
CREATE TRIGGER segment_keeps_issued_delete BEFORE DELETE ON registrations_numbersegment FOR EACH ROW
WHEN (OLD.next > OLD.first) EXECUTE FUNCTION segment_keeps_issued();
"""
LET_GO = """
DROP TRIGGER segment_keeps_issued_delete ON registrations_numbersegment;
DROP TRIGGER segment_keeps_issued_update ON registrations_numbersegment;
DROP FUNCTION segment_keeps_issued();
"""
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [("registrations", "0006_search_by_letters")]
    operations = [
        migrations.AddField("numbersegment", "stopped_at", models.DateTimeField(null=True)),
        migrations.AddField("numbersegment", "alarm_80", models.PositiveIntegerField(null=True)),
        migrations.AddField("numbersegment", "alarm_95", models.PositiveIntegerField(null=True)),
        migrations.AddField("numbersegment", "day_began", models.DateTimeField(null=True)),
        migrations.AddField("numbersegment", "day_first", models.PositiveIntegerField(null=True)),
        migrations.RunSQL(KEEP_ISSUED, LET_GO),
        migrations.CreateModel(
            "CountyCode",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("season", models.ForeignKey(on_delete=PROTECT, to="seasons.season")),
                ("county", models.ForeignKey(on_delete=PROTECT, to="organizations.organization")),
                ("code", models.CharField(max_length=4)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=60)),
            ],
        ),
        migrations.AddConstraint(
            "countycode", models.UniqueConstraint("season", "code", name="county_code_once_a_season")
        ),
        migrations.CreateModel(
            "VoidedNumber",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("season", models.ForeignKey(on_delete=PROTECT, to="seasons.season")),
                ("number", models.PositiveIntegerField()),
                ("segment", models.ForeignKey(on_delete=PROTECT, to="registrations.numbersegment")),
                ("site", models.ForeignKey(on_delete=PROTECT, to="organizations.organization")),
                ("path", models.CharField(db_collation="C", max_length=24)),
                ("registration", models.ForeignKey(on_delete=PROTECT, to="registrations.registration")),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("by_label", models.CharField(max_length=60)),
            ],
        ),
        migrations.AddConstraint(
            "voidednumber", models.UniqueConstraint("season", "number", name="voided_once_a_season")
        ),
        migrations.AddIndex("voidednumber", models.Index("season", "path", "number", name="voided_by_path")),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON registrations_voidednumber FROM app",
            "GRANT UPDATE, DELETE ON registrations_voidednumber TO app",
        ),
    ]
