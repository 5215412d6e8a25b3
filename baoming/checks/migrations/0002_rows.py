"""Who sees what of the checks, and what of them can be changed: a line and an answer never (R30, R34)."""

from django.db import migrations

from baoming.shared.row_rules import in_area, of_person, of_seen, protect, unprotect

BATCH, FILE, LINE, RESULT, TALLY, MARKS, PAIR = (
    f"checks_{one}"
    for one in ("checkbatch", "checkfile", "checkline", "checkresult", "checktally", "marks", "alikepair")
)
RULES = {
    BATCH: in_area(),
    FILE: of_seen(FILE, "batch_id", BATCH),
    LINE: of_seen(LINE, "batch_id", BATCH),
    RESULT: of_person(RESULT),
    TALLY: in_area(),
    MARKS: of_person(MARKS),
    PAIR: in_area(),
}
CHANGES = {  # the columns that are written later; of lines and answers none
    BATCH: "state, decided_at, decided_by, decided_label, cursor, count, digest, made_at",
    FILE: "file",
    TALLY: "exported, match, mismatch, missing",
    MARKS: "keys",
    PAIR: "path, likes, state, reason, decided_at, decided_by, decided_label",
}
ALL = ", ".join(RULES)
FROZEN = f"REVOKE UPDATE, DELETE, TRUNCATE ON {ALL} FROM app;" + "".join(
    f"GRANT UPDATE ({columns}) ON {table} TO app;" for table, columns in CHANGES.items()
)


class Migration(migrations.Migration):
    dependencies = [("checks", "0001_initial"), ("reviews", "0009_upward")]
    operations = [
        *(migrations.RunSQL(protect(table, office=rule), unprotect(table)) for table, rule in RULES.items()),
        migrations.RunSQL(FROZEN, f"GRANT UPDATE, DELETE ON {ALL} TO app"),
    ]
