"""R1: more time by two persons, for whom it was asked and for nobody else, at once and no longer than granted."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.models import Event
from baoming.messages.models import Announcement
from baoming.messages.queries import announcements
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.services.extensions import ask_end, ask_extension, decline, grant
from baoming.schedule.extending import Scope, Wanted
from baoming.schedule.models import Extension, ExtensionRequest, Phase
from baoming.schedule.queries import phase_times
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.test_save_form import at_the_form, candidate, deadline, save, type_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class World:
    """A site with two classes in a county with another site; the sign-up has ended an hour ago."""

    def __init__(self) -> None:
        self.season = make.season("sign_up")
        self.site, self.other = make.site("01"), make.site("02")
        self.mine = self.pupil("高三1班")
        self.mate, self.beside = self.pupil("高三1班"), self.pupil("高三2班")
        self.far = make.registration(self.other)
        self.operator, self.colleague = make.staff(self.site), make.staff(self.site)
        county = make.county()
        self.county, self.second = make.staff(county, Role.COUNTY), make.staff(county, Role.COUNTY)
        assert county.parent
        self.city = make.staff(county.parent, Role.CITY)
        self.province = make.staff(Organization.objects.get(path="43/"), Role.PROVINCE)
        self.elsewhere = make.staff(make.county("0103"), Role.COUNTY)
        ends = Phase.objects.get(season=self.season, key="sign_up").closes
        assert ends
        self.ends: datetime = ends
        make.at(ends + timedelta(hours=1))

    def pupil(self, class_name: str) -> Registration:
        row = make.registration(self.site)
        row.class_name = class_name
        row.save(update_fields=["class_name"])
        return row

    def wanted(self, scope: Scope, **changes: object) -> Wanted:
        place = {Scope.COUNTY: "43/01/02/", Scope.CITY: "43/01/"}.get(scope, self.site.path)
        values: dict[str, object] = {
            "scope": scope, "path": place, "phase": "sign_up", "opens": None, "closes": self.ends + DAY,
            "reason": "停电", "class_name": "高三1班" if scope is Scope.CLASS else "",
            "subject": self.mine.pk if scope is Scope.PERSON else None,
        }  # fmt: skip
        return Wanted(**{**values, **changes})  # type: ignore[arg-type]

    def ask(self, scope: Scope, by: Staff, **changes: object) -> ExtensionRequest:
        return ask_extension(self.season, self.wanted(scope, **changes), by=by.actor)

    def open_for(self) -> list[Registration]:
        people = [self.mine, self.mate, self.beside, self.far]
        return [row for row in people if phase_times(row.season_id, path=row.path, subject=row.pk)["sign_up"].open]


@pytest.fixture
def world() -> World:
    return World()


def who(world: World, name: str) -> Staff:
    found = getattr(world, name)
    assert isinstance(found, Staff)
    return found


@pytest.mark.parametrize(
    ("scope", "asks", "decides", "gain"),
    [
        (Scope.PERSON, "operator", "county", ["mine"]),
        (Scope.CLASS, "operator", "county", ["mine", "mate"]),
        (Scope.SITE, "county", "second", ["mine", "mate", "beside"]),
        (Scope.SITE, "county", "city", ["mine", "mate", "beside"]),
        (Scope.COUNTY, "county", "city", ["mine", "mate", "beside", "far"]),
        (Scope.CITY, "province", None, []),
    ],
)
def test_what_two_persons_grant_opens_the_phase_at_once_for_whom_it_was_asked_and_nobody_else(
    world: World, scope: Scope, asks: str, decides: str | None, gain: list[str]
) -> None:
    asked = world.ask(scope, who(world, asks))
    assert world.open_for() == []  # asking changes nothing
    if decides is not None:
        grant(asked.pk, by=who(world, decides).actor)
    assert world.open_for() == [getattr(world, name) for name in gain]
    make.at(world.ends + DAY)
    assert world.open_for() == []


@pytest.mark.parametrize("decides", ["operator", "colleague", "city", "province", "elsewhere"])
def test_no_other_office_decides_for_a_person(world: World, decides: str) -> None:
    asked = world.ask(Scope.PERSON, world.operator)
    with pytest.raises(NotOpen):
        grant(asked.pk, by=who(world, decides).actor)
    assert not Extension.objects.exists()


def test_who_asked_never_decides_nor_does_another_account_in_the_same_hands(world: World) -> None:
    asked = world.ask(Scope.SITE, world.county)
    with pytest.raises(NotOpen):
        grant(asked.pk, by=world.county.actor)
    Staff.objects.filter(pk=world.second.pk).update(person=world.county.person)
    with pytest.raises(NotOpen):
        grant(asked.pk, by=world.second.actor)
    assert not Extension.objects.exists()
    Staff.objects.filter(pk=world.second.pk).update(person="another")  # control: by two persons it is granted
    grant(asked.pk, by=world.second.actor)
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("asks", ["county", "city", "province"])
def test_no_other_office_asks_for_a_class(world: World, asks: str) -> None:
    with pytest.raises(NotOpen):
        world.ask(Scope.CLASS, who(world, asks))


def test_no_more_than_the_season_allows_and_only_phases_it_names(world: World) -> None:
    last = world.ends + 7 * DAY
    with pytest.raises(Invalid):
        world.ask(Scope.SITE, world.county, closes=last + timedelta(minutes=1))
    with pytest.raises(Invalid):
        world.ask(Scope.SITE, world.county, phase="submission")
    world.ask(Scope.SITE, world.county, closes=last)  # control


def test_what_has_become_impossible_is_not_granted_any_more_and_nothing_is_granted_twice(world: World) -> None:
    late, asked = world.ask(Scope.SITE, world.county), world.ask(Scope.PERSON, world.operator)
    grant(asked.pk, by=world.county.actor)
    with pytest.raises(Refused):
        grant(asked.pk, by=world.county.actor)
    make.at(world.ends + DAY)
    with pytest.raises(Invalid):
        grant(late.pk, by=world.second.actor)
    assert Extension.objects.count() == 1


def test_declined_by_who_decides_or_taken_back_by_who_asked_it_grants_nothing(world: World) -> None:
    for by in (world.county, world.operator):
        asked = world.ask(Scope.PERSON, world.operator)
        with pytest.raises(NotOpen):
            decline(asked.pk, by=world.colleague.actor)
        assert decline(asked.pk, by=by.actor).state == ExtensionRequest.State.DECLINED
        with pytest.raises(Refused):
            grant(asked.pk, by=world.county.actor)
    assert world.open_for() == []


def read_at(world: World, path: str) -> list[str]:
    return [row.title for row in announcements(world.season.pk, now=season_now(world.season.pk), path=path)]


def test_an_area_is_told_by_an_announcement_and_one_person_is_not_named_in_any(world: World) -> None:
    grant(world.ask(Scope.PERSON, world.operator).pk, by=world.county.actor)
    assert not Announcement.objects.exists()
    grant(world.ask(Scope.SITE, world.county).pk, by=world.second.actor)
    assert read_at(world, world.site.path) == [f"缴报名费、填报信息延长（{world.site.name}）"]
    assert read_at(world, world.other.path) == []


def test_it_is_ended_early_by_two_persons_and_the_announcement_goes_with_it(world: World) -> None:
    granted = grant(world.ask(Scope.SITE, world.county).pk, by=world.second.actor)
    ending = ask_end(granted.pk, reason="已经来电", by=world.county.actor)
    with pytest.raises(Refused):
        ask_end(granted.pk, reason="已经来电", by=world.second.actor)
    with pytest.raises(NotOpen):
        grant(ending.pk, by=world.county.actor)
    assert world.mine in world.open_for()
    grant(ending.pk, by=world.second.actor)
    assert world.open_for() == []
    assert read_at(world, world.site.path) == []
    granted.refresh_from_db()
    assert granted.state == ExtensionRequest.State.ENDED
    with pytest.raises(Refused):
        ask_end(granted.pk, reason="已经来电", by=world.county.actor)


def test_an_office_without_a_part_in_it_does_not_ask_for_its_end(world: World) -> None:
    granted = grant(world.ask(Scope.SITE, world.county).pk, by=world.second.actor)
    with pytest.raises(NotOpen):
        ask_end(granted.pk, reason="已经来电", by=world.operator.actor)


def test_every_act_leaves_an_event_and_each_pupil_of_a_class_has_one(world: World) -> None:
    asked = world.ask(Scope.CLASS, world.operator)
    grant(asked.pk, by=world.county.actor)
    events = Event.objects.filter(verb="extend_for_person")
    assert {event.subject for event in events} == {world.mine.pk, world.mate.pk}
    verbs = ["ask_extension", "grant_extension"]
    assert list(Event.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True)) == verbs


@pytest.mark.parametrize("more", [0, 5])
def test_a_class_is_given_its_rows_in_one_statement(world: World, more: int) -> None:
    make.at(world.ends - timedelta(hours=2))
    for _ in range(more):
        world.pupil("高三1班")
    asked = world.ask(Scope.CLASS, world.operator)
    with CaptureQueriesContext(connection) as asking:
        grant(asked.pk, by=world.county.actor)
    assert sum("INSERT INTO" in one["sql"] for one in asking) == 5  # rows and events, announcement and event, event
    assert Extension.objects.count() == 2 + more


def test_a_save_after_the_end_is_accepted_only_for_who_was_extended() -> None:
    row = candidate()
    other = at_the_form(row.site)
    operator, county = make.staff(row.site), make.staff(make.county(), Role.COUNTY)
    for one in (row, other):
        type_in(one)
    make.at(deadline() + timedelta(hours=1))
    for late in (row, other):
        with pytest.raises(NotOpen):
            save(late)
    wanted = Wanted(Scope.PERSON, row.path, "sign_up", None, deadline() + DAY, "住院", subject=row.pk)
    grant(ask_extension(row.season, wanted, by=operator.actor).pk, by=county.actor)
    assert save(row).number == 1
    with pytest.raises(NotOpen):
        save(other)
    make.at(deadline() + DAY)
    with pytest.raises(NotOpen):
        save(row)


def test_the_demo_says_for_each_phase_whether_it_may_be_extended() -> None:
    make.season()
    days = dict(Phase.objects.filter(season=Season.objects.get(kind="demo")).values_list("key", "extension_days"))
    assert days["sign_up"] == 7
    assert {key for key, most in days.items() if most is None} >= {"proof_correction", "submission", "arrangement"}
