"""Rows are seen within the scope of the transaction: a registration, what belongs to it, what belongs to a site.

Tables of lower packages that follow a person are protected here too: they know no registration.
"""

from django.db import migrations

from baoming.shared.row_rules import OWN, at_site, door, in_area, of_person, of_seen, protect, unprotect

OF_PERSON = (
    "steplog", "holdrow", "photo", "activation", "personcheck", "carduse", "draft", "formgroup", "formversion", "pledge",
    "signature", "restore", "savereset",
)  # fmt: skip
# A county that takes somebody in voids the number they bring along, which lies in another county's segment.
BROUGHT_ALONG = """EXISTS (SELECT FROM registrations_registration AS person
    WHERE person.number BETWEEN registrations_numbersegment.first AND registrations_numbersegment.last)"""
RULES = {
    "registrations_registration": {"office": in_area(), "candidate": OWN},
    **{f"registrations_{name}": {"both": of_person(f"registrations_{name}")} for name in OF_PERSON},
    "registrations_rosterentry": {"office": in_area(), "candidate": of_person("registrations_rosterentry")},
    "registrations_numbersegment": {"office": at_site("registrations_numbersegment"), "candidate": BROUGHT_ALONG},
    "registrations_voidednumber": {
        "office": f"{in_area()} OR {of_person('registrations_voidednumber')}",
        "candidate": of_person("registrations_voidednumber"),
    },
    "registrations_batch": {"office": in_area()},
    "registrations_alarmline": {"office": in_area(), "candidate": of_person("registrations_alarmline")},
    "registrations_batchline": {"office": of_seen("registrations_batchline", "batch_id", "registrations_batch")},
    "documents_print": {
        "office": f"{in_area()} OR {of_person('documents_print', 'subject')}",
        "candidate": of_person("documents_print", "subject"),
    },
    "accounts_phonecode": {"both": of_person("accounts_phonecode", "subject")},
    "schedule_extension": {"both": f"subject IS NULL OR {of_person('schedule_extension', 'subject')}"},
    # What is told of a person may be told in a transaction that does not see them: a notice, a search elsewhere.
    "outbox_message": {"both": of_person("outbox_message", "recipient"), "adding": "true"},
    "audit_event": {
        "office": f"{in_area()} OR {of_person('audit_event', 'subject')}",
        "candidate": of_person("audit_event", "subject"),
        "adding": "true",
    },
}
DOORS = {
    # One person in the whole province (R6): who types or reads a whole ID number learns whether it is registered.
    "registration_of_number": (
        "season_id bigint, number_blind bytea", "uuid",
        "SELECT r.id FROM registrations_registration AS r WHERE r.season_id = $1 AND r.number_blind = $2",
    ),
    # Who holds a printed sheet learns whether it still counts (R20): the code's signature is checked before.
    "subjects_of_prints": (
        "first uuid, last uuid", "SETOF uuid",
        "SELECT p.subject FROM documents_print AS p WHERE p.id >= $1 AND p.id <= $2",
    ),
}  # fmt: skip


# Who seals and who verifies sees every event.
SEALED = "CREATE POLICY sealing ON audit_event FOR SELECT TO audit_writer, audit_reader USING (true)"


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0013_bursts"),
        ("accounts", "0004_recovery"),
        ("audit", "0003_sealed"),
        ("documents", "0002_print_files"),
        ("outbox", "0003_announcements"),
        ("schedule", "0001_initial"),
    ]
    operations = [
        *(migrations.RunSQL(protect(table, **rules), unprotect(table)) for table, rules in RULES.items()),
        migrations.RunSQL(SEALED, "DROP POLICY sealing ON audit_event"),
        *(
            migrations.RunSQL(door(name, arguments, answer, question), f"DROP FUNCTION {name}({arguments})")
            for name, (arguments, answer, question) in DOORS.items()
        ),
    ]
