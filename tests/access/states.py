"""States of the office portal beside the world of the matrix: decisions, a photo in doubt, long names, nobody yet."""

from collections.abc import Iterator

from django.db import transaction
from django.test import Client
from django.urls import reverse

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.services.photos import take_photo
from tests import factories as make
from tests.access.pages import Shown, seen
from tests.audit.acts.desk import unmatched
from tests.audit.acts.register import of
from tests.matrix.asking import LINES
from tests.matrix.tables import LISTS
from tests.registrations import classes
from tests.registrations.test_pass_photo import RED
from tests.reviews import files
from tests.web.conftest import signed_in

LONG = "阿卜杜热西提·买买提吐尔逊·" * 3 + "艾则孜"  # 42 characters, and no space in it
_LEVELS = {"site": Role.OPERATOR, "county": Role.COUNTY, "city": Role.CITY, "province": Role.PROVINCE}


def of_states() -> list[Shown]:
    """Pages of the states below, each built and undone."""
    found: list[Shown] = []
    for pages in (*(_decided(name) for name in files.BUILD), _photo_in_doubt(), _typed(), _long_names(), _nobody_yet()):
        with transaction.atomic():
            found += pages
            transaction.set_rollback(True)
    return found


def _decided(name: str) -> Iterator[Shown]:
    row = files.BUILD[name]()
    for role in (Role.OPERATOR, Role.COUNTY, Role.CITY):
        yield from seen("office", "candidate", f"{name} by {role}", of(row, role).get(f"/candidates/{row.pk}/"))
    yield from seen("office", "desk_file", name, of(row).get(f"/desk/{row.pk}/"))


def _photo_in_doubt() -> Iterator[Shown]:
    row = files.passed()
    take_photo(row.pk, RED, by=files.site(row), source="camera")
    for place in ("", "photo/", "photo/pass/"):
        client, address = of(row), f"/desk/{row.pk}/{place}"
        yield from seen(
            "office", "desk_file", f"photo in doubt, {place}", client.post(address) if place else client.get(address)
        )


def _typed() -> Iterator[Shown]:
    """Whom the registers know by another name: what the desk does, and what it corrects."""
    row = unmatched()
    yield from seen("office", "desk_file", "typed, not matched", of(row).get(f"/desk/{row.pk}/"))
    yield from seen("office", "desk_check", "typed, not matched", of(row).get(f"/desk/{row.pk}/check/"))


def _long_names() -> Iterator[Shown]:
    make.season("confirmation")
    site = make.site()
    rows = [classes.pupil(site, name=LONG, stage=stage) for stage in ("saved", "printed", "signed")]
    classes.expected(site, name=LONG)
    client = signed_in(Client(), make.staff(site))
    of_class = f"/classes/{site.pk}/class/"
    acts = [f"{of_class}{kind}/" for kind in ("class_print", "signature", "moral", "submission")]
    places = ["/", "/candidates/", f"/candidates/{rows[0].pk}/", f"/desk/{rows[0].pk}/", "/desk/", "/photos/", of_class]
    for place in (*places, *acts):
        answer = client.get(place, {"name": classes.CLASS} if place.startswith(of_class) else {})
        yield from seen(
            "office", place.strip("/").partition("/")[0] or "today", f"long names, {place[-20:]}", answer, long=True
        )


def _nobody_yet() -> Iterator[Shown]:
    make.season("intake")
    offices = {"site": make.site(), "county": make.county()}
    offices |= {level: Organization.objects.filter(level=level).first() for level in ("city", "province")}
    for level, role in _LEVELS.items():
        client = signed_in(Client(), make.staff(offices[level], role))
        for line in LINES:
            if "GET" in line.methods and role in line.roles and line.about in LISTS and "/" not in line.key:
                yield from seen(
                    "office", line.route, f"nobody yet, by {role}", client.get(reverse(f"office:{line.route}"))
                )
