"""The contract of a sender of SMS, held against the stand-in in its own process."""

import hashlib
import hmac
from pathlib import Path

import httpx
import pytest

from baoming.messages.providers.base import SmsDown
from baoming.messages.providers.inbox import InboxSms
from tests.standins.running import running


def test_message_lands_once_and_only_with_the_secret(tmp_path: Path) -> None:
    with running("sms", tmp_path) as address:
        secret = (tmp_path / "sms.secret").read_bytes()
        sender = InboxSms(address, secret)
        first = sender.send(number="19900000001", text="验证码 123456", reference="a")
        assert sender.send(number="19900000001", text="验证码 123456", reference="a") == first
        sender.send(number="19900000002", text="别人的短信", reference="b")
        shown = httpx.get(address, params={"number": "19900000001"}).text
        assert shown.count("验证码 123456") == 1
        assert "别人的短信" not in shown
        with pytest.raises(SmsDown):
            InboxSms(address, b"other").send(number="19900000001", text="伪造", reference="c")
        assert "伪造" not in httpx.get(address).text
    with pytest.raises(SmsDown, match="自动重发"):
        sender.send(number="19900000001", text="晚了", reference="d")


def test_a_restart_of_the_inbox_loses_no_message(tmp_path: Path) -> None:
    with running("sms", tmp_path) as address:
        sender = InboxSms(address, (tmp_path / "sms.secret").read_bytes())
        first = sender.send(number="19900000001", text="验证码 123456", reference="a")
    with running("sms", tmp_path) as address:
        sender = InboxSms(address, (tmp_path / "sms.secret").read_bytes())
        assert "验证码 123456" in httpx.get(address).text
        assert sender.send(number="19900000001", text="验证码 123456", reference="a") == first
    assert (tmp_path / "messages.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("stamp", ["", "yesterday", "1e9", "12", "9" * 5000])
def test_a_signed_message_without_a_moment_of_now_is_turned_away(tmp_path: Path, stamp: str) -> None:
    with running("sms", tmp_path) as address:
        body, secret = b"{}", (tmp_path / "sms.secret").read_bytes()
        signature = hmac.new(secret, f"{stamp}\n".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": stamp, "X-Signature": signature}
        assert httpx.post(f"{address}/send", content=body, headers=headers).status_code == 401
