"""Pictures of papers, the household booklet and declarations (R13), and their rules.

The index of the booklets' states is built later (0026), without locking anybody out.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from baoming.shared.row_rules import of_person, protect, unprotect

TABLES = [f"registrations_{name}" for name in ("evidence", "householdcheck", "declaration")]


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0008_codes_shown'),
        ('registrations', '0022_scans'),
        ('seasons', '0003_pause'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('kinds', models.JSONField()),
                ('pictures', models.JSONField()),
                ('consent', models.CharField(default='', max_length=20)),
                ('at', models.DateTimeField()),
                ('newest', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('file', models.CharField(max_length=80)),
                ('sha256', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('consent', models.CharField(max_length=20)),
                ('current', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='HouseholdCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matched', models.BooleanField()),
                ('reason', models.CharField(default='', max_length=20)),
                ('version', models.PositiveIntegerField()),
                ('pictures', models.JSONField()),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=60)),
            ],
        ),
        migrations.AddField(
            model_name='registration',
            name='household_state',
            field=models.CharField(choices=[('', '还没有上传'), ('waiting', '等报名点核对'), ('matched', '相符'), ('returned', '不相符，已退回')], db_default='', default='', max_length=8, verbose_name='户口簿'),
        ),
        migrations.AddField(
            model_name='declaration',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registrations.registration'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registrations.registration'),
        ),
        migrations.AddField(
            model_name='householdcheck',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registrations.registration'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.UniqueConstraint(models.F('registration'), models.F('number'), name='declaration_number'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.UniqueConstraint(models.F('registration'), condition=models.Q(('newest', True)), name='one_newest_declaration'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(models.F('registration'), models.F('purpose'), condition=models.Q(('current', True)), name='one_current_picture_of_a_paper'),
        ),
        migrations.AddConstraint(
            model_name='householdcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('matched', True), ('reason', '')), models.Q(('matched', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='household_mismatch_says_why'),
        ),
        *(migrations.RunSQL(protect(table, both=of_person(table)), unprotect(table)) for table in TABLES),
    ]
