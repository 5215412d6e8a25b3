"""A worker killed while a sender has a notice and has not answered: the notice is out once, and never twice.

Real worker, killed with SIGKILL, beside the sender that sends whatever it is handed twice.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from baoming.messages.models import Attempt, Message
from baoming.messages.services import send
from baoming.shared.jobs import defer
from tests import factories as make
from tests.environment import ROOT
from tests.messages.senders import Standin, standin
from tests.web.test_killed_worker import PATIENCE, half_a_minute_passes, status, until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBER = "19900006025"
SILENT = 12  # seconds in which the sender reports nothing
FORGETFUL = """
import django
django.setup()
from django.core.management import call_command
from baoming.messages.services import outbox
outbox.next_move = lambda order, so_far, *, asked, **_: order[0] if order[0] not in asked else outbox.End.UNKNOWN
call_command("procrastinate", "worker", "--one-shot")
"""


@contextmanager
def killed(keys: Path) -> Iterator[tuple[Standin, Message]]:
    """The sender has the notice, silent; the worker that handed it over is dead."""
    with standin("tencent", keys / "tencent") as cloud:
        cloud.control("silent")
        words = {"number": NUMBER, "phone": "0731-00000102"}
        message = send("passwords_set", season=make.season(), recipient=uuid4(), **words)
        with worker(keys, keys / "killed.log", **only(cloud)):
            until(lambda: cloud.landed(NUMBER) == 1, keys / "killed.log")
        assert status("messages.deliver") == "doing"
        assert Attempt.objects.get().state == "sending"
        cloud.control("deliver")
        half_a_minute_passes()
        yield cloud, message


def only(cloud: Standin) -> dict[str, str]:
    return {"BAOMING_SMS": "", "BAOMING_SMS_TENCENT": cloud.address}


def test_the_notice_is_out_once_and_the_receipt_ends_the_doubt(tmp_path: Path) -> None:
    with killed(tmp_path) as (cloud, message):
        log = tmp_path / "next.log"
        with worker(tmp_path, log, **only(cloud)):
            until(lambda: status("messages.deliver") == "succeeded", log)
            message.refresh_from_db()
            assert message.state == "unknown"
            time.sleep(SILENT)
            defer("messages.look_after", timestamp=1)
            until(lambda: Message.objects.get().state == "arrived", log)
        assert cloud.landed(NUMBER) == 1


def test_control_a_worker_that_forgets_what_is_in_flight_sends_it_twice(tmp_path: Path) -> None:
    with killed(tmp_path) as (cloud, _):
        env = {**os.environ, **only(cloud), "BAOMING_SERVICE_KEYS": str(tmp_path)}
        env["DJANGO_SETTINGS_MODULE"] = "baoming.config.settings"
        defer("shared.retry_stalled", timestamp=0)
        command = [sys.executable, "-c", FORGETFUL]
        for _ in range(2):  # the first one queues the dead one's job again
            subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, timeout=PATIENCE)
        assert cloud.landed(NUMBER) == 2
