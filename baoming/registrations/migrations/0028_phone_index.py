"""Who has a phone is found through an index, built while the table is in use."""

from django.db import migrations, models

from baoming.shared.indexes import BuildIndex

INDEX = models.Index("phone_blind", name="registration_by_phone", condition=models.Q(phone_blind__isnull=False))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0027_shared_phones")]
    operations = [BuildIndex("registration", INDEX)]
