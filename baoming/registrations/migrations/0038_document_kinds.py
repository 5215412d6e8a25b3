"""Documents of other kinds (R24): their kind in the open, and the number that one person has over several of them."""

from django.db import migrations, models

from baoming.shared.row_rules import reopened

KINDS = [
    ("resident", "居民身份证"),
    ("hm_permit", "港澳居民来往内地通行证"),
    ("tw_permit", "台湾居民来往大陆通行证"),
    ("residence", "港澳台居民居住证"),
    ("foreign", "外国人永久居留身份证"),
]
READINGS = [("card", "二代证机读"), ("typed", "手工录入"), ("chip", "证件机读"), ("seen", "看原件录入")]
ARGUMENTS = "season_id bigint, number_blind bytea"
BY_NUMBER = "SELECT r.id FROM registrations_registration AS r WHERE r.season_id = $1 AND r.number_blind = $2"
# Two searches and not an OR: each is one step down its own index.
BY_EITHER = f"""{BY_NUMBER} UNION ALL
    SELECT r.id FROM registrations_registration AS r WHERE r.season_id = $1 AND r.lifelong_blind = $2 LIMIT 1"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0037_network_number")]
    operations = [
        migrations.AddField(
            "registration",
            "document_kind",
            models.CharField(choices=KINDS, db_default="resident", default="resident", max_length=9),
        ),
        migrations.AddField("registration", "lifelong_blind", models.BinaryField(max_length=32, null=True)),
        migrations.AlterField("registration", "reading", models.CharField(choices=READINGS, max_length=5)),
        migrations.RunSQL(
            reopened("registration_of_number", ARGUMENTS, "uuid", BY_EITHER),
            reopened("registration_of_number", ARGUMENTS, "uuid", BY_NUMBER),
        ),
    ]
