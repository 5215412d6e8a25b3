"""Files of prints are the office's that ordered them. (The prints themselves follow their person: registrations.)"""

from django.db import migrations

from baoming.shared.row_rules import in_area, protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_print_files")]
    operations = [
        migrations.RunSQL(protect("documents_printfile", office=in_area()), unprotect("documents_printfile")),
    ]
