"""python -m bench.print_class RUN COUNT: the sheets of the pupils that `bench.print_people RUN COUNT` made.

Prints them all as the worker does, one job after another in this process, and prints JSON: wall and CPU seconds from
the order to the last file kept, the most memory that the process that lays the sheets out, and this one, held, and
the most that both held at one moment.
"""

import json
import resource
import sys
import time
from uuid import uuid4

import django

django.setup()  # before the models below

from django.utils import timezone  # noqa: E402

from baoming.audit.actors import Actor  # noqa: E402
from baoming.documents.models import PrintFile  # noqa: E402
from baoming.organizations.models import Organization, Staff  # noqa: E402
from baoming.organizations.roles import Role  # noqa: E402
from baoming.organizations.services import add_staff  # noqa: E402
from baoming.registrations.models import Registration  # noqa: E402
from baoming.reviews.services.class_prints import print_class  # noqa: E402
from baoming.reviews.tasks import make_print_file, run_batch  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from bench.memory import peak  # noqa: E402

COUNTY, FIRST_SITE = "0112", 60  # a county where nobody else is measured


def main() -> None:
    print(json.dumps(_print(int(sys.argv[1]), int(sys.argv[2]))))


def _print(run: int, count: int) -> dict[str, float]:
    season = Season.objects.get(kind="demo")
    site = Organization.objects.get(code=str(FIRST_SITE + run), parent__code=COUNTY)
    ids = list(Registration.objects.filter(site=site).values_list("pk", flat=True))
    start, before = time.monotonic(), _cpu()
    with peak() as most:
        batch = print_class(season, ids, key=uuid4(), about="高三（1）班", by=operator(site))
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


def operator(site: Organization) -> Actor:
    """Somebody with an account and the right: a batch asks for both again at each chunk."""
    known = Staff.objects.select_related("office").filter(path=site.path, role=Role.OPERATOR).first()
    return (known or add_staff(site, handle=_handle(site), name="测量", role=Role.OPERATOR, password=uuid4().hex)).actor


def _handle(site: Organization) -> str:
    return f"bench{site.path.replace('/', '')}"


if __name__ == "__main__":
    main()
