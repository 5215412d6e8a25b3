"""What goes to registers and comes back (R24–R27, R34), and pairs of registrations that look alike (R6)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('registrations', '0035_system_checks'),
        ('reviews', '0009_upward'),
        ('seasons', '0003_pause'),
    ]

    operations = [
        migrations.CreateModel(
            name='MarkedUpTo',
            fields=[
                ('season', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='seasons.season')),
                ('before', models.BigIntegerField(default=0)),
                ('last', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='CheckBatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('path', models.CharField(db_collation='C', max_length=24)),
                ('area', models.CharField(db_collation='C', max_length=24)),
                ('again', models.BooleanField()),
                ('encoding', models.CharField(choices=[('utf-8-sig', 'UTF-8（带BOM）'), ('gb18030', 'GB18030')], max_length=10)),
                ('reason', models.CharField(max_length=100)),
                ('key', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=40)),
                ('asked_label', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('asked', '等第二人批准'), ('declined', '未批准'), ('making', '正在生成'), ('ready', '已生成')], default='asked', max_length=8)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(default='', max_length=40)),
                ('decided_label', models.CharField(default='', max_length=60)),
                ('cursor', models.CharField(db_collation='C', default='', max_length=24)),
                ('count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(default='', max_length=64)),
                ('made_at', models.DateTimeField(null=True)),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='seasons.season')),
            ],
        ),
        migrations.CreateModel(
            name='CheckFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('part', models.PositiveSmallIntegerField()),
                ('rows', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('file', models.CharField(max_length=80)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='checks.checkbatch')),
            ],
        ),
        migrations.CreateModel(
            name='CheckLine',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('county', models.CharField(db_collation='C', max_length=24)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='checks.checkbatch')),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registrations.registration')),
            ],
        ),
        migrations.CreateModel(
            name='CheckResult',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=10)),
                ('outcome', models.CharField(choices=[('match', '一致'), ('mismatch', '不一致'), ('missing', '查无')], max_length=8)),
                ('remark_sealed', models.TextField(default='')),
                ('finding', models.BinaryField(max_length=32)),
                ('told', models.CharField(default='', max_length=200)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=60)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='reviews.case')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='result', to='checks.checkline')),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registrations.registration')),
            ],
        ),
        migrations.CreateModel(
            name='CheckTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('path', models.CharField(db_collation='C', max_length=24)),
                ('exported', models.PositiveIntegerField(default=0)),
                ('match', models.PositiveIntegerField(default=0)),
                ('mismatch', models.PositiveIntegerField(default=0)),
                ('missing', models.PositiveIntegerField(default=0)),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='seasons.season')),
            ],
        ),
        migrations.CreateModel(
            name='Marks',
            fields=[
                ('registration', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='registrations.registration')),
                ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['keys'], name='marks_by_key')],
            },
        ),
        migrations.CreateModel(
            name='AlikePair',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('path', models.CharField(db_collation='C', max_length=24)),
                ('likes', models.JSONField()),
                ('found_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', '待核对'), ('apart', '不是同一人'), ('cased', '已转疑似重复报名')], default='open', max_length=5)),
                ('reason', models.CharField(default='', max_length=200)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(default='', max_length=40)),
                ('decided_label', models.CharField(default='', max_length=60)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='seasons.season')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
            ],
            options={
                'indexes': [models.Index(models.F('season'), models.F('path'), models.F('state'), models.F('found_at'), name='pair_by_path')],
                'constraints': [models.UniqueConstraint(models.F('first'), models.F('second'), name='pair_asked_once'), models.CheckConstraint(condition=models.Q(('first__lte', models.F('second'))), name='pair_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'apart'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='apart_says_why')],
            },
        ),
        migrations.AddIndex(
            model_name='checkbatch',
            index=models.Index(fields=['season', 'path', '-asked_at'], name='check_by_path'),
        ),
        migrations.AddConstraint(
            model_name='checkbatch',
            constraint=models.UniqueConstraint(models.F('asked_by'), models.F('key'), name='check_once_a_form'),
        ),
        migrations.AddConstraint(
            model_name='checkfile',
            constraint=models.UniqueConstraint(models.F('batch'), models.F('part'), name='check_part_once'),
        ),
        migrations.AddIndex(
            model_name='checkline',
            index=models.Index(models.F('registration'), name='check_line_by_person'),
        ),
        migrations.AddConstraint(
            model_name='checkline',
            constraint=models.UniqueConstraint(models.F('batch'), models.F('registration'), name='person_once_a_check'),
        ),
        migrations.AddIndex(
            model_name='checkresult',
            index=models.Index(models.F('registration'), models.F('kind'), name='check_result_by_person'),
        ),
        migrations.AddConstraint(
            model_name='checktally',
            constraint=models.UniqueConstraint(models.F('season'), models.F('kind'), models.F('path'), name='tally_of_a_county_once'),
        ),
    ]
