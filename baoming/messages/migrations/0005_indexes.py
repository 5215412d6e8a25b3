"""What is unread, and what waits to be handed over, is counted without a look at every message there was."""

from django.db import migrations, models

from baoming.shared.indexes import BuildIndex

UNREAD = models.Index("recipient", condition=models.Q(read_at__isnull=True), name="unread_messages")
QUEUED = models.Index("at", condition=models.Q(state="queued"), name="queued_messages")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outbox", "0004_delivery")]
    operations = [BuildIndex("message", UNREAD), BuildIndex("message", QUEUED)]
