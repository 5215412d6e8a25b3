"""python -m bench.print_class people RUN COUNT | print RUN COUNT: so many pupils of one site, and their sheets.

`people` makes them, with forms and photos of their own. `print` prints them all as the worker does, one job
after another in this process, and prints JSON: wall and CPU seconds from the order to the last file kept, the most
memory that the process that lays the sheets out, and this one, held, and the most that both held at one moment.
"""

import json
import resource
import sys
import time
from dataclasses import replace
from uuid import uuid4

import django

django.setup()  # before the models below

from django.utils import timezone  # noqa: E402

from baoming.audit.actors import Actor, Party  # noqa: E402
from baoming.documents.models import PrintFile  # noqa: E402
from baoming.organizations.models import Organization, Staff  # noqa: E402
from baoming.organizations.roles import Role  # noqa: E402
from baoming.organizations.services import add_site, add_staff  # noqa: E402
from baoming.photos.standard import PhotoProfile, prepare  # noqa: E402
from baoming.registrations.models import Registration  # noqa: E402
from baoming.reviews.services import assess_morals  # noqa: E402
from baoming.reviews.services.class_prints import print_class  # noqa: E402
from baoming.reviews.tasks import make_print_file, run_batch  # noqa: E402
from baoming.schedule.services import go_to_phase  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from bench.memory import peak  # noqa: E402
from bench.saved import saved_pupils  # noqa: E402
from standins.faces import face  # noqa: E402
from standins.people import Person, people  # noqa: E402

_FACES = 10
_ROOM, _LIST = 1000, 200  # numbers for the pupils of one run; pupils of one list, whose numbers have their own area
_COUNTY, _FIRST_SITE, _AREA = "0112", 60, 990010  # a county where nobody else is measured
_PROVINCE = Actor(kind=Party.PROVINCE, id="", path="43/", label="测量")
_MORAL = "该生拥护中国共产党的领导，遵纪守法，尊敬师长，团结同学，学习刻苦，思想品德考核合格。"


def main() -> None:
    what, run, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if what == "people":
        _make(run, count)
    else:
        print(json.dumps(_print(run, count)))


def _make(run: int, count: int) -> None:
    season = Season.objects.get(kind="demo")
    go_to_phase(season, "confirmation", by=_PROVINCE)
    county = Organization.objects.get(level=Organization.Level.COUNTY, code=_COUNTY)
    site = add_site(county, code=str(_FIRST_SITE + run), name=f"测量{run}中学报名点", phone="", address="")
    photos = [prepare(face(place), PhotoProfile()).jpeg for place in range(_FACES)]
    pupils = [one for start in range(0, count, _LIST) for one in _listed(run, start, min(_LIST, count - start))]
    first = int(_COUNTY) * 10_000 + 5_000 + run * _ROOM
    for row in saved_pupils(site, pupils, photos, first=first, season=season):
        assess_morals(row.pk, qualified=True, text=f"{row.name}：{_MORAL}", by=_operator(site))


def _print(run: int, count: int) -> dict[str, float]:
    season = Season.objects.get(kind="demo")
    site = Organization.objects.get(code=str(_FIRST_SITE + run), parent__code=_COUNTY)
    ids = list(Registration.objects.filter(site=site).values_list("pk", flat=True))
    start, before = time.monotonic(), _cpu()
    with peak() as most:
        batch = print_class(season, ids, key=uuid4(), about="高三（1）班", by=_operator(site))
        run_batch(str(batch.pk))
        for file in PrintFile.objects.filter(batch=batch.pk).order_by("part"):
            make_print_file(str(file.pk))
    seconds, cpu = time.monotonic() - start, _cpu() - before
    made = list(PrintFile.objects.filter(batch=batch.pk, made_at__lte=timezone.now()))
    if sum(file.print_set.count() for file in made) != count:
        raise SystemExit(f"not all of {count} sheets were printed")
    here, apart = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": seconds, "cpu": cpu, "here_mb": here, "apart_mb": apart, "most_mb": most.mb, "files": len(made)}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _listed(run: int, start: int, count: int) -> list[Person]:
    """Return pupils with documents and roll numbers that no other run has, and no other list of this one."""
    area = str(_AREA + run * (_ROOM // _LIST) + start // _LIST)
    pupils = people(count, seed=int(area), area=area)
    return [replace(one, roll_number=f"G{one.number[:17]}0") for one in pupils]


def _operator(site: Organization) -> Actor:
    """Somebody with an account and the right: a batch asks for both again at each chunk."""
    known = Staff.objects.select_related("office").filter(path=site.path, role=Role.OPERATOR).first()
    return (known or add_staff(site, handle=_handle(site), name="测量", role=Role.OPERATOR, password=uuid4().hex)).actor


def _handle(site: Organization) -> str:
    return f"bench{site.path.replace('/', '')}"


if __name__ == "__main__":
    main()
