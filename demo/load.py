"""Making the season: offices first, then every act of the plan in the order of its moments, all in one transaction.

Whoever looks meanwhile sees the season as it was: clock, people and numbers appear together, or not at all.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from baoming.accounts.passwords import PasswordPolicy, missing
from baoming.audit.actors import SYSTEM, Actor
from baoming.checks.queries import FILES
from baoming.documents.services import PRINTS
from baoming.messages.announcements import checked
from baoming.messages.models import Message
from baoming.messages.services import publish
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import ADMINISTRATORS, Role
from baoming.organizations.services import add_site, add_staff, open_site
from baoming.registrations.absent_queries import HANDED
from baoming.registrations.attached_queries import EVIDENCE
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.queries import PHOTOS
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.scans import PAGES, SCANS
from baoming.registrations.services.segments import add_segment
from baoming.schedule.models import Phase
from baoming.schedule.services import extend_for_area
from baoming.seasons.models import Season
from baoming.seasons.services import set_clock
from baoming.vault.file_services import was_stored_before
from baoming.web.management.commands.load_demo import PIN, SECRET
from demo import plan
from demo.acts import Walk
from demo.cast import ANNOUNCED, OFFICES, SITES, Pupil
from demo.guide import KNOWN_LOGIN, KNOWN_SAVE, Guide, known, newcomers
from demo.outside import Cashier, Printer, replaced

Say = Callable[[str], None]
_FILES = (PHOTOS, HANDED, EVIDENCE, SCANS, PAGES, PRINTS, FILES)  # people photograph themselves, and prints show it
_ROSTER_SEX = {"男": "1", "女": "2"}


def is_empty(season: Season) -> bool:
    """Whether nobody has been taken in yet: people are loaded into an empty season only."""
    rows = (Registration.objects.filter(season=season), RosterEntry.objects.filter(season=season))
    return not any(row.exists() for row in rows)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made: what a newcomer has to know, and every pupil on the way."""

    guide: Guide
    walks: list[Walk]


def load(season: Season, cast: list[Pupil], *, password: str, say: Say = lambda _: None) -> Loaded:
    """Load offices, staff and these pupils. `password` is the staff's."""
    with transaction.atomic():
        offices = _offices(password)
        sites = {site.path: Organization.objects.get(path=site.path) for site in SITES}
        _begin(season, sites, offices, cast)
        _announce(season, offices)
        say(f"{len(cast)} pupils are on the rosters of {len(SITES)} sites")
        cashier, printer = Cashier(), Printer()
        walks = [
            Walk(one, season, sites[one.site.path], offices, cashier, printer, (_nobody_knows(), _nobody_knows()))
            for one in cast
        ]
        signed_in, with_slip = _introduce(walks)
        with replaced(cashier, printer):
            _walk_all(season, walks, say)
        _settle()
        set_clock(season.pk, to=plan.NOW, by=SYSTEM)
    slips = [(walk.pupil, walk.code, walk.paper) for walk in with_slip]
    return Loaded(Guide([walk.pupil for walk in signed_in], slips), walks)


def begin_again(season: Season, *, dropped_at: datetime) -> None:
    """After the database was put back: the clock too, and away with files of those who practised in the former one.

    `dropped_at`: when that one was gone, and every upload to it. What was stored since may be about to get its row;
    if it never does, the night takes it.
    """
    set_clock(season.pk, to=plan.NOW, by=SYSTEM)
    for kind in _FILES:
        for name in kind.nameless()[1]:
            if was_stored_before(dropped_at, name):
                default_storage.delete(name)


def _offices(password: str) -> dict[str, Actor]:
    """Make the sites, and staff of every role; returns who acts for each office."""
    for site in SITES:
        county = Organization.objects.get(level=Organization.Level.COUNTY, code=site.county)
        Organization.objects.filter(pk=county.pk).update(phone=f"0731-0009{site.county}")
        place, phone = int(site.code), f"0731-{int(site.code) - 1:04d}{site.county}"
        add_site(county, code=site.code, name=site.name, phone=phone, address=f"{county.name[:-3]}演示路{place}号")
        handle, name = site.operator
        _staff(site.path, handle, name, Role.OPERATOR, password)
        for own in site.classes:
            _staff(site.path, own.handle, own.teacher, Role.TEACHER, password)
    for handle, name, role, path in OFFICES:
        _staff(path, handle, name, role, password)
    apart = [role.value for role in (Role.TEACHER, *ADMINISTRATORS)]
    return {one.path: one.actor for one in Staff.objects.select_related("office").exclude(role__in=apart)}


