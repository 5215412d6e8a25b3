"""The doors to the audit take no caller's temporary table for the sessions, accounts or events."""

from django.db import migrations

from baoming.shared.row_rules import temporary_last

FUNCTIONS = (
    "audit_question(jsonb, integer)", "audit_search(text, text, jsonb, jsonb, integer)", "audit_waiting()",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("organizations", "0006_audit_search")]
    operations = [migrations.RunSQL(temporary_last(one), migrations.RunSQL.noop) for one in FUNCTIONS]
