"""R1: when a phase is open. Expected days and hours come from the published calendar, not from the code."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from baoming import schedule
from baoming.schedule.models import Phase
from baoming.schedule.windows import Extension, Window, phase_times
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.moments import BEIJING
from tests import factories as make

DATA = Path(schedule.__file__).parent / "data" / "43" / "2023" / "phases.json"
# 湖南省2023年普通高考报名: 2022年11月1日至9日, not on weekends; 5 and 6 November are Saturday and Sunday.
OFFICIAL_DAYS = [date(2022, 11, day) for day in (1, 2, 3, 4, 7, 8, 9)]
SECOND = timedelta(seconds=1)


def at(day: int, clock: str, month: int = 11) -> datetime:
    return datetime.combine(date(2022, month, day), time.fromisoformat(clock), BEIJING)


def sign_up() -> Window:
    return Window(
        key="sign_up", opens=at(1, "08:00"), closes=at(9, "17:00"), day_from=time(7), day_to=time(22),
        closed_weekends=True, closed_days=frozenset({"2022-11-03"}),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["intake", "sign_up"])
def test_the_season_of_2023_is_open_on_the_official_days_and_no_other(key: str) -> None:
    window = Phase.objects.get(season=make.season(), key=key).window()
    days = [date(2022, 10, 25) + timedelta(days=number) for number in range(30)]
    assert [day for day in days if window.is_open(datetime.combine(day, time(10), BEIJING))] == OFFICIAL_DAYS


@pytest.mark.django_db
def test_only_the_official_dates_are_called_official() -> None:
    official = {phase["key"] for phase in json.loads(DATA.read_text("utf-8")) if not phase["sample"]}
    assert official == {"intake", "sign_up"}
    assert {phase.key for phase in Phase.objects.filter(season=make.season(), sample=False)} == official


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (at(1, "08:00") - SECOND, False),
        (at(1, "08:00"), True),
        (at(1, "22:00") - SECOND, True),
        (at(1, "22:00"), False),  # the hours of a day end before the last one
        (at(2, "07:00") - SECOND, False),
        (at(2, "07:00"), True),
        (at(3, "10:00"), False),  # a closed day
        (at(5, "10:00"), False),  # Saturday
        (at(6, "10:00"), False),  # Sunday
        (at(9, "17:00") - SECOND, True),
        (at(9, "17:00"), False),  # the closing instant is closed
        (at(9, "17:00") + SECOND, False),
    ],
)
def test_a_window_opens_and_closes_to_the_second(moment: datetime, open_: bool) -> None:
    assert sign_up().is_open(moment) is open_


def test_hours_and_weekends_are_those_of_beijing_wherever_the_moment_was_written() -> None:
    friday_night = datetime.fromisoformat("2022-11-04T16:30:00+00:00")  # Saturday 00:30 in Beijing
    assert not sign_up().is_open(friday_night)
    assert sign_up().is_open(datetime.fromisoformat("2022-11-06T23:30:00+00:00"))  # Monday 07:30 in Beijing


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (at(1, "00:00", month=10), at(1, "08:00")),
        (at(1, "22:30"), at(2, "07:00")),
        (at(2, "23:00"), at(4, "07:00")),  # over the closed day
        (at(4, "22:00"), at(7, "07:00")),  # over the weekend
        (at(8, "12:00"), at(8, "12:00")),  # open now
    ],
)
def test_the_next_opening_is_told(now: datetime, opening: datetime) -> None:
    assert sign_up().next_opening(now) == opening


def test_what_has_ended_never_opens_again() -> None:
    assert sign_up().next_opening(at(9, "17:00")) is None
    assert sign_up().is_over(at(9, "17:00"))
    assert not sign_up().is_over(at(9, "17:00") - SECOND)


def test_a_phase_without_a_window_opens_by_extension_alone() -> None:
    nobody = Window(key="proof_correction", opens=None, closes=None)
    mine = Extension("proof_correction", at(12, "10:00"), at(13, "10:00"))
    closed = phase_times([nobody], [], at(12, "12:00"))["proof_correction"]
    assert (closed.open, closed.opens, closed.over) == (False, None, False)
    during = phase_times([nobody], [mine], at(12, "12:00"))["proof_correction"]
    assert (during.open, during.closes) == (True, at(13, "10:00"))
    assert not phase_times([nobody], [mine], at(13, "10:00"))["proof_correction"].open


def test_an_extension_opens_a_closed_day_and_never_shortens_the_window() -> None:
    weekend = Extension("sign_up", at(5, "00:00"), at(6, "00:00"))
    assert phase_times([sign_up()], [weekend], at(5, "10:00"))["sign_up"].closes == at(6, "00:00")
    short = Extension("sign_up", at(1, "08:00"), at(2, "08:00"))
    assert phase_times([sign_up()], [short], at(1, "10:00"))["sign_up"].closes == at(9, "17:00")


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_running_extensions_the_last_to_close_counts_in_any_order(order: int) -> None:
    weekend = Extension("sign_up", at(5, "00:00"), at(6, "20:00"))
    person = Extension("sign_up", at(5, "08:00"), at(5, "12:00"))
    tomorrow = Extension("sign_up", at(6, "21:00"), at(8, "00:00"))  # closes later still, but after a gap
    given = [weekend, person, tomorrow][::order]
    assert phase_times([sign_up()], given, at(5, "10:00"))["sign_up"].closes == at(6, "20:00")


def test_what_goes_on_from_the_end_without_a_gap_moves_it() -> None:
    more = Extension("sign_up", at(9, "17:00"), at(11, "17:00"))
    apart = Extension("sign_up", at(13, "08:00"), at(14, "17:00"))
    assert phase_times([sign_up()], [apart, more], at(8, "10:00"))["sign_up"].closes == at(11, "17:00")
    assert phase_times([sign_up()], [apart], at(8, "10:00"))["sign_up"].closes == at(9, "17:00")
    between = phase_times([sign_up()], [apart, more], at(12, "10:00"))["sign_up"]
    assert (between.open, between.opens, between.over) == (False, at(13, "08:00"), True)


def test_the_time_that_was_is_told_with_what_was_granted() -> None:
    early = Extension("sign_up", at(28, "08:00", month=10), at(30, "17:00", month=10))
    more = Extension("sign_up", at(9, "16:00"), at(11, "17:00"))
    other = Extension("intake", at(1, "08:00"), at(30, "17:00"))
    ended = phase_times([sign_up()], [early, more, other], at(12, "10:00"))["sign_up"]
    assert (ended.open, ended.over) == (False, True)
    assert (ended.begins, ended.closes) == (at(28, "08:00", month=10), at(11, "17:00"))
    assert phase_times([sign_up()], [], at(12, "10:00"))["sign_up"].closes == at(9, "17:00")  # control


@pytest.mark.django_db
def test_every_phase_of_the_demo_can_be_gone_to_and_is_open_then() -> None:
    keys = [phase.key for phase in Phase.objects.filter(season=make.season()) if phase.opens]
    assert len(keys) == 11  # 2023 asks no household booklet
    for key in keys:
        season: Season = make.season(key)
        window = Phase.objects.get(season=season, key=key).window()
        assert window.is_open(season_now(season.pk)), key


def test_where_booklets_are_handed_in_the_offices_confirm_for_some_days_after() -> None:
    asked = 0
    for file in DATA.parents[1].glob("*/phases.json"):
        ends = {phase["key"]: phase["closes"] for phase in json.loads(file.read_text("utf-8"))}
        if "household" in ends:
            asked += 1
            uploads, check, review = (
                datetime.fromisoformat(ends[key]) for key in ("household", "confirmation", "submission")
            )
            assert check - uploads >= timedelta(days=3), "completion needs the booklet, which may come on the last day"
            assert review > check
    assert asked
