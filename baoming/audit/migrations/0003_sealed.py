"""Events by month, refused to everybody who would change them; leaves and roots of the sequencer.

Expands safely: existing events move into the partitions of their months in one transaction. A month is made a
year ahead (`audit_make_partitions`, every night); what no month takes is kept in `audit_event_rest`, never refused.
"""

from django.db import migrations, models

PARTITIONED = """
ALTER TABLE audit_event RENAME TO audit_event_old;
ALTER TABLE audit_event_old RENAME CONSTRAINT audit_event_pkey TO audit_event_old_pkey;
ALTER INDEX event_by_subject RENAME TO event_by_subject_old;
CREATE TABLE audit_event (LIKE audit_event_old INCLUDING DEFAULTS) PARTITION BY RANGE (at);
ALTER TABLE audit_event ADD CONSTRAINT audit_event_pkey PRIMARY KEY (id, at);
CREATE INDEX event_by_subject ON audit_event (subject, id);
CREATE SEQUENCE audit_event_number OWNED BY audit_event.id;
ALTER TABLE audit_event ALTER COLUMN id SET DEFAULT nextval('audit_event_number');
CREATE TABLE audit_event_rest PARTITION OF audit_event DEFAULT;
"""

REFUSING = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is in % is never changed or removed (R36)', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION audit_guard(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I EXECUTE FUNCTION audit_refuse()', name);
    EXECUTE format('REVOKE ALL ON %I FROM app, PUBLIC', name);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'worker') THEN
        EXECUTE format('REVOKE ALL ON %I FROM worker', name);
    END IF;
END $$;
REVOKE ALL ON FUNCTION audit_guard(text) FROM PUBLIC;

CREATE FUNCTION audit_make_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4301937);
    FOR month IN SELECT generate_series(
        date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => least(ahead, 60)), '1 month')
    LOOP
        name := 'audit_event_' || to_char(month, 'YYYYMM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        CONTINUE WHEN EXISTS (SELECT FROM audit_event_rest WHERE at >= month AND at < month + interval '1 month');
        EXECUTE format('CREATE TABLE %I PARTITION OF audit_event FOR VALUES FROM (%L) TO (%L)',
                       name, month, month + interval '1 month');
        PERFORM audit_guard(name);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION audit_make_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_make_partitions(integer) TO app;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
SELECT audit_guard('audit_event'), audit_guard('audit_event_rest');
"""

MONTHS_OF_THE_PAST = """
DO $$
DECLARE month timestamp;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') FROM audit_event_old
                 WHERE at < date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF audit_event FOR VALUES FROM (%L) TO (%L)',
                       'audit_event_' || to_char(month, 'YYYYMM'), month AT TIME ZONE 'UTC',
                       (month + interval '1 month') AT TIME ZONE 'UTC');
        PERFORM audit_guard('audit_event_' || to_char(month, 'YYYYMM'));
    END LOOP;
END $$;
SELECT audit_make_partitions(12);
INSERT INTO audit_event SELECT * FROM audit_event_old;
SELECT setval('audit_event_number', coalesce(max(id), 0) + 1, false) FROM audit_event;
DROP TABLE audit_event_old;
"""

SEALS = """
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON audit_root FOR EACH ROW EXECUTE FUNCTION audit_refuse();
SELECT audit_guard('audit_leaf'), audit_guard('audit_root');
GRANT SELECT, INSERT ON audit_event TO app;
GRANT SELECT ON audit_leaf, audit_root TO app;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'worker') THEN
        GRANT SELECT, INSERT ON audit_event TO worker;
        GRANT SELECT ON audit_leaf, audit_root TO worker;
        GRANT EXECUTE ON FUNCTION audit_make_partitions(integer) TO worker;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO audit_writer, audit_reader;
GRANT SELECT ON audit_event, audit_leaf, audit_root TO audit_writer, audit_reader;
GRANT INSERT ON audit_leaf, audit_root TO audit_writer;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(PARTITIONED),
        migrations.RunSQL(REFUSING),
        migrations.RunSQL(MONTHS_OF_THE_PAST),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event", models.BigIntegerField(unique=True)),
                ("leaf", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Root",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("up_to", models.BigIntegerField()),
                ("message", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(SEALS),
    ]
