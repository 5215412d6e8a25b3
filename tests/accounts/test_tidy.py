"""Every night what has had its time goes, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app

from baoming.accounts.models import Bucket, PhoneCode, Request, Session
from baoming.accounts.tasks import tidy

pytestmark = pytest.mark.django_db


def test_old_rows_go_and_living_ones_stay() -> None:
    now = timezone.now()
    for age in (timedelta(minutes=5), timedelta(days=31)):
        name = str(age.days)
        Session.objects.create(session_key=name, session_data="", expire_date=now + timedelta(minutes=30) - age)
        PhoneCode.objects.create(subject=uuid4(), phone_sealed=name, digest=bytes(32), sent_at=now - age)
        Bucket.objects.create(key=name, tokens=0, at=now - age)
        Request.objects.create(actor="a", key=name, answer={})
        Request.objects.filter(key=name).update(at=now - age)
    tidy(timestamp=0)
    assert [row.session_key for row in Session.objects.all()] == ["0"]
    assert [row.phone_sealed for row in PhoneCode.objects.all()] == ["0"]
    assert [row.key for row in Bucket.objects.all()] == ["0"]
    assert [row.key for row in Request.objects.all()] == ["0"]


def test_the_worker_runs_it_every_night() -> None:
    found = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "accounts.tidy"]
    assert [one.cron for one in found] == ["17 3 * * *"]
