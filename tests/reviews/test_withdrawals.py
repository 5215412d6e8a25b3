"""中止报名: everything stops, nothing falls, nothing is paid back; the county alone lets it go on."""

from dataclasses import replace

import pytest

from baoming.accounts.codes import new_activation_code
from baoming.audit.actors import Actor
from baoming.messages.inbox import letters
from baoming.payments.models import Order
from baoming.payments.services import open_order
from baoming.registrations import journey, list_queries
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of, state_of, tasks_of
from baoming.registrations.services import slips, steps
from baoming.registrations.services.claim import claim
from baoming.registrations.services.intake import Duplicate, open_file
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.services.slips import print_slip
from baoming.registrations.services.voids import void_number
from baoming.registrations.worklists import tabs_of
from baoming.reviews.cases import RESUMED, Act
from baoming.reviews.models import Withdrawal
from baoming.reviews.queries import decision_on, said_of
from baoming.reviews.services import (
    assess_morals,
    submit_registration,
    undo_withdrawal,
    void_signature,
    withdraw,
    withdraw_assessment,
    withdraw_submission,
)
from baoming.reviews.services.cases import open_case
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen
from baoming.web.case_pages import show_case
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_save_form import me
from tests.reviews import files
from tests.reviews.asking import PROVINCE, asked, do
from tests.reviews.files import county, office, site

pytestmark = pytest.mark.django_db


def stop(row: Registration, by: Actor | None = None, reason: str = "own_wish") -> None:
    withdraw(row.pk, reason=reason, by=by or county(row))
    row.refresh_from_db()


def test_no_step_can_be_done_by_anybody_and_none_falls() -> None:
    row = confirmed.printed()
    before = row.done_steps
    stop(row)
    assert row.done_steps == before
    state = state_of(row)
    for step in journey.JOURNEY:
        for actor in step.actors:
            with pytest.raises(NotOpen, match="已经中止"):
                journey.require(step.key, actor, state)


def test_what_no_step_gates_stops_too() -> None:
    row = confirmed.printed()
    stop(row)
    acts = (
        lambda: print_sheet(row.pk, by=site(row)),
        lambda: print_slip(row.pk, by=site(row)),
        lambda: record_signature(row.pk, version=1, by=site(row)),
        lambda: open_correction(row.pk, hours=24, by=site(row)),
        lambda: assess_morals(row.pk, qualified=True, text="好", by=site(row)),
        lambda: confirmed.change(row),
    )
    for act in acts:
        with pytest.raises(NotOpen, match="已经中止"):
            act()


def test_what_was_recorded_before_is_not_taken_back_while_it_is_stopped() -> None:
    row = confirmed.signed()
    assess_morals(row.pk, qualified=True, text="好", by=site(row))
    submit_registration(row.pk, by=site(row))
    row.refresh_from_db()
    before = row.done_steps
    stop(row)
    acts = (
        lambda: withdraw_submission(row.pk, reason="录错了人", by=site(row)),
        lambda: void_signature(row.pk, reason="录错了人", by=site(row)),
        lambda: withdraw_assessment(row.pk, reason="录错了人", by=site(row)),
        lambda: void_number(row.pk, reason="录错了人", by=county(row)),
    )
    for act in acts:
        with pytest.raises(NotOpen, match="已经中止"):
            act()
    row.refresh_from_db()
    assert row.done_steps == before
    undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    acts[0]()


def test_an_unpaid_order_is_not_paid_any_more() -> None:
    row = files.numbered()
    order = open_order(row.pk, "registration_fee", by=me(row))
    stop(row)
    with pytest.raises(NotOpen, match="已经中止"):
        open_order(row.pk, "registration_fee", by=me(row))
    Order.objects.filter(pk=order.pk).update(state="paid")
    assert open_order(row.pk, "registration_fee", by=me(row)).pk == order.pk


def test_the_slip_lets_nobody_in_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.numbered()
    code = new_activation_code()
    monkeypatch.setattr(slips, "new_activation_code", lambda: code)
    print_slip(row.pk, by=site(row))
    card = document_of(row)
    stop(row)
    with pytest.raises(NotOpen, match="已经中止"):
        claim(season=row.season, name=card.name, number=card.number, valid_to=card.valid_to, code=code, address="1")
    undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    claim(season=row.season, name=card.name, number=card.number, valid_to=card.valid_to, code=code, address="1")


def test_the_person_is_not_registered_a_second_time() -> None:
    row = files.opened()
    stop(row)
    other = make.site("02")
    with pytest.raises(Duplicate, match=r"后来中止.*撤销中止"):
        open_file(document_of(row), season=row.season, site=other, by=site(row), reader="R01")


@pytest.mark.parametrize("kind", ["site", "city", "province"])
def test_the_county_alone_stops(kind: str) -> None:
    row = files.opened()
    with pytest.raises(NotOpen, match="由县（市、区）招考机构决定"):
        withdraw(row.pk, reason="own_wish", by=PROVINCE if kind == "province" else office(row, kind))
    assert Withdrawal.objects.count() == 0


