"""A number that is asked for twice at a site is seen; a request that nobody used is over by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0019_form_of_version")]
    operations = [
        migrations.AddField("phonereset", "phone_blind", models.BinaryField(max_length=32, null=True)),
        migrations.AddIndex("phonereset", models.Index("phone_blind", name="phone_reset_by_number")),
        migrations.AlterField(
            "phonereset",
            "outcome",
            models.CharField(
                choices=[("", "办理中"), ("bound", "已绑定新手机"), ("cancelled", "已取消"), ("lapsed", "已过期")],
                default="",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            "savereset",
            "outcome",
            models.CharField(
                choices=[("", "办理中"), ("set", "已设新密码"), ("cancelled", "已取消"), ("lapsed", "已过期")],
                default="",
                max_length=9,
            ),
        ),
    ]
