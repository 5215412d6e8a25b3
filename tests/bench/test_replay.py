"""pgbench replays what the service really sends: the captured statements name no one person any more."""

import re

import pytest

from baoming.audit.actors import Actor, Party
from baoming.registrations.services.numbers import issue_number
from bench.replay import captured, replay_script
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_script_holds_every_statement_and_nothing_of_the_sample() -> None:
    make.season()
    here = make.site()
    make.segment(here, first=1_020_500)
    row = make.registration(here, done=make.before("number"))
    by = Actor(kind=Party.SITE, id="", path=here.path, label="周敏")
    statements = captured(lambda: issue_number(row.pk, by=by))
    row.refresh_from_db()
    script = replay_script(statements, row, each=128)
    assert row.number == 1_020_500
    assert script.count("\n") == len(statements) + 4  # \set twice, BEGIN, COMMIT
    assert [word for word in ("registrations_steplog", "audit_event", "alarm_95 \\gset s_") if word not in script] == []
    for own in (row.pk.hex, here.pk.hex, str(here.pk), here.path, "1020500", "1020501"):
        assert own not in script
    assert re.search(r'UPDATE "registrations_registration" SET .*"number" = :s_next', script)
