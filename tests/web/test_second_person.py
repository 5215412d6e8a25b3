"""R11, R14, R29: what waits for a second person is counted on 今天 and listed in 待审批 of who may decide it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.test import Client, override_settings

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import second_queries
from baoming.registrations.models import Dispute, PhoneReset, Registration, Restore, SaveReset
from baoming.registrations.queries import document_of
from baoming.registrations.services import disputes, phone_resets, restores, save_resets
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, me, save, type_in
from tests.web.conftest import signed_in
from tests.web.test_query_counts import counted, same

pytestmark = pytest.mark.django_db
NEW, WHY = "19900007777", "本人到场核对"


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


class Office:
    """A site with the one who asks and a colleague, its county, and another county."""

    def __init__(self) -> None:
        self.row = candidate()
        assert self.row.account
        self.row.account.password = make_password("deng2lu7mi")
        self.row.account.save()
        site = self.row.site
        upper = Organization.objects.get(code="0102", level="county")
        city = upper.parent
        assert city
        self.asks = make.staff(site)
        self.clients = {
            "asker": signed_in(Client(), self.asks),
            "colleague": signed_in(Client(), make.staff(site)),
            "county": signed_in(Client(), make.staff(upper, Role.COUNTY)),
            "city": signed_in(Client(), make.staff(city, Role.CITY)),
            "neighbour": signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY)),
            "other site": signed_in(Client(), make.staff(make.site("02"))),
        }

    def reset_phone(self) -> None:
        phone_resets.ask_phone_reset(
            self.row.pk, document_of(self.row), number=NEW, reader="R01", nonce="p1", by=self.asks.actor
        )

    def reset_save(self) -> None:
        save_resets.ask_at_site(self.row.pk, document_of(self.row), reader="R01", nonce="s1", by=self.asks.actor)

    def restore(self) -> None:
        self._two_versions()
        restores.ask_restore(self.row.pk, number=1, reason=WHY, by=self.asks.actor)

    def release(self) -> None:
        self._two_versions()
        disputes.dispute(
            self.row.pk, first=2, password=PASSWORD, code="", device="", address="127.0.0.1", session="",
            by=me(self.row),
        )  # fmt: skip
        disputes.ask_release(self.row.pk, number=1, reason=WHY, by=self.asks.actor)

    def _two_versions(self) -> None:
        for values in (FILLED, {**FILLED, "first_subject": ["HISTORY"]}):
            type_in(self.row, values)
            save(self.row)

    def told(self, what: str) -> set[str]:
        """Who finds it on both pages; nobody finds it on one alone."""
        listed = {who for who, client in self.clients.items() if f"{what}：{self.row.name}" in page(client)}
        counted_by = {who for who, client in self.clients.items() if f"{what}1件" in client.get("/").content.decode()}
        assert listed == counted_by
        return listed


def page(client: Client) -> str:
    return client.get("/approvals/").content.decode()


BOTH, COUNTY = {"colleague", "county"}, {"county"}


@pytest.mark.parametrize(
    ("act", "what", "who"),
    [
        ("reset_phone", "更换手机", BOTH),
        ("reset_save", "重设保存密码", BOTH),
        ("restore", "恢复以前的版本", COUNTY),
        ("release", "解除冻结", COUNTY),
    ],
)
def test_who_may_decide_finds_it_and_nobody_else(office: Client, act: str, what: str, who: set[str]) -> None:
    case = Office()
    getattr(case, act)()
    assert case.told(what) == who


DECIDE: dict[str, Callable[[UUID, Actor], object]] = {
    "reset_phone": lambda pk, by: phone_resets.confirm_phone_reset(pk, NEW, by=by),
    "reset_save": lambda pk, by: save_resets.confirm_at_site(pk, by=by),
    "restore": lambda pk, by: restores.confirm_restore(pk, by=by),
    "release": lambda pk, by: disputes.release(pk, by=by),
}
REQUESTS: tuple[type[Model], ...] = (PhoneReset, SaveReset, Restore, Dispute)


def asked_and_promoted(act: str) -> tuple[UUID, Actor]:
    """Who asked for something at the site, and by now has the county's role."""
    case = Office()
    getattr(case, act)()
    return case.row.pk, replace(case.asks.actor, kind=Party.COUNTY, path="43/01/02/")


@pytest.mark.parametrize("act", DECIDE)
def test_who_asked_does_not_decide_whatever_their_role_is_now(office: Client, act: str) -> None:
    pk, by = asked_and_promoted(act)
    with pytest.raises(NotOpen, match="自己不能"):
        DECIDE[act](pk, by)


@pytest.mark.parametrize("act", DECIDE)
def test_control_where_it_is_not_kept_who_asked_one_person_does_both(office: Client, act: str) -> None:
    pk, by = asked_and_promoted(act)
    for model in REQUESTS:
        model._default_manager.update(asked_by=str(uuid4()))
    DECIDE[act](pk, by)


def test_a_lost_phone_of_the_last_two_days_is_the_countys_alone(office: Client) -> None:
    case = Office()
    case.reset_phone()
    make.season("confirmation")
    assert case.told("更换手机") == COUNTY


def test_what_was_decided_or_frozen_waits_no_longer(office: Client) -> None:
    case = Office()
    case.reset_save()
    save_resets.confirm_at_site(case.row.pk, by=make.staff(case.row.site).actor)
    assert case.told("重设保存密码") == set()
    case.reset_phone()
    Registration.objects.update(disputed_at=season_now(case.row.season_id))
    assert case.told("更换手机") == set()


def counted_next_door(case: Office) -> dict[str, int]:
    """As jobs ask, whom no row policy narrows: the question alone."""
    by = make.staff(make.county("0103"), Role.COUNTY).actor
    return second_queries.count_waiting(case.row.season_id, by=by, phones=True)


def test_the_question_itself_stays_in_the_area(office: Client) -> None:
    case = Office()
    case.reset_save()
    assert counted_next_door(case) == {}


def test_control_without_the_area_the_county_next_door_counts_it(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_queries, "_people", lambda *_: Registration.objects.all())
    case = Office()
    case.reset_save()
    assert counted_next_door(case) == {"重设保存密码": 1}


def test_the_list_asks_as_often_for_thirty_as_for_one(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))

    def more() -> None:
        row = make.registration(site, name="欧阳思远")
        asked = {"registration": row, "asked_at": season_now(row.season_id), "asked_by": "x", "asked_label": "周敏"}
        SaveReset.objects.create(way=SaveReset.Way.SITE, **asked)
        PhoneReset.objects.create(phone_sealed="", **asked)

    assert same(counted(office, "/approvals/", more, shown="更换手机：欧阳思远"))


def test_a_security_administrator_sees_that_a_proposal_waits(office: Client) -> None:
    make.season()
    make.site()
    province = Organization.objects.get(path="43/")
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        signed_in(office, make.staff(province, role))
        if role is Role.SYSTEM_ADMIN:
            asked = {"name": "谭欣", "handle": "tanxin", "office": "43/01/02/", "role": "county", "number": ""}
            office.post("/staff/", asked)
        shown = office.get("/").content.decode()
        assert ("1件账号的申请等您审批" in shown) == (role is Role.SECURITY_ADMIN)
