"""More time is asked for and decided by two persons: the requests, who sees them, and how long at most."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from baoming.shared.row_rules import in_area, protect, unprotect

TABLE = "schedule_extensionrequest"


class Migration(migrations.Migration):

    dependencies = [
        ('schedule', '0001_initial'),
        ('seasons', '0003_pause'),
    ]

    operations = [
        migrations.AddField(
            model_name='phase',
            name='extension_days',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='ExtensionRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('phase', models.CharField(max_length=24)),
                ('scope', models.CharField(choices=[('person', '一名考生'), ('class', '一个班'), ('site', '一个报名点'), ('county', '一个县（市、区）'), ('city', '一个市（州）')], max_length=8)),
                ('path', models.CharField(db_collation='C', max_length=24)),
                ('class_name', models.CharField(default='', max_length=40)),
                ('subject', models.UUIDField(null=True)),
                ('opens', models.DateTimeField(null=True)),
                ('closes', models.DateTimeField()),
                ('reason', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('asked', '等决定'), ('granted', '已批准'), ('declined', '没有批准'), ('ended', '已提前结束')], default='asked', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=40)),
                ('asked_label', models.CharField(max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(default='', max_length=40)),
                ('decided_label', models.CharField(default='', max_length=60)),
                ('ends', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='schedule.extensionrequest')),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='seasons.season')),
            ],
        ),
        migrations.AddField(
            model_name='extension',
            name='request',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='schedule.extensionrequest'),
        ),
        migrations.AddIndex(
            model_name='extensionrequest',
            index=models.Index(models.F('season'), models.F('path'), name='extension_request_by_path'),
        ),
        migrations.AddConstraint(
            model_name='extensionrequest',
            constraint=models.UniqueConstraint(models.F('ends'), condition=models.Q(('state', 'asked')), name='one_end_asked_at_a_time'),
        ),
        migrations.RunSQL(protect(TABLE, office=in_area()), unprotect(TABLE)),
    ]
