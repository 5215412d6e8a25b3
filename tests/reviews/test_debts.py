"""R26, R27: who owes a card read is told every seven days until it is read; after thirty the debt is overdue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.messages.services.outbox import number_of, text_of
from baoming.organizations.models import Organization
from baoming.registrations.form_queries import phone_context
from baoming.registrations.models import HoldRow, Registration
from baoming.registrations.queries import DEBT
from baoming.registrations.services.steps import clear_holds, locked, place_hold
from baoming.reports.models import Progress
from baoming.reports.services import count_progress
from baoming.reviews.debts import Terms, owed_days, terms
from baoming.reviews.services import debts
from baoming.reviews.services.debts import remind_debtors
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.vault.services import keys
from baoming.web.management.commands.load_season import documents
from tests import factories as make
from tests.reviews.files import site

WEEK_AND_MONTH = Terms(remind_days=7, due_days=30)
PLACED = datetime(2022, 11, 1, 2, 0, tzinfo=UTC)
REASON = "证件信息是手工录入的，需要到报名点读卡核验"
PHONE = "19900007711"


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (timedelta(), 0),
        (timedelta(days=30), 0),
        (timedelta(days=30, seconds=1), 1),
        (timedelta(days=31), 1),
        (timedelta(days=31, seconds=1), 2),
    ],
)
def test_a_debt_is_overdue_after_the_seasons_days(after: timedelta, late: int) -> None:
    assert WEEK_AND_MONTH.overdue(PLACED, PLACED + after) == late


@pytest.mark.parametrize(("after", "days"), [(0, 1), (1, 1), (86400, 1), (86401, 2), (10 * 86400, 10)])
def test_the_day_begun_counts(after: int, days: int) -> None:
    assert owed_days(PLACED, PLACED + timedelta(seconds=after)) == days


@pytest.mark.parametrize("year", [2023, 2025])
def test_both_seasons_have_terms(year: int) -> None:
    assert terms(documents("43", year)["cases"]) == WEEK_AND_MONTH


def test_a_season_that_was_loaded_before_there_were_terms_has_those_of_the_sample() -> None:
    assert terms({"transfer": []}) == WEEK_AND_MONTH


def debtor(*, phone: str = PHONE) -> Registration:
    """Somebody whose card was typed in, with a phone bound."""
    season = make.season("intake") if not Season.objects.exists() else Season.objects.get()
    row = make.registration(Organization.objects.filter(level="site").first() or make.site())
    if phone:
        row.phone_sealed = keys().seal(phone.encode(), context=phone_context(row.pk))
        row.phone_blind = keys().blind(phone, purpose="phone", season=season.pk)
        row.save(update_fields=["phone_sealed", "phone_blind"])
    place_hold(locked(row.pk), kind=DEBT, steps=[], reason=REASON, by=site(row))
    return row


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let days of the season pass."""

    def pass_days(days: float) -> None:
        season = Season.objects.get()
        season.clock_offset += timedelta(days=days)
        season.save(update_fields=["clock_offset"])

    return pass_days


def told() -> int:
    return Message.objects.filter(template="debt_reminder").count()


@pytest.mark.django_db
def test_a_debtor_is_told_every_seven_days(later: Callable[[float], None]) -> None:
    row = debtor()
    later(6.9)
    assert remind_debtors(row.season_id) == 0
    later(0.2)
    assert (remind_debtors(row.season_id), remind_debtors(row.season_id), told()) == (1, 0, 1)
    message = Message.objects.get(template="debt_reminder")
    assert (message.recipient, number_of(message)) == (row.pk, PHONE)
    assert "到报名点补读" in text_of(message)
    assert row.name not in text_of(message)
    assert Event.objects.filter(verb="remind_debt", subject=row.pk, actor_kind="system").count() == 1
    later(6.9)
    assert remind_debtors(row.season_id) == 0
    later(0.2)
    assert (remind_debtors(row.season_id), told()) == (1, 2)


@pytest.mark.django_db
def test_control_unless_it_is_kept_that_they_were_told_they_are_told_again_at_once(
    later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = debtor()
    later(8)
    monkeypatch.setattr(debts, "_untold", lambda _: HoldRow.objects.filter(kind=DEBT, cleared_at=None))
    assert (remind_debtors(row.season_id), remind_debtors(row.season_id), told()) == (1, 1, 2)


@pytest.mark.django_db
def test_who_has_read_the_card_withdrawn_or_has_no_phone_is_not_told(later: Callable[[float], None]) -> None:
    read, gone, mute = debtor(), debtor(phone="19900007712"), debtor(phone="")
    later(8)
    clear_holds(locked(read.pk), DEBT, by=site(read), at=season_now(read.season_id))
    Registration.objects.filter(pk=gone.pk).update(stopped_at=season_now(gone.season_id))
    assert (remind_debtors(mute.season_id), told()) == (0, 0)


@pytest.mark.django_db
def test_once_the_tickets_are_over_nobody_is_told_any_more() -> None:
    row = debtor()
    make.season("tickets")
    assert (remind_debtors(row.season_id), told()) == (1, 1)
    HoldRow.objects.update(reminded_at=None)
    make.at((Phase.objects.get(key="tickets").closes or PLACED) + timedelta(days=8))
    assert (remind_debtors(row.season_id), told()) == (0, 1)


def read_card(row: Registration) -> None:
    clear_holds(locked(row.pk), DEBT, by=site(row), at=season_now(row.season_id))


def lose_phone(row: Registration) -> None:
    Registration.objects.filter(pk=row.pk).update(phone_sealed="", phone_blind=None)


@pytest.mark.django_db
@pytest.mark.parametrize("happens", [read_card, lose_phone])
def test_who_reads_the_card_or_loses_the_phone_while_the_list_is_made_is_not_told(
    happens: Callable[[Registration], None], later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = debtor()
    later(8)
    remind = debts._remind

    def overtaken(*args: object, **more: object) -> int:
        happens(row)
        return remind(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(debts, "_remind", overtaken)
    assert (remind_debtors(row.season_id), told()) == (0, 0)


@pytest.mark.django_db
def test_two_hundred_debtors_are_one_transaction_and_are_found_in_one_question(
    later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [debtor(phone=f"1990000{number}") for number in (8001, 8002, 8003)]
    later(8)
    monkeypatch.setattr(debts, "_CHUNK", 2)
    with CaptureQueriesContext(connection) as asked:
        assert remind_debtors(rows[0].season_id) == 3
    locks = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"] and "registrations_registration" in one["sql"]]
    assert len(locks) == 2


@pytest.mark.django_db
def test_since_when_it_is_owed_stands_on_the_row_until_it_is_not() -> None:
    row = debtor()
    row.refresh_from_db()
    assert row.debt_since == HoldRow.objects.get(registration=row).placed_at
    clear_holds(locked(row.pk), DEBT, by=site(row), at=season_now(row.season_id))
    row.refresh_from_db()
    assert (row.debts, row.debt_since) == (0, None)


@pytest.mark.django_db
def test_the_county_sees_how_many_of_its_sites_debts_are_overdue(later: Callable[[float], None]) -> None:
    old, new = debtor(), debtor(phone="19900007713")
    later(30)
    clear_holds(locked(new.pk), DEBT, by=site(new), at=season_now(new.season_id))
    place_hold(locked(new.pk), kind=DEBT, steps=[], reason=REASON, by=site(new))  # the new card has run out, too
    later(0.1)
    count_progress(old.season_id)
    counted = Progress.objects.get(path=old.path)
    assert (counted.debts, counted.overdue) == (2, 1)
