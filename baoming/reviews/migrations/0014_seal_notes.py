"""Notes from before 0013 are sealed with the installation's keys: those of acts go into what the act keeps already.

In a transaction that locks their rows alone. Going back opens the notes again.
"""

import json

from django.db import migrations

from baoming.vault.services import keys

ACT, REVIEW = "reviews_caseact.content_sealed.", "reviews_eligibilityreview.note_sealed."


def seal(apps, _):
    for act in apps.get_model("reviews", "CaseAct").objects.exclude(note="").iterator():
        keep(act, {**content_of(act), "note": act.note})
    for review in apps.get_model("reviews", "EligibilityReview").objects.exclude(note="").iterator():
        review.note_sealed = keys().seal(review.note.encode(), context=f"{REVIEW}{review.pk}")
        review.note = ""
        review.save(update_fields=["note", "note_sealed"])


def unseal(apps, _):
    for act in apps.get_model("reviews", "CaseAct").objects.exclude(content_sealed="").iterator():
        content = content_of(act)
        keep(act, content, note=content.pop("note", ""))
    for review in apps.get_model("reviews", "EligibilityReview").objects.exclude(note_sealed="").iterator():
        review.note = keys().unseal(review.note_sealed, context=f"{REVIEW}{review.pk}").decode()
        review.note_sealed = ""
        review.save(update_fields=["note", "note_sealed"])


def content_of(act):
    return json.loads(keys().unseal(act.content_sealed, context=f"{ACT}{act.pk}")) if act.content_sealed else {}


def keep(act, content, note=""):
    sealed = keys().seal(json.dumps(content).encode(), context=f"{ACT}{act.pk}") if content else ""
    act.content_sealed, act.note = sealed, note
    act.save(update_fields=["content_sealed", "note"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0013_notes")]
    operations = [migrations.RunPython(seal, unseal)]
