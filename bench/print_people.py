"""python -m bench.print_people RUN COUNT: so many pupils of one site, with forms and photos of their own.

Apart from `bench.print_class`, which prints them and whose memory is measured: a worker draws no faces.
"""

import sys
from dataclasses import replace

import django

django.setup()  # before the models below

from baoming.audit.actors import Actor, Party  # noqa: E402
from baoming.organizations.models import Organization  # noqa: E402
from baoming.organizations.services import add_site  # noqa: E402
from baoming.photos.preparing import prepare  # noqa: E402
from baoming.photos.standard import PhotoProfile  # noqa: E402
from baoming.reviews.services import assess_morals  # noqa: E402
from baoming.schedule.services import go_to_phase  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from bench.print_class import COUNTY, FIRST_SITE, operator  # noqa: E402
from bench.saved import saved_pupils  # noqa: E402
from standins.faces import face  # noqa: E402
from standins.people import Person, people  # noqa: E402

_FACES = 10
_ROOM, _LIST = 1000, 200  # numbers for the pupils of one run; pupils of one list, whose numbers have their own area
_AREA = 990010
_PROVINCE = Actor(kind=Party.PROVINCE, id="", path="43/", label="测量")
_MORAL = "该生拥护中国共产党的领导，遵纪守法，尊敬师长，团结同学，学习刻苦，思想品德考核合格。"


def main() -> None:
    run, count = int(sys.argv[1]), int(sys.argv[2])
    season = Season.objects.get(kind="demo")
    go_to_phase(season, "confirmation", by=_PROVINCE)
    county = Organization.objects.get(level=Organization.Level.COUNTY, code=COUNTY)
    site = add_site(county, code=str(FIRST_SITE + run), name=f"测量{run}中学报名点", phone="", address="")
    photos = [prepare(face(place), PhotoProfile()).jpeg for place in range(_FACES)]
    pupils = [one for start in range(0, count, _LIST) for one in _listed(run, start, min(_LIST, count - start))]
    first = int(COUNTY) * 10_000 + 5_000 + run * _ROOM
    for row in saved_pupils(site, pupils, photos, first=first, season=season):
        assess_morals(row.pk, qualified=True, text=f"{row.name}：{_MORAL}", by=operator(site))


def _listed(run: int, start: int, count: int) -> list[Person]:
    """Return pupils with documents and roll numbers that no other run has, and no other list of this one."""
    area = str(_AREA + run * (_ROOM // _LIST) + start // _LIST)
    pupils = people(count, seed=int(area), area=area)
    return [replace(one, roll_number=f"G{one.number[:17]}0") for one in pupils]


if __name__ == "__main__":
    main()
