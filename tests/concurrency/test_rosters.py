"""R4: the import button clicked often at once takes the roster once; two sites never list one pupil."""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import RosterEntry
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services import rosters
from baoming.registrations.services.rosters import Imported, import_roster
from baoming.seasons.models import Season
from tests import factories as make
from tests.concurrency.together import PATIENCE, together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
CLICKS = 8
PUPILS = [RosterRow(2 + n, f"G99000120050317{n:04d}", "欧阳明", "高三（1）班") for n in range(60)]


def click(site: Organization) -> partial[Imported]:
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    return partial(import_roster, Season.objects.get(), site, PUPILS, by=by)


def test_a_button_clicked_often_at_once_adds_each_pupil_once() -> None:
    make.season()
    answers = together([click(make.site())] * CLICKS)
    done = [(answer.added, answer.changed) for answer in answers if isinstance(answer, Imported)]
    assert sorted(done) == [(0, 60)] * (CLICKS - 1) + [(60, 0)], answers
    assert RosterEntry.objects.count() == 60


def test_two_sites_that_list_the_same_pupils_at_once_are_told() -> None:
    make.season()
    answers = together([click(make.site("01")), click(make.site("02"))])
    done = [(answer.added, len(answer.problems)) for answer in answers if isinstance(answer, Imported)]
    assert sorted(done) == [(0, 60), (60, 0)], answers


def test_control_without_the_lock_the_second_click_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    meet, known = Barrier(2), rosters._known

    def read_by_both(season: Season, blinds: list[bytes]) -> dict[bytes, RosterEntry]:
        found = known(season, blinds)
        meet.wait(PATIENCE)
        return found

    make.season()
    act = click(make.site())
    monkeypatch.setattr(rosters, "_one_at_a_time", lambda _: None)
    monkeypatch.setattr(rosters, "_known", read_by_both)
    [broken] = [answer for answer in together([act, act]) if not isinstance(answer, Imported)]
    assert isinstance(broken, IntegrityError)
    assert "roll_number_once_a_season" in str(broken)
    assert PUPILS[0].roll_number not in str(broken)  # the log of such an error shows no identity number
