"""States of the office portal beside the world of the matrix: decisions, a photo in doubt, long names, nobody yet."""

from collections.abc import Iterator

from django.db import transaction
from django.test import Client
from django.urls import reverse

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.services.photos import take_photo
from baoming.reviews.case_queries import TABS, kinds_of
from baoming.reviews.cases import Act
from tests import factories as make
from tests.access.pages import Shown, seen
from tests.audit.acts import cases
from tests.audit.acts.desk import unmatched
from tests.audit.acts.register import of
from tests.matrix.asking import LINES
from tests.matrix.tables import LISTS
from tests.registrations import absent, classes
from tests.registrations.test_pass_photo import RED
from tests.registrations.test_save_form import me
from tests.reviews import asking, files
from tests.web.conftest import signed_in

LONG = "阿卜杜热西提·买买提吐尔逊·" * 3 + "艾则孜"  # 42 characters, and no space in it
_LEVELS = {"site": Role.OPERATOR, "county": Role.COUNTY, "city": Role.CITY, "province": Role.PROVINCE}


def of_states() -> list[Shown]:
    """Pages of the states below, each built and undone."""
    found: list[Shown] = []
    decided = [_decided(name) for name in files.BUILD]
    for pages in (*decided, _cases(), _photo_in_doubt(), _typed(), _away(), _long_names(), _nobody_yet()):
        with transaction.atomic():
            found += pages
            transaction.set_rollback(True)
    return found


def _decided(name: str) -> Iterator[Shown]:
    row = files.BUILD[name]()
    for role in (Role.OPERATOR, Role.COUNTY, Role.CITY):
        yield from seen("office", "candidate", f"{name} by {role}", of(row, role).get(f"/candidates/{row.pk}/"))
    yield from seen("office", "desk_file", name, of(row).get(f"/desk/{row.pk}/"))


def _cases() -> Iterator[Shown]:
    """Each state of a case by each office that it concerns, refusals, and what opens kinds that show more."""
    row, asked = cases.given_back(by="site")
    clerks = {role: of(row, role) for role in (Role.OPERATOR, Role.COUNTY, Role.CITY)}
    clerks[Role.PROVINCE] = signed_in(Client(), make.staff(Organization.objects.get(path="43/"), Role.PROVINCE))
    accommodation = asking.asked(row, "accommodation")
    stages = {
        "waits at the site": lambda: None,
        "waits at the city": lambda: asking.do(accommodation, Act.FORWARD, files.office(row, "site")),
        "decided": lambda: cases.refuse_assessed(accommodation, row),
        "received": lambda: asking.do(accommodation, Act.RECEIVE, me(row)),
    }
    for stage, come_there in stages.items():
        come_there()
        accommodation.refresh_from_db()
        for role, client in clerks.items():
            place = f"/cases/{accommodation.pk}/"
            yield from seen("office", "case", f"{stage}, by {role}", client.get(place))
            sent = {"act": Act.RETURN, "seen": str(accommodation.newest)}
            yield from seen("office", "case_act", f"{stage}, by {role}", client.post(f"{place}act/", sent))
    for role, client in clerks.items():
        yield from seen("office", "case", f"given back, by {role}", client.get(f"/cases/{asked.pk}/"))
        for tab in TABS:
            yield from seen("office", "cases", f"{tab}, by {role}", client.get("/cases/", {"tab": tab}))
    asking.redraft(row)
    for kind in kinds_of(row.season):
        for role in (Role.OPERATOR, Role.COUNTY):
            place = f"/candidates/{row.pk}/cases/{kind}/"
            yield from seen("office", "case_new", f"{kind} by {role}", clerks[role].get(place))
            yield from seen("office", "case_new", f"{kind} by {role}, empty", clerks[role].post(place))


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


def _away() -> Iterator[Shown]:
    """Who cannot come: nothing sent yet, a code out, a photo that came with a fault, and the slip to be given."""
    row = absent.away()
    client, address = of(row), f"/desk/{row.pk}/absent/"
    yield from seen("office", "desk_absent", "nothing sent", client.get(address))
    absent.issued(row)
    yield from seen("office", "desk_absent", "a code out", client.get(address))
    absent.handed(row, picture=RED)
    yield from seen("office", "desk_absent", "a photo came", client.get(address))
    yield from seen("office", "desk", "a photo came", client.get("/desk/"))
    yield from seen(
        "office", "desk_absent", "returned without a reason", client.post(address, absent.sent("return", row))
    )
    absent.numbered(row)
    yield from seen("office", "desk_absent", "slip", client.get(address))
    yield from seen("office", "desk_absent", "slip to nobody", client.post(address, {"act": "guardian"}))


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
