"""R6: the same reading sent twice at the same instant is one file; two files never share a reading."""

from functools import partial

import pytest

from baoming.audit.actors import Actor, Party
from baoming.registrations.models import CardUse, Registration, StepLog
from baoming.registrations.services.intake import open_file
from baoming.shared.errors import Refused
from tests import factories as make
from tests.concurrency.together import together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
CLICKS = 8


def test_a_button_clicked_often_at_once_opens_one_file_and_shows_it_to_all() -> None:
    season, here, person = make.season(), make.site(), make.document()
    by = Actor(kind=Party.SITE, id="", path=here.path, label="周敏")
    click = partial(open_file, person, season=season, site=here, by=by, reader="R01", nonce="n1")
    answers = together([click] * CLICKS)
    only = Registration.objects.get()
    assert [getattr(answer, "pk", answer) for answer in answers] == [only.pk] * CLICKS
    assert StepLog.objects.filter(registration=only).count() == CardUse.objects.count() == 1


def test_of_many_people_with_one_reading_one_gets_in() -> None:
    season, here = make.season(), make.site()
    by = Actor(kind=Party.SITE, id="", path=here.path, label="周敏")
    acts = [
        partial(open_file, make.document(), season=season, site=here, by=by, reader="R01", nonce="n1")
        for _ in range(CLICKS)
    ]
    answers = together(acts)
    assert Registration.objects.count() == 1
    assert sum(isinstance(answer, Refused) and "已经用过" in str(answer) for answer in answers) == CLICKS - 1
