"""公告: whose they are, who reads them and when."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.messages import announcements as announcing
from baoming.messages.announcements import LONGEST_TEXT, checked, paragraphs
from baoming.messages.models import Announcement
from baoming.messages.queries import announcements
from baoming.messages.services import publish, withdraw
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen
from baoming.shared.moments import BEIJING
from tests import factories as make

ADDRESSES = (
    "http://x.cn", "HTTPS://example", "www.hneeb", "hneao.cn", "bm.Example.COM/in", "ｈｔｔｐ：／／x.cn", "example。cn",
    "a@b.com",
)  # fmt: skip
NOW = datetime(2022, 11, 3, 10, 0, tzinfo=BEIJING)
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")
SITE = Actor(kind=Party.SITE, id="", path="43/01/02/01/", label="周敏")


def tell(by: Actor, *, title: str = "须知", opens: str = "", closes: str = "") -> Announcement:
    season = Season.objects.get(kind="demo")
    notice = checked({"title": title, "text": "带户口簿", "opens": opens, "closes": closes}, now=season_now(season.pk))
    return publish(season, notice, key=uuid4(), office="招办", by=by)


def read(path: str) -> list[str]:
    season = Season.objects.get(kind="demo")
    return [row.title for row in announcements(season.pk, now=season_now(season.pk), path=path)]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 41}, "title"),
        ({"title": "两\n行"}, "title"),
        ({"text": ""}, "text"),
        ({"text": "长" * (LONGEST_TEXT + 1)}, "text"),
        ({"text": "a\x07b"}, "text"),
        *[({"text": f"请到{one}办理"}, "text") for one in ADDRESSES],
        ({"title": "请看www.example.cn"}, "title"),
        ({"opens": "明天"}, "opens"),
        ({"closes": "9999-99-99"}, "closes"),
        ({"closes": "2022-11-03T10:00"}, "closes"),
        ({"opens": "2022-11-05T08:00", "closes": "2022-11-04T08:00"}, "closes"),
    ],
)
def test_what_cannot_be_announced_says_why_at_its_field(typed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked({"title": "须知", "text": "带户口簿", **typed}, now=NOW)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    "text", ["11.12上午", "第3.2条", "6.5cm", "QQ群", "APP里的“我的报名”", "A.文科 B.理科", "9:00—17:00"]
)
def test_control_what_is_no_address_is_taken(text: str) -> None:
    assert checked({"title": "须知", "text": text}, now=NOW).text == text


def test_control_without_the_guard_an_address_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "has_address", lambda _: False)
    for one in ADDRESSES:
        assert one in checked({"title": "须知", "text": f"请到{one}办理"}, now=NOW).text


def test_an_empty_beginning_is_now_and_lines_are_paragraphs() -> None:
    notice = checked({"title": " 须知 ", "text": "第一段\r\n\r\n第二段\n", "closes": "2022-11-04T08:00"}, now=NOW)
    assert (notice.title, notice.opens) == ("须知", NOW)
    assert notice.closes == datetime(2022, 11, 4, 8, 0, tzinfo=BEIJING)
    assert paragraphs(notice.text) == ["第一段", "第二段"]


@pytest.mark.django_db
def test_the_provinces_is_for_all_and_a_countys_for_its_area() -> None:
    make.season()
    tell(make.PROVINCE, title="全省")
    tell(COUNTY, title="芙蓉")
    assert read("43/") == ["全省"]
    assert set(read("43/01/02/")) == set(read("43/01/02/01/")) == {"全省", "芙蓉"}
    assert read("43/01/03/") == ["全省"]


@pytest.mark.django_db
def test_it_is_read_from_its_beginning_to_its_end_by_the_seasons_clock() -> None:
    season = make.season()
    begins = season_now(season.pk) + timedelta(hours=2)
    stamp = begins.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")
    ends = (begins + timedelta(hours=1)).astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")
    tell(make.PROVINCE, opens=stamp, closes=ends)
    assert read("43/") == []
    make.at(begins + timedelta(minutes=30))
    assert read("43/") == ["须知"]
    make.at(begins + timedelta(hours=2))
    assert read("43/") == []


@pytest.mark.django_db
def test_withdrawn_nobody_reads_it_and_the_record_stays() -> None:
    make.season()
    row = tell(COUNTY)
    withdraw(row.pk, by=COUNTY)
    withdraw(row.pk, by=COUNTY)
    assert read("43/01/02/") == []
    verbs = Event.objects.filter(subject=row.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["publish_announcement", "withdraw_announcement"]


@pytest.mark.django_db
def test_the_same_key_publishes_once_and_never_anothers() -> None:
    season, key = make.season(), uuid4()
    notice = checked({"title": "须知", "text": "带户口簿"}, now=season_now(season.pk))
    publish(season, notice, key=key, office="招办", by=COUNTY)
    publish(season, notice, key=key, office="招办", by=COUNTY)
    assert Announcement.objects.count() == Event.objects.filter(verb="publish_announcement").count() == 1
    with pytest.raises(NotOpen):
        publish(season, notice, key=key, office="省", by=make.PROVINCE)


@pytest.mark.django_db
def test_a_site_announces_nothing() -> None:
    make.season()
    with pytest.raises(NotOpen, match="由省教育考试院或县"):
        tell(SITE)
