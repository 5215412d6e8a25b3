"""Decisions are seen with the person they are about; a transfer also by the offices it leads from and to."""

from django.db import migrations

from baoming.shared.row_rules import in_area, of_person, of_seen, protect, unprotect

RULES = {
    **{f"reviews_{name}": {"both": of_person(f"reviews_{name}")} for name in (
        "eligibilityreview", "withdrawal", "moralassessment", "submission")},
    "reviews_transfer": {
        "office": f"{in_area('to_path')} OR {in_area('from_path')} OR {of_person('reviews_transfer')}",
        "candidate": of_person("reviews_transfer"),
    },
    "reviews_assessmentwithdrawal": {
        "both": of_seen("reviews_assessmentwithdrawal", "assessment_id", "reviews_moralassessment"),
    },
    "reviews_submissionwithdrawal": {
        "both": of_seen("reviews_submissionwithdrawal", "submission_id", "reviews_submission"),
    },
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_assessor"), ("registrations", "0014_rows")]
    operations = [
        migrations.RunSQL(protect(table, **rules), unprotect(table)) for table, rules in RULES.items()
    ]
