"""Orders are seen with their person, whichever site they were paid at; a notice of the gateway opens one door."""

from django.db import migrations

from baoming.shared.row_rules import door, of_person, of_seen, protect, unprotect

RULES = {
    "payments_order": of_person("payments_order"),
    "payments_notice": of_seen("payments_notice", "order_id", "payments_order"),
}
ORDER = ("text", "uuid", "SELECT o.registration_id FROM payments_order AS o WHERE o.number = $1")


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_sweep"), ("registrations", "0014_rows")]
    operations = [
        *(migrations.RunSQL(protect(table, both=rule), unprotect(table)) for table, rule in RULES.items()),
        migrations.RunSQL(door("person_of_order", *ORDER), "DROP FUNCTION person_of_order(text)"),
    ]
