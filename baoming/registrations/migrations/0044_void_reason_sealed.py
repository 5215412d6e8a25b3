"""The plain reasons of voided numbers are gone: they were sealed in 0043. Nothing is released yet, so at once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registrations", "0043_seal_void_reason")]
    operations = [migrations.RemoveField("voidednumber", "reason")]
