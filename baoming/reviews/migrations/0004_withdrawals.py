"""The site submits upward too; submissions and moral assessments are taken back by rows of their own, kept for ever."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0003_assessments_kept'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='level',
            field=models.CharField(choices=[('site', '报名点上报'), ('city', '市州终审上报')], default='city', max_length=4),
        ),
        migrations.CreateModel(
            name='AssessmentWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=60)),
                ('assessment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='reviews.moralassessment')),
            ],
        ),
        migrations.CreateModel(
            name='SubmissionWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=60)),
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='reviews.submission')),
            ],
        ),
        *(
            migrations.RunSQL(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON reviews_{table} FROM app",
                f"GRANT UPDATE, DELETE ON reviews_{table} TO app",
            )
            for table in ("assessmentwithdrawal", "submissionwithdrawal")
        ),
    ]
