"""Load the demo season with two counties, one site each, and staff of every role. Refused outside a demo."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from baoming.audit.actors import SYSTEM
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.organizations.services import add_site, add_staff
from baoming.schedule.services import go_to_phase
from baoming.web.management.commands.load_season import load

PASSWORD = "yanshi-2023"  # noqa: S105  of the demo's staff: printed at start, worth nothing elsewhere
SECRET = "BAOMINGYANSHIBAOMINGYANSHI234567"  # noqa: S105  of their authenticators: one for all, printed at start too
PIN = "385217"  # of their desks
SITES = (
    ("0102", "01", "芙蓉一中报名点", "0731-00000102", "芙蓉区演示路1号"),
    ("0103", "01", "天心一中报名点", "0731-00000103", "天心区演示路1号"),
)
STAFF = (  # handle, name, role, path of the office
    ("zhoumin", "周敏", Role.OPERATOR, "43/01/02/01/"),
    ("wangxiulan", "王秀兰", Role.COUNTY, "43/01/02/"),
    ("liuyang", "刘洋", Role.OPERATOR, "43/01/03/01/"),
    ("chenhong", "陈红", Role.COUNTY, "43/01/03/"),
    ("zhangli", "张莉", Role.CITY, "43/01/"),
    ("heping", "何平", Role.CITY, "43/01/"),  # the second of two, where an act needs them
    ("hezhiyuan", "何志远", Role.PROVINCE, "43/"),
    ("liqiang", "李强", Role.TEACHER, "43/01/02/01/"),
    ("tanlei", "谭磊", Role.SYSTEM_ADMIN, "43/"),
    ("jiangyue", "蒋玥", Role.SECURITY_ADMIN, "43/"),
    ("kuangrui", "邝锐", Role.AUDIT_ADMIN, "43/"),
)


class Command(BaseCommand):
    help = "Load the demo season; safe to repeat, the season's clock stays where it is."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("BAOMING_DEMO is not set: demo accounts have known passwords")
        season = load("43", 2023, settings.DEMO_KIND)
        for county, code, name, phone, address in SITES:
            office = Organization.objects.get(level=Organization.Level.COUNTY, code=county)
            Organization.objects.filter(pk=office.pk).update(phone=f"0731-0009{county}")
            add_site(office, code=code, name=name, phone=phone, address=address)
        for handle, name, role, path in STAFF:
            office = Organization.objects.get(path=path)
            add_staff(office, handle=handle, name=name, role=role, password=PASSWORD, secret=SECRET, pin=PIN)
        if season.clock_offset is None:
            go_to_phase(season, "intake", by=SYSTEM)
