"""The candidate portal has no use for authenticators and recovery codes of staff: offices and jobs alone have them."""

from django.db import migrations

TABLES = "accounts_secondfactor, accounts_recoverycode"
SEQUENCE = "accounts_recoverycode_id_seq"
_APART = f"""
REVOKE ALL ON {TABLES} FROM app;
REVOKE ALL ON SEQUENCE {SEQUENCE} FROM app;
GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO office, worker;
GRANT USAGE, SELECT ON SEQUENCE {SEQUENCE} TO office, worker;
"""
_TOGETHER = f"""
REVOKE ALL ON {TABLES} FROM office, worker;
REVOKE ALL ON SEQUENCE {SEQUENCE} FROM office, worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO app;
GRANT USAGE, SELECT ON SEQUENCE {SEQUENCE} TO app;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_only_confirmed")]
    operations = [migrations.RunSQL(_APART, _TOGETHER)]
