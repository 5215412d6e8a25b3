"""The audit administrators' door to all events: it knows them by their session, and leaves the trace of each search.

`audit_search` looks past every scope, so the database itself asks whose session the cookie is of, and writes the
event of the search before it answers (docs/decisions/0018). `audit_question` only spells the question, so that its
plan can be read; it is called by `audit_search` alone. `audit_waiting` tells a number.
"""

from django.db import migrations

QUESTION = """
CREATE FUNCTION audit_question(asked jsonb, amount integer) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
    said text := format('SELECT * FROM audit_event AS e WHERE e.at >= %L AND e.at < %L',
                        (asked->>'since')::timestamptz, (asked->>'until')::timestamptz);
    verbs text[] := ARRAY(SELECT jsonb_array_elements_text(asked->'verbs'));
    actors text[] := ARRAY(SELECT jsonb_array_elements_text(asked->'actors'));
BEGIN
    -- one is asked for by =, so that its index also gives the order
    said := said || CASE cardinality(verbs) WHEN 0 THEN '' WHEN 1 THEN format(' AND e.verb = %L', verbs[1])
                    ELSE format(' AND e.verb = ANY (%L)', verbs) END;
    said := said || CASE cardinality(actors) WHEN 0 THEN '' WHEN 1 THEN format(' AND e.actor_id = %L', actors[1])
                    ELSE format(' AND e.actor_id = ANY (%L)', actors) END;
    IF asked->>'low' > '' THEN
        said := said || format(' AND e.actor_path >= %L AND e.actor_path < %L', asked->>'low', asked->>'high');
    END IF;
    IF asked->>'subject' > '' THEN said := said || format(' AND e.subject = %L', (asked->>'subject')::uuid); END IF;
    IF asked->>'before_id' > '' THEN
        said := said || format(' AND e.at <= %1$L AND (e.at, e.id) < (%1$L, %2$L)',
                               (asked->>'before_at')::timestamptz, (asked->>'before_id')::bigint);
    END IF;
    RETURN format('SELECT e.*, l.place FROM (%s ORDER BY e.at DESC, e.id DESC LIMIT %s) AS e '
                  'LEFT JOIN audit_leaf AS l ON l.event = e.id ORDER BY e.at DESC, e.id DESC', said, amount);
END $$;
REVOKE ALL ON FUNCTION audit_question(jsonb, integer) FROM PUBLIC;
"""
SEARCH = """
CREATE FUNCTION audit_search(cookie text, act text, told jsonb, asked jsonb, amount integer)
RETURNS TABLE (id bigint, at timestamptz, verb varchar, actor_kind varchar, actor_id varchar, actor_path varchar,
               actor_label varchar, subject uuid, path varchar, details jsonb, place bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    who record;
BEGIN
    SELECT s.account_id, s.path, s.name INTO who
    FROM accounts_session AS n JOIN accounts_account AS a ON a.id = n.account_id
    JOIN organizations_staff AS s ON s.account_id = a.id
    WHERE n.session_key = left(encode(sha256(convert_to(cookie, 'UTF8')), 'hex'), 40)
      AND n.expire_date > now() AND a.is_active AND s.role = 'audit_admin';
    IF NOT FOUND OR act NOT IN ('search_audit', 'export_audit') THEN
        RAISE EXCEPTION 'only an audit administrator searches the audit' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_event (verb, actor_kind, actor_id, actor_path, actor_label, subject, path, details)
    VALUES (act, 'province', who.account_id::text, who.path, who.name, nullif(asked->>'subject', '')::uuid,
            who.path, told);
    RETURN QUERY EXECUTE audit_question(asked, least(amount, 51));
END $$;
REVOKE ALL ON FUNCTION audit_search(text, text, jsonb, jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_search(text, text, jsonb, jsonb, integer) TO app;
"""
WAITING = """
CREATE FUNCTION audit_waiting() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT count(*) FROM audit_event AS e
    WHERE e.id > (SELECT coalesce(max(up_to), 0) FROM audit_root WHERE at < now() - interval '5 minutes')
      AND NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.event = e.id)
$$;
REVOKE ALL ON FUNCTION audit_waiting() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_waiting() TO app;
"""
_DROP = "DROP FUNCTION audit_{}"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_reset_of_second_factor"), ("accounts", "0006_no_report"), ("audit", "0004_search")]
    operations = [
        migrations.RunSQL(QUESTION, _DROP.format("question(jsonb, integer)")),
        migrations.RunSQL(SEARCH, _DROP.format("search(text, text, jsonb, jsonb, integer)")),
        migrations.RunSQL(WAITING, _DROP.format("waiting()")),
    ]