def _staff(path: str, handle: str, name: str, role: Role, password: str) -> None:
    office = Organization.objects.get(path=path)
    add_staff(office, handle=handle, name=name, role=role, password=password, secret=SECRET, pin=PIN)


def _begin(season: Season, sites: dict[str, Organization], offices: dict[str, Actor], cast: list[Pupil]) -> None:
    """Before intake: sites opened with their numbers, rosters taken in, and the pilot area's phases."""
    _clock(season, plan.READY)
    for site in SITES:
        office, county = sites[site.path], offices[site.path[:9]]
        theirs = [one for one in cast if one.site is site]
        if site.first:
            open_site(season, office.pk, expected=len(theirs), by=county)
            parent = Organization.objects.get(path=site.path[:9])
            add_segment(season, office, county=parent, first=site.first, last=site.last, by=county)
        import_roster(season, office, [_row(line, one) for line, one in enumerate(theirs, 2)], by=offices[site.path])
    for phase in Phase.objects.filter(season=season, key__in=("confirmation", "submission")):
        assert phase.closes is not None
        extend_for_area(
            season.pk, phase.key, path=plan.PILOT, opens=plan.READY, closes=phase.closes,
            reason="演示：本市先行核对、终审", by=offices["43/"],
        )  # fmt: skip


def _announce(season: Season, offices: dict[str, Actor]) -> None:
    for path, words in ANNOUNCED.items():
        office = Organization.objects.get(path=path)
        publish(season, checked(words, now=plan.READY), key=uuid4(), office=office.name, by=offices[path])


def _row(line: int, one: Pupil) -> RosterRow:
    who = one.person
    return RosterRow(
        line=line, roll_number=who.roll_number, name=who.name, class_name=who.class_name, sex=_ROSTER_SEX[who.sex],
        class_number=who.class_number, teacher=who.teacher,
    )  # fmt: skip


def _nobody_knows() -> str:
    """Return a password that the policy takes and nobody is told: 70 random bits."""
    while True:
        letters = "".join(secrets.choice("bcdfghjkmnpqrstvwz") for _ in range(14))
        made = f"{letters[:7]}{secrets.randbelow(90) + 10}{letters[7:]}"
        if not missing(made, policy=PasswordPolicy()):
            return made


def _walk_all(season: Season, walks: list[Walk], say: Say) -> None:
    """Do every act in the order of its moments; the sites work at the same time."""
    acts = sorted(
        (plan.moment(act, shift=walk.pupil.shift, place=walk.pupil.place), number, order, act)
        for number, walk in enumerate(walks)
        for order, act in enumerate(walk.pupil.stage.acts)
    )
    now = plan.READY
    for done, (moment, number, _, act) in enumerate(acts, start=1):
        if moment != now:
            _clock(season, moment)
            now = moment
        walks[number].do(act)
        if done % 1000 == 0:
            say(f"{done} of {len(acts)} acts done, it is {moment:%d %B %H:%M} in the season")


def _clock(season: Season, moment: datetime) -> None:
    """Set the season's clock without an event for each act: the clock service records only where it ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE seasons_season SET clock_offset = %s - clock_timestamp() WHERE id = %s", [moment, season.pk]
        )


def _settle() -> None:
    """What was sent has arrived: none of it goes to the stand-in inbox, where newcomers look for their own."""
    arrived = Message.State.ARRIVED
    Message.objects.filter(state=Message.State.QUEUED).update(state=arrived, reference="demo", sent_at=timezone.now())


def _introduce(walks: list[Walk]) -> tuple[list[Walk], list[Walk]]:
    """Choose who can sign in with known passwords, and whose slip is really printed; returns both."""
    cast = [walk.pupil for walk in walks]
    signed_in = [walks[cast.index(one)] for one in known(cast)]
    with_slip = [walks[cast.index(one)] for one in newcomers(cast)]
    for walk in signed_in:
        walk.passwords = KNOWN_LOGIN, KNOWN_SAVE
    for walk in with_slip:
        walk.on_paper = True
    return signed_in, with_slip
