"""Signed pages as they come back from scanner and telephone (R20)."""
import django.db.models.deletion
import uuid
from django.db import migrations, models

from baoming.shared.row_rules import in_area, of_person, of_seen, protect, unprotect

_FILE, _PAGE = "registrations_scanfile", "registrations_scannedpage"
# A page goes with its person to another site; one that is nobody's stays where it was handed in.
_OF_PAGE = f"{of_seen(_PAGE, 'file_id', _FILE)} OR {of_person(_PAGE)}"

class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0021_name_parts'),
        ('seasons', '0003_pause'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScanFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('path', models.CharField(db_collation='C', max_length=24)),
                ('key', models.UUIDField()),
                ('place', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('by_id', models.CharField(max_length=40)),
                ('by_label', models.CharField(max_length=60)),
                ('file', models.CharField(default='', max_length=80)),
                ('pages', models.PositiveSmallIntegerField(null=True)),
                ('read', models.PositiveSmallIntegerField(default=0)),
                ('fault', models.CharField(default='', max_length=20)),
                ('done_at', models.DateTimeField(null=True)),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='seasons.season')),
            ],
        ),
        migrations.CreateModel(
            name='ScannedPage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('found', models.CharField(choices=[('matched', '已对上'), ('unreadable', '没有二维码或看不清'), ('several', '一页上有几张登记表'), ('forged', '二维码校验不符'), ('season', '不是本季的登记表'), ('elsewhere', '不是本报名点的登记表'), ('continued', '续页没有第一页'), ('twice', '同一页交了两次'), ('broken', '这一页打不开')], max_length=10)),
                ('print_id', models.UUIDField(null=True)),
                ('place', models.PositiveSmallIntegerField(default=1)),
                ('picture', models.CharField(default='', max_length=80)),
                ('sha256', models.CharField(default='', max_length=64)),
                ('kept_at', models.DateTimeField(null=True)),
                ('kept_by', models.CharField(default='', max_length=60)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='registrations.scanfile')),
                ('registration', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='registrations.registration')),
            ],
        ),
        migrations.AddIndex(
            model_name='scanfile',
            index=models.Index(models.F('season'), models.F('path'), models.F('at'), name='scan_file_by_path'),
        ),
        migrations.AddConstraint(
            model_name='scanfile',
            constraint=models.UniqueConstraint(models.F('path'), models.F('key'), models.F('place'), name='scan_file_once_a_form'),
        ),
        migrations.AddIndex(
            model_name='scannedpage',
            index=models.Index(models.F('print_id'), name='page_by_print'),
        ),
        migrations.AddConstraint(
            model_name='scannedpage',
            constraint=models.UniqueConstraint(models.F('file'), models.F('number'), name='page_once_a_file'),
        ),
        migrations.AddConstraint(
            model_name='scannedpage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('found', 'matched'), ('print_id__isnull', False), ('registration__isnull', False)), models.Q(('kept_at', None), ('picture', ''), ('print_id', None), ('registration', None), models.Q(('found', 'matched'), _negated=True)), _connector='OR'), name='page_is_whose_or_has_no_picture'),
        ),
        migrations.RunSQL(protect(_FILE, office=in_area()), unprotect(_FILE)),
        migrations.RunSQL(protect(_PAGE, office=_OF_PAGE), unprotect(_PAGE)),
    ]
