"""A worker killed in the middle of a job: within two minutes the job runs again and ends.

Real worker, killed with SIGKILL; the time without a sign of life is let pass in its row.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.messages.models import Message
from baoming.payments.models import Order
from baoming.registrations.models import PersonCheck, Registration, SystemCheck
from baoming.registrations.services.steps import locked
from baoming.registrations.services.system_checks import ask
from baoming.seasons.queries import season_now
from baoming.shared.jobs import defer, defer_once
from tests.environment import CLUSTER, DATABASE, ROOT
from tests.registrations.confirmed import operator
from tests.registrations.test_access import PHONE
from tests.standins.running import running
from tests.web.test_services_down import ALL_DOWN, NOBODY, keys_of, signed_in, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATIENCE = 40
WITHOUT_HEALING = """
import django
django.setup()
from django.core.management import call_command
from procrastinate.contrib.django import app
app.periodic_registry.periodic_tasks.clear()
call_command("procrastinate", "worker", "--one-shot")
"""


@dataclass(frozen=True)
class Story:
    """One job: what causes it, the service that keeps it waiting (none: a lock does), and what it leaves behind."""

    step: str
    cause: Callable[[Client, Registration], object]
    done: Callable[[Registration], bool]
    service: str = ""
    address: str = ""


def order_and_pay(phone: Client, row: Registration) -> None:
    phone.post("/fee/", {"no_refund": "1"})
    order = Order.objects.get()
    Order.objects.update(state="paid", ask_at=None)  # nothing but the job marks the step
    defer("payments.mark_paid", order_id=str(order.pk))


@transaction.atomic
def typed_anew(_: Client, row: Registration) -> None:
    ask(locked(row.pk), reason="expired", by=operator(row), at=season_now(row.season_id))


STORIES = {
    "payments.mark_paid": Story(
        "registration_fee",
        order_and_pay,
        lambda row: "registration_fee" in Registration.objects.get(pk=row.pk).done_steps,
    ),
    "payments.open_cashier": Story(
        "registration_fee",
        lambda phone, row: phone.post("/fee/", {"no_refund": "1"}),
        lambda row: Order.objects.get().state == "created",
        "cashier",
        "BAOMING_CASHIER",
    ),
    "messages.deliver": Story(
        "phone",
        lambda phone, row: phone.post("/phone/", {"act": "send", "phone": PHONE}),
        lambda row: Message.objects.get().state == "sent",
        "sms",
        "BAOMING_SMS",
    ),
    "registrations.open_person_check": Story(
        "person_check",
        lambda phone, row: phone.post("/person-check/", {"consent": "1"}),
        lambda row: PersonCheck.objects.get().state == "pending",
        "faceid",
        "BAOMING_PERSON_CHECK",
    ),
    "registrations.settle_system_check": Story(
        "phone",
        typed_anew,
        lambda row: SystemCheck.objects.get().state == "match" and not Registration.objects.get(pk=row.pk).held,
        "identity",
        "BAOMING_SYSTEM_CHECK",
    ),
}


@contextmanager
def worker(keys: Path, log: Path, **services: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker as the launcher starts it; killed at the end, as nothing else stops it at once."""
    addresses = {**ALL_DOWN, **services}
    env = {**os.environ, **addresses, "BAOMING_SERVICE_KEYS": str(keys)}
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--concurrency", "4"]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def silent_service() -> Iterator[str]:
    """Takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def held(row: Registration) -> Iterator[str]:
    """Somebody else holds the registration's lock."""
    with psycopg.connect(CLUSTER.url("migrate", DATABASE)) as other:
        other.execute("SELECT 1 FROM registrations_registration WHERE id = %s FOR UPDATE", [row.pk])
        yield NOBODY
        other.rollback()


def until(happened: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def killed_in(task: str, phone: Client, keys: Path) -> Registration:
    """Have a worker killed in the middle of the job."""
    story, log = STORIES[task], keys / "killed.log"
    row = signed_in(phone, story.step)
    story.cause(phone, row)
    for name in ("cashier", "sms", "identity", "faceid"):
        keys_of(name, keys)
    with held(row) if not story.service else silent_service() as address:
        services = {story.address: address} if story.service else {}
        with worker(keys, log, **services):
            until(lambda: status(task) == "doing", log)
    assert status(task) == "doing"
    return row


def status(task: str) -> str:
    found: str = ProcrastinateJob.objects.filter(task_name=task).order_by("id").values_list("status", flat=True)[0]
    return found


def half_a_minute_passes() -> None:
    """The killed worker gives no sign of life, and the next minute's periodic jobs are due."""
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
        owner.execute("DELETE FROM procrastinate_periodic_defers")


def service_of(story: Story, keys: Path) -> AbstractContextManager[str]:
    return running(story.service, keys / story.service) if story.service else nullcontext(NOBODY)


@pytest.mark.parametrize("task", STORIES)
def test_a_job_whose_worker_was_killed_runs_again(task: str, phone: Client, tmp_path: Path) -> None:
    story, log = STORIES[task], tmp_path / "next.log"
    row = killed_in(task, phone, tmp_path)
    assert not story.done(row)
    half_a_minute_passes()
    with service_of(story, tmp_path) as address:
        services = {story.address: address} if story.service else {}
        with worker(tmp_path, log, **services):
            until(lambda: status(task) == "succeeded", log)
    assert story.done(row)


def test_control_without_the_healing_job_it_stays_half_done_for_ever(phone: Client, tmp_path: Path) -> None:
    row = killed_in("payments.mark_paid", phone, tmp_path)
    half_a_minute_passes()
    with connection.cursor() as cursor:  # the killed worker may have queued one
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'shared.retry_stalled'")
    env = {**os.environ, "BAOMING_SERVICE_KEYS": str(tmp_path), "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    command = [sys.executable, "-c", WITHOUT_HEALING]
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, timeout=PATIENCE)
    assert status("payments.mark_paid") == "doing"
    assert not STORIES["payments.mark_paid"].done(row)


def test_a_stalled_job_gives_way_to_one_that_waits_with_the_same_key(phone: Client, tmp_path: Path) -> None:
    task, key = "registrations.settle_person_check", str(uuid4())
    defer_once(task, key, check_id=key)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [task])
    defer_once(task, key, after=timedelta(hours=1), check_id=key)
    defer("messages.deliver", message_id=key)  # another stalled one, behind it
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'messages.deliver'")
    defer("shared.retry_stalled", timestamp=0)
    work(tmp_path)
    jobs = ProcrastinateJob.objects.filter(task_name=task).order_by("id")
    assert [job.status for job in jobs] == ["failed", "todo"]
    assert ProcrastinateJob.objects.get(task_name="messages.deliver").attempts >= 1
    assert ProcrastinateJob.objects.get(task_name="shared.retry_stalled", args={"timestamp": 0}).status == "succeeded"
