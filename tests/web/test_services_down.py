"""What waits when a service outside is down, or the worker is: the page says so, nothing is lost, it goes on by itself.

Real worker, real stand-ins, started and stopped as on a bad day.
"""

import os
import subprocess
import sys
from datetime import timedelta
from html import escape
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.messages.models import Message
from baoming.payments.models import Order
from baoming.registrations.models import PersonCheck, Registration
from tests.environment import ROOT
from tests.registrations.test_access import PHONE, candidate
from tests.standins.running import running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOBODY = "http://127.0.0.1:9"  # nothing listens there
ALL_DOWN = {f"BAOMING_{name}": NOBODY for name in ("SMS", "CASHIER", "PERSON_CHECK", "NETWORK_ID", "SYSTEM_CHECK")}


def signed_in(phone: Client, step: str) -> Registration:
    row, _ = candidate(step)
    assert row.account is not None
    phone.force_login(row.account)
    return row


def keys_of(name: str, keys: Path) -> Path:
    """The home of a stand-in, with the keys of both sides; the stand-in itself is stopped again."""
    (keys / name).mkdir()
    with running(name, keys / name):
        return keys / name


def work(keys: Path, **services: str) -> None:
    """Let a worker do what is due, with services at these addresses; all others are down."""
    addresses = {**ALL_DOWN, **services}
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot", "--no-listen-notify"]
    env = {**os.environ, **addresses, "BAOMING_SERVICE_KEYS": str(keys)}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, timeout=60)


def retried(task: str) -> int:
    """How often the one job of `task` that waits was tried; it becomes due now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = %s", [task])
    attempts: int = ProcrastinateJob.objects.get(task_name=task, status="todo").attempts
    return attempts


def test_a_code_waits_for_the_sms_service(phone: Client, tmp_path: Path) -> None:
    row = signed_in(phone, "phone")
    home = keys_of("sms", tmp_path)
    asked = phone.post("/phone/", {"act": "send", "phone": PHONE}).content.decode()
    assert "短信还在发送" in asked
    work(tmp_path)
    assert retried("messages.deliver") == 1
    page = phone.get("/phone/").content.decode()
    assert "系统会自动重发" in page
    assert f'value="{PHONE}"' in page  # who comes back sees the number that it goes to, and types none anew
    assert "已完成的步骤都已保存" in page
    assert "短信验证码" in page
    with running("sms", home) as address:
        work(tmp_path, BAOMING_SMS=address)
        assert "用于绑定手机" in httpx.get(address).text
    assert Message.objects.get(recipient=row.pk).state == "sent"
    page = phone.get("/phone/").content.decode()
    assert "短信还在发送" not in page
    assert "短信验证码" in page


def test_an_order_waits_for_the_cashier(phone: Client, tmp_path: Path) -> None:
    signed_in(phone, "registration_fee")
    home = keys_of("cashier", tmp_path)
    phone.post("/fee/", {"no_refund": "1"})
    assert "正在打开收银台" in phone.get("/fee/").content.decode()
    work(tmp_path)
    assert retried("payments.open_cashier") == 1
    Order.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    page = phone.get("/fee/").content.decode()
    assert "收银台暂时没有回应" in page
    assert "请稍后再来看，不用重新下单" in page
    phone.post("/fee/", {"no_refund": "1"})
    with running("cashier", home) as address:
        work(tmp_path, BAOMING_CASHIER=address)
    order = Order.objects.get()
    assert order.state == "created"
    assert escape(order.cashier_url) in phone.get("/fee/").content.decode()


def test_a_payment_is_found_although_cashier_and_worker_were_down(phone: Client, tmp_path: Path) -> None:
    row = signed_in(phone, "registration_fee")
    home = keys_of("cashier", tmp_path)
    phone.post("/fee/", {"no_refund": "1"})
    with running("cashier", home) as address:
        work(tmp_path, BAOMING_CASHIER=address)
        httpx.post(Order.objects.get().cashier_url, data={"do": "pay"})  # the notice meets no portal
    phone.post("/fee/ask/")
    work(tmp_path)
    assert Order.objects.get().state == "created"
    assert "正在核实，请稍后再来看，不要重复缴费" in phone.get("/fee/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE attempts > 0 AND status = 'todo'")
    with running("cashier", home) as address:
        work(tmp_path, BAOMING_CASHIER=address)
    row.refresh_from_db()
    assert Order.objects.get().state == "paid"
    assert "registration_fee" in row.done_steps
    assert "报名费已经缴纳" in phone.get("/fee/").content.decode()


def test_a_paid_order_whose_worker_is_down_says_so_and_offers_no_second_payment(phone: Client) -> None:
    signed_in(phone, "registration_fee")
    phone.post("/fee/", {"no_refund": "1"})
    Order.objects.update(state="paid")
    page = phone.get("/fee/").content.decode()
    assert "已缴费，正在登记" in page
    assert "去支付" not in page
    assert "去缴报名费" not in page


def test_a_check_waits_for_its_provider(phone: Client, tmp_path: Path) -> None:
    signed_in(phone, "person_check")
    home = keys_of("faceid", tmp_path)
    phone.post("/person-check/", {"consent": "1"})
    assert "正在打开认证页面" in phone.get("/person-check/").content.decode()
    work(tmp_path)
    assert retried("registrations.open_person_check") == 1
    check = PersonCheck.objects.get()
    PersonCheck.objects.update(at=check.at - timedelta(minutes=2))
    page = phone.get("/person-check/").content.decode()
    assert "认证服务暂时没有回应" in page
    assert "现在就可以换下面的其他方式" in page
    assert "去用网号、网证认证" in page
    with running("faceid", home) as address:
        work(tmp_path, BAOMING_PERSON_CHECK=address)
    check.refresh_from_db()
    assert check.state == "pending"
    page = phone.get("/person-check/").content.decode()
    assert check.url in page
    assert "系统会自动再问" in page
