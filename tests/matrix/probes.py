"""What the portals show and do, as lines that can be laid beside those of another time: pages, answers, writes.

The world is asked by those whose own area or own person it is; everybody else in it must make no difference.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from types import CodeType, FrameType
from uuid import UUID

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from baoming.accounts.models import Bucket
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import form_of
from baoming.registrations.models import Evidence, Registration
from baoming.reviews.models import Case
from tests.matrix import narrowings
from tests.matrix.asking import LINES, address, said
from tests.matrix.effects import effects_of
from tests.matrix.own_acts import Act
from tests.matrix.tables import Line, table
from tests.matrix.world import World
from tests.web.conftest import signed_in

AREAS = (Role.TEACHER, Role.OPERATOR, Role.COUNTY, Role.CITY)  # who has somebody else beside them
_CHOSEN = ("/candidates/?county=0203", "/classes/?county=0203")  # of another city
_NEAR_AND_FAR = ("own", "same county", "same city", "other season")
_TOKENS = r'(?<=name="csrfmiddlewaretoken" value=")[^"]+|(?<=nonce=")[^"]+|(?<=seen=)[^"&]+'
_CHANCE = re.compile(rf"{_TOKENS}|(?<![0-9])[0-9]{{1,2}}:[0-9]{{2}}(?![0-9])")  # and clocks


@dataclass
class Probe:
    """One question, and what it is answered while nothing is taken away."""

    name: str
    portal: str
    ask: Callable[[], list[str]]
    lines: list[str] = field(default_factory=list)
    chance: set[int] = field(default_factory=set)  # lines that are never twice the same
    passes: set[CodeType] = field(default_factory=set)

    def answer(self) -> list[str]:
        Bucket.objects.all().delete()
        with override_settings(PORTAL=self.portal, ROOT_URLCONF=f"baoming.config.urls_{self.portal}"):
            try:
                return self.ask()
            except Exception as defect:
                return [f"defect {type(defect).__name__}"]

    def learn(self, codes: Collection[CodeType] = ()) -> None:
        """Ask twice; note through which of these functions the answer comes."""
        narrowings.forget()
        with passing(codes) as self.passes:
            self.lines = self.answer()
        again = self.answer()
        assert len(again) == len(self.lines), self.name
        self.chance = {place for place, both in enumerate(zip(self.lines, again, strict=True)) if both[0] != both[1]}

    def differs(self) -> str:
        """Return the first line that is not as it was, else nothing."""
        lines = self.answer()
        if len(lines) != len(self.lines):
            return lines[0] if len(lines) == 1 else f"{len(lines)} lines, not {len(self.lines)}"
        both = enumerate(zip(lines, self.lines, strict=True))
        return next((new or "-" for place, (new, old) in both if new != old and place not in self.chance), "")


@contextmanager
def passing(codes: Collection[CodeType]) -> Iterator[set[CodeType]]:
    """Note which of these functions run meanwhile."""
    found: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in codes:
            found.add(frame.f_code)

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def changed(probes: list[Probe]) -> list[str]:
    """Return what is answered otherwise than before."""
    return [f"{probe.name}: {found[:150]}" for probe in probes if (found := probe.differs())]


def of_offices(world: World) -> Iterator[Probe]:
    """Every page of a role about its own, whole; and whether what lies elsewhere is found."""
    for role in AREAS:
        client = signed_in(Client(), world.staff[role])
        for place in _CHOSEN if role is Role.CITY else ():
            yield Probe(f"GET {place} by {role}", "office", _page(client, place, None))
        for line, relation in product(LINES, _NEAR_AND_FAR):
            if role not in line.roles:
                continue
            for method in line.methods:
                name = f"{method} {line.key} by {role}, {relation}"
                if relation == "own" and method != "HEAD":
                    place, body = address(line, world.targets["own"]), _body(line, world)
                    yield Probe(name, "office", _page(client, place, body if method == "POST" else None))
                elif line.about != "list":
                    case = (line, method, role, relation)
                    yield Probe(name, "office", lambda client=client, case=case: [said(client, world, case)])


def _body(line: Line, world: World) -> dict[str, str]:
    """What is sent: of the own, and where a place is chosen, one that lies elsewhere."""
    near, far = world.targets["own"], world.targets["other city"].person
    own = {"find": {"wanted": near.person.name}}
    there = {"transfer": {"site": str(far.site_id)}, "segments_reassign": {"to": str(far.site_id)}}
    return {**own, **there}.get(line.key, {}) | near.body(line)


def of_candidates(acts: list[Act]) -> Iterator[Probe]:
    """Every page of somebody's own, and everything that each act writes."""
    people = {act.person.pk: act.person for act in acts if act.signed_in}
    for row in people.values():
        client = Client()
        assert row.account
        with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
            client.force_login(row.account)
        for place in own_pages(row):
            yield Probe(f"GET {place} at {row.done}", "candidate", _page(client, place, None))
    for act in acts:
        yield Probe(act.name, "candidate", lambda act=act: _written(act))


def own_pages(row: Registration) -> Iterator[str]:
    yield from (f"/form/{page.key}" for page in form_of(row.season).pages)
    for line in table("candidate.tsv"):
        if line["who"] == "own" and "GET" in line["methods"].split() and line["route"] != "form_page":
            ids = _ids(line["route"], row)
            yield reverse(f"candidate:{line['route']}", urlconf="baoming.config.urls_candidate", kwargs=ids)


def _ids(route: str, row: Registration) -> dict[str, object]:
    """Return what stands in the address: of the own case, and of a paper that is somebody else's."""
    case = Case.objects.filter(registration=row).order_by("opened_at", "pk").first()
    paper = Evidence.objects.filter(current=True).exclude(registration=row).order_by("pk").first()
    return {
        "version": {"no": 1},
        "evidence": {"key": str(paper.pk) if paper else "household-first"},
        "request_new": {"kind": "accommodation"},
        "request_notice": {"case_id": case.pk if case else UUID(int=1)},
        "request": {"case_id": case.pk if case else UUID(int=1)},
    }.get(route, {})


def _page(client: Client, place: str, body: dict[str, str] | None) -> Callable[[], list[str]]:
    def ask() -> list[str]:
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.get(place) if body is None else client.post(place, body)
            transaction.set_rollback(True)
        client.cookies = cookies
        return [f"{answer.status_code} {answer.headers.get('Location', '')}", *_text(answer)]

    return ask


def _text(answer: HttpResponseBase) -> list[str]:
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    return _CHANCE.sub("", answer.content.decode()).splitlines()  # type: ignore[attr-defined]


def _written(act: Act) -> list[str]:
    """Return each value that an act writes, and what it answers."""
    with transaction.atomic():
        body, client = act.body(), act.client()
        answers: list[HttpResponseBase] = []
        effects = effects_of(lambda: answers.append(client.post(act.place, body)))
        transaction.set_rollback(True)
    return [str(answers[0].status_code), *(f"{' '.join(key)} = {value}" for key, value in sorted(effects.items()))]
