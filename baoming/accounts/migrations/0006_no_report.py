"""Who counts and reports has no use for what people sign in with."""

from django.db import migrations

TABLES = (
    "accounts_account, accounts_session, accounts_device, accounts_phonecode, accounts_bucket, accounts_request, "
    "accounts_invitation"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_invitations")]
    operations = [
        migrations.RunSQL(f"REVOKE ALL ON {TABLES} FROM report", f"GRANT SELECT ON {TABLES} TO report"),
    ]
