"""The candidate portal has no use for authenticators and recovery codes of staff: offices and jobs alone have them.

The sequence of the table keeps its rights: a dump does not write those of an identity column, and it tells nothing.
"""

from django.db import migrations

TABLES = "accounts_secondfactor, accounts_recoverycode"
_APART = f"""
REVOKE ALL ON {TABLES} FROM app;
GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO office, worker;
"""
_TOGETHER = f"""
REVOKE ALL ON {TABLES} FROM office, worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO app;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_only_confirmed")]
    operations = [migrations.RunSQL(_APART, _TOGETHER)]
