"""The task page: own requests, where to be for a step of an office, what came too late (R13, R15, R20)."""

import re

import pytest
from django.test import Client

from baoming.registrations.models import Registration
from baoming.reviews.cases import Act
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import files
from tests.reviews.asking import after_sign_up, asked, do, refused_accommodation

pytestmark = pytest.mark.django_db


def groups(phone: Client, row: Registration) -> dict[str, str]:
    """Return the task page's groups by their titles, and what its one large button says."""
    row.refresh_from_db()
    assert row.account
    phone.force_login(row.account)
    shown = phone.get("/tasks/").content.decode()
    found = {re.split(r"[<\s]", part.strip(), maxsplit=1)[0]: part for part in re.split(r"<h2[^>]*>", shown)[1:]}
    buttons = re.findall(r'<a class="button[^>]*>([^<]*)<', shown)
    return {**found, "button": buttons[-1] if buttons else ""}


def test_a_request_that_waits_for_an_office_says_for_which_and_until_when(phone: Client) -> None:
    row = after_sign_up()
    asked(row, "fee_exemption")
    waiting = groups(phone, row)["等待他人"]
    assert re.search(r"报名点正在办理，[^<]*之前<", waiting)


def test_one_that_was_given_back_is_the_first_thing_to_do_and_says_until_when(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row, "correction")
    do(case, Act.RETURN, files.site(row), reason="other", note="证明看不清")
    shown = groups(phone, row)
    assert "已退回，请补正后再报" in shown["现在要做"]
    assert f"/requests/{case.pk}/" in shown["现在要做"]
    assert shown["button"] == "去补正"
    assert "信息变更" not in shown.get("等待他人", "")


def test_a_decision_in_writing_waits_for_its_signature(phone: Client) -> None:
    row = after_sign_up()
    case = refused_accommodation(row)
    shown = groups(phone, row)
    assert "签收" in shown["现在要做"]
    assert shown["button"] == "去签收"
    do(case, Act.RECEIVE, files.site(row))
    assert "签收" not in groups(phone, row).get("现在要做", "")


def test_what_an_office_has_kept_too_long_is_said_to_be_late(phone: Client) -> None:
    row = after_sign_up()
    asked(row, "fee_exemption")
    make.season("tickets")
    assert "已超过办理期限" in groups(phone, row)["等待他人"]


def test_what_is_over_stands_nowhere(phone: Client) -> None:
    row = after_sign_up()
    do(asked(row, "fee_exemption"), Act.WITHDRAW, files.site(row), note="本人书面撤回")
    assert not any("/requests/" in part and "撤回" in part for part in groups(phone, row).values())


def test_who_is_to_sign_is_told_to_come(phone: Client) -> None:
    row = confirmed.saved()
    make.season("confirmation")
    shown = groups(phone, row)
    assert re.search(r"登记表校对签字.*到报名点核对登记表、签字，[^<]*之前", shown["现在要做"], re.S)
    assert "登记表校对签字" not in shown["等待他人"]


def test_what_came_too_late_says_whom_to_ask(phone: Client) -> None:
    row = confirmed.saved()
    make.season("tickets")
    shown = groups(phone, row)
    late = shown["时间已过，还没有办的"]
    assert "登记表校对签字" in late
    assert re.search(f"马上联系{row.site.name}.*{row.site.phone}.*申请延长", late, re.S)
    assert "登记表校对签字" not in shown.get("之后开放", "")
