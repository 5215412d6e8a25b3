"""The contract of a sender of SMS, held against the stand-in in its own process."""

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
