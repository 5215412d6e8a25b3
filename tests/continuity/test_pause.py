"""A pause: who may, what it promises, and that the promise is kept when it ends (R31)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.continuity.services import pause_season, resume_season
from baoming.schedule.models import Extension, Phase
from baoming.schedule.queries import phase_times
from baoming.schedule.services import extend_for_area, extend_for_person
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
REASON = "支付平台故障，正在处理"
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")


def pause(*, extends: bool = False, reason: str = REASON) -> Season:
    season = Season.objects.get(kind="demo")
    return pause_season(season.pk, reason=reason, until=None, extends=extends, by=make.PROVINCE)


def closes(season: Season, key: str = "sign_up"):  # type: ignore[no-untyped-def]
    return Phase.objects.get(season=season, key=key).closes


def test_a_promised_pause_gives_its_length_back_at_the_end_of_every_running_phase() -> None:
    season = make.season("sign_up")
    ends = closes(season)
    make.at(ends - timedelta(hours=1))
    pause(extends=True)
    make.at(ends + timedelta(hours=1))
    resume_season(season.pk, by=make.PROVINCE)
    time = phase_times(season.pk, path="43/01/02/01/")["sign_up"]
    assert time.open
    assert abs((time.closes - ends) - timedelta(hours=2)) < timedelta(minutes=1)
    make.at(ends + timedelta(hours=2, minutes=1))
    assert not phase_times(season.pk, path="43/01/02/01/")["sign_up"].open
    assert set(Extension.objects.values_list("phase", flat=True)) == {"sign_up", "declarations"}


def paused_for(hours: int) -> None:
    """A pause with the promise, begun now."""
    season = pause(extends=True)
    make.at(season_now(season.pk) + timedelta(hours=hours))
    resume_season(season.pk, by=make.PROVINCE)


def sign_up_ends(season: Season, path: str = "43/01/02/01/", subject: UUID | None = None) -> datetime:
    time = phase_times(season.pk, path=path, subject=subject)["sign_up"]
    assert time.closes is not None
    return time.closes


def about(moment: datetime, other: datetime) -> bool:
    return abs(moment - other) < timedelta(minutes=1)


def test_two_promised_pauses_give_back_the_length_of_both() -> None:
    season = make.season("sign_up")
    ends = closes(season)
    make.at(ends - timedelta(hours=20))
    paused_for(3)
    paused_for(2)
    for later in (1, 4, 6):  # told at once, and after it has passed
        make.at(ends + timedelta(hours=later))
        assert about(sign_up_ends(season), ends + timedelta(hours=5))


def test_a_pause_in_the_time_that_an_earlier_one_gave_back_is_given_back_too() -> None:
    season = make.season("sign_up")
    ends = closes(season)
    make.at(ends - timedelta(hours=4))
    paused_for(3)
    make.at(ends + timedelta(hours=1))
    paused_for(4)
    assert about(sign_up_ends(season), ends + timedelta(hours=7))


def test_what_was_granted_to_an_area_or_a_person_is_given_back_there_and_nowhere_else() -> None:
    season = make.season("sign_up")
    ends, somebody = closes(season), uuid4()
    until = ends + timedelta(hours=10)
    values = {"opens": ends, "closes": until, "reason": "停电", "by": make.PROVINCE}
    extend_for_area(season.pk, "sign_up", path="43/01/02/", **values)
    values["closes"] = ends + timedelta(hours=5)
    extend_for_person(season.pk, "sign_up", subject=somebody, path="43/01/03/01/", **values)
    make.at(ends + timedelta(hours=1))
    paused_for(6)
    assert not phase_times(season.pk, path="43/01/03/01/")["sign_up"].open
    assert about(sign_up_ends(season, "43/01/03/01/", somebody), ends + timedelta(hours=11))
    make.at(until + timedelta(hours=1))
    assert about(sign_up_ends(season), until + timedelta(hours=6))


def test_an_area_that_has_more_time_ahead_keeps_it_whole() -> None:
    season = make.season("sign_up")
    ends = closes(season)
    until = ends + timedelta(hours=10)
    extend_for_area(season.pk, "sign_up", path="43/01/02/", opens=ends, closes=until, reason="停电", by=make.PROVINCE)
    make.at(ends - timedelta(hours=5))
    paused_for(2)
    make.at(until + timedelta(hours=1))
    assert about(sign_up_ends(season), until + timedelta(hours=2))
    assert not phase_times(season.pk, path="43/01/03/01/")["sign_up"].open


def test_without_the_promise_no_deadline_moves() -> None:
    season = make.season("sign_up")
    pause()
    assert resume_season(season.pk, by=make.PROVINCE) == []
    assert not Extension.objects.exists()


def test_going_on_twice_is_once_and_clears_all() -> None:
    season = make.season("sign_up")
    pause(extends=True)
    make.at(season_now(season.pk) + timedelta(hours=1))
    assert resume_season(season.pk, by=make.PROVINCE)
    assert resume_season(season.pk, by=make.PROVINCE) == []
    season.refresh_from_db()
    assert (season.paused_at, season.pause_reason, season.pause_extends) == (None, "", False)
    verbs = Event.objects.filter(verb__in=("pause_season", "resume_season")).order_by("id")
    assert [event.verb for event in verbs] == ["pause_season", "resume_season"]


def test_a_reason_is_asked_and_a_second_pause_refused() -> None:
    season = make.season("sign_up")
    for reason in ("", " ", "长" * 61, "两\n行"):
        with pytest.raises(Invalid, match="原因"):
            pause(reason=reason)
    with pytest.raises(Invalid, match="现在以后"):
        pause_season(season.pk, reason=REASON, until=season_now(season.pk), extends=False, by=make.PROVINCE)
    pause()
    with pytest.raises(Refused, match="已经在暂停"):
        pause()


def test_only_the_province_has_the_switch() -> None:
    season = make.season("sign_up")
    with pytest.raises(NotOpen):
        pause_season(season.pk, reason=REASON, until=None, extends=False, by=COUNTY)
    with pytest.raises(NotOpen):
        resume_season(season.pk, by=COUNTY)