@pytest.mark.parametrize(("kind", "title"), [
    ("withdrawal", "本人书面申请放弃报名"), ("admitted", "已被高校录取"), ("deceased", "考生死亡"),
])  # fmt: skip
def test_what_the_site_hands_in_stops_once_the_county_has_granted_it(kind: str, title: str) -> None:
    row = confirmed.saved()
    before = len(letters(row.pk, row.season))
    case = asked(row, kind, by=site(row))
    if kind == "withdrawal":
        do(case, Act.FORWARD, site(row))
    row.refresh_from_db()
    assert row.stopped_at is None
    do(case, Act.GRANT, county(row))
    row.refresh_from_db()
    assert row.stopped_at is not None
    told = decision_on(row)
    assert told is not None
    assert told.title == title
    assert len(letters(row.pk, row.season)) == before + (kind != "deceased"), "nobody writes to the dead"


def test_a_candidate_who_gives_up_asks_from_the_phone_with_the_signed_paper() -> None:
    row = confirmed.saved()
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "withdrawal", raw={"why": ["出国读书"]}, by=me(row))
    assert set(refusal.value.fields) == {"application"}
    case = asked(row, "withdrawal")
    do(case, Act.FORWARD, site(row))
    do(case, Act.GRANT, county(row))
    row.refresh_from_db()
    assert row.stopped_at is not None


def test_who_is_completed_stops_at_once_and_goes_on_completed() -> None:
    row = confirmed.completed()
    case = asked(row, "withdrawal")
    do(case, Act.FORWARD, site(row))
    do(case, Act.GRANT, county(row))
    row.refresh_from_db()
    assert (row.stopped_at is None, row.stage, "completion" in row.done_steps) == (False, "stopped", True)
    undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    row.refresh_from_db()
    assert (row.stopped_at, row.stage, "completion" in row.done_steps) == (None, "review", True)


def test_who_reports_a_death_to_the_county_does_not_decide_it() -> None:
    row = files.opened()
    case = asked(row, "deceased", by=county(row))
    with pytest.raises(NotOpen, match="要两个人办理"):
        do(case, Act.GRANT, county(row))


def test_stopping_twice_is_stopping_once_and_the_way_back_is_kept_beside_it() -> None:
    row = files.opened()
    stop(row)
    stop(row, county(row))
    assert Withdrawal.objects.count() == 1
    undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    with pytest.raises(NotOpen, match="没有中止"):
        undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    stop(row)
    first, second = Withdrawal.objects.order_by("id")
    assert (said_of(first, "undo_sealed"), second.undone_at) == ("本人要求恢复", None)


def test_after_the_way_back_everything_is_where_it_was() -> None:
    row = confirmed.printed()
    before = row.done_steps
    stop(row)
    undo_withdrawal(row.pk, reason="本人要求恢复", by=county(row))
    row.refresh_from_db()
    assert row.done_steps == before
    record_signature(row.pk, version=1, by=site(row))


def test_after_the_countys_time_there_is_still_a_way_back_and_seven_days_to_complete() -> None:
    row = files.opened()
    stop(row)
    make.season("submission")
    undo_withdrawal(row.pk, reason="点错了人", by=county(row))
    row.refresh_from_db()
    assert row.stopped_at is None
    assert state_of(row).open_phase("completion") is not None


def test_stopped_people_stand_under_their_own_tab_alone() -> None:
    row = files.to_county()
    stop(row)
    counts = list_queries.counts(list_queries.Filters(row.season_id, county(row).path))
    under = {tab.key: counts.under(tab) for tab in tabs_of(county(row).kind)}
    assert {key: count for key, count in under.items() if count} == {"all": 1, "stopped": 1}


def test_the_candidate_has_nothing_to_do_and_is_told_why() -> None:
    row = confirmed.saved()
    stop(row)
    tasks = tasks_of(row, me(row).kind)
    assert not tasks.now
    assert not tasks.waiting
    assert tasks.again is None
    told = decision_on(row)
    assert told is not None
    assert (told.kind, told.title) == ("stopped", "本人书面申请放弃报名")


def test_control_without_the_state_the_stopped_person_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    row = confirmed.printed()
    stop(row)
    monkeypatch.setattr(steps, "state_of", lambda registration, **more: journey_without_stop(registration, **more))
    record_signature(row.pk, version=1, by=site(row))
    assert "signature" in Registration.objects.get(pk=row.pk).done_steps


def journey_without_stop(registration: Registration, **more: object) -> journey.State:
    return replace(state_of(registration, **more), stopped="")  # type: ignore[arg-type]


def test_after_the_way_back_the_case_says_that_the_registration_goes_on() -> None:
    row = confirmed.saved()
    case = asked(row, "admitted", by=site(row))
    do(case, Act.GRANT, county(row))
    undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    row.refresh_from_db()
    case.refresh_from_db()
    assert show_case(row, case, by=county(row), now=season_now(row.season_id)).state == RESUMED
