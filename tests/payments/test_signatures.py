"""M1: what a provider has not signed just now proves nothing, neither a notice nor an answer.

Each guard has its control: without it the same forgery is believed.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from baoming.payments.providers import alipay, wechat
from baoming.payments.providers.base import CashierDown, NoticeRefused
from baoming.payments.providers.keys import Signer
from tests.payments.gateway import KEYS, Gateway, Letterbox, Signed, now
from tests.standins.running import running


def bit_flipped(body: bytes, place: int) -> bytes:
    changed = bytearray(body)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def same_form(key: str, one: bytes, other: bytes) -> bool:
    """Whether two forms say the same (%2f and %2F): what a form says is signed, not how it is written."""
    return key != "wechat" and parse_qsl(one.decode("latin-1")) == parse_qsl(other.decode("latin-1"))


def read(gateway: Gateway, key: str, notice: Signed, *, later: timedelta = timedelta()) -> str:
    return gateway.providers[key].read_notice(*notice, now=now() + later).charge.number


@pytest.mark.parametrize("key", KEYS)
def test_a_notice_that_was_changed_anywhere_proves_nothing(gateway: Gateway, notices: Letterbox, key: str) -> None:
    wanted = gateway.paid(key, notices[0])
    headers, body = notices[1].get(timeout=5)
    assert read(gateway, key, (headers, body)) == wanted.number
    flipped = (bit_flipped(body, place) for place in range(0, len(body) * 8, 97))
    tries = [one for one in flipped if not same_form(key, one, body)]
    tries += [body[:-3], b"", body * 2, b"\xff" + body, body + b"&" + urlencode({"txnAmt": "1"}).encode()]
    for changed in tries:
        with pytest.raises(NoticeRefused):
            read(gateway, key, (headers, changed))


def test_a_notice_of_wechat_needs_each_of_its_headers(gateway: Gateway, notices: Letterbox) -> None:
    gateway.paid("wechat", notices[0])
    headers, body = notices[1].get(timeout=5)
    for name in ("Timestamp", "Nonce", "Signature", "Serial"):
        for value in ("0" * 40, None):
            changed = {key: one for key, one in headers.items() if key != f"Wechatpay-{name}"}
            with pytest.raises(NoticeRefused):
                read(gateway, "wechat", (changed | ({f"Wechatpay-{name}": value} if value else {}), body))


@pytest.mark.parametrize("key", KEYS)
def test_the_probe_of_the_provider_is_refused_and_the_true_notice_taken(
    gateway: Gateway, notices: Letterbox, key: str
) -> None:
    gateway.fault("forge")
    gateway.paid(key, notices[0])
    assert sorted(outcomes(gateway, key, notices)) == ["refused", "taken"]


def outcomes(gateway: Gateway, key: str, notices: Letterbox) -> list[str]:
    found = []
    for _ in range(2):
        try:
            read(gateway, key, notices[1].get(timeout=5))
            found.append("taken")
        except NoticeRefused:
            found.append("refused")
    return found


@pytest.mark.parametrize("key", KEYS)
def test_control_where_every_signature_is_believed_the_probe_is_taken(
    gateway: Gateway, notices: Letterbox, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signer, "proves", lambda *_, **__: True)
    gateway.fault("forge")
    gateway.paid(key, notices[0])
    assert outcomes(gateway, key, notices) == ["taken", "taken"]


@pytest.mark.parametrize("key", ["wechat", "alipay"])  # UnionPay does not say when a notice was sent
@pytest.mark.parametrize("later", [timedelta(seconds=310), timedelta(seconds=-310)])
def test_a_stale_notice_is_refused(gateway: Gateway, notices: Letterbox, key: str, later: timedelta) -> None:
    gateway.paid(key, notices[0])
    with pytest.raises(NoticeRefused):
        read(gateway, key, notices[1].get(timeout=5), later=later)


@pytest.mark.parametrize(("key", "guard"), [
    ("wechat", lambda patch: patch.setattr(wechat, "_FRESH", 10**6)),
    ("alipay", lambda patch: patch.setattr(alipay, "_FRESH", timedelta(days=9))),
])  # fmt: skip
def test_control_where_age_is_not_asked_a_stale_notice_is_taken(
    gateway: Gateway, notices: Letterbox, key: str, guard: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    guard(monkeypatch)
    wanted = gateway.paid(key, notices[0])
    assert read(gateway, key, notices[1].get(timeout=5), later=timedelta(seconds=310)) == wanted.number


def somebody_else(address: str, home: Path, ours: Path) -> Gateway:
    """Another gateway, which knows our merchant; but its answers are held against the keys of the first."""
    signers = {}
    for key in KEYS:
        [serial] = [path.stem for path in (home / key / "platform").glob("*.pub")]
        [known] = (ours / key / "platform").glob("*.pub")
        signers[key] = Signer((home / key / "merchant.key").read_bytes(), {serial: known.read_bytes()})
    return Gateway(address, home, keys=signers)


@pytest.mark.parametrize("believed", [False, True])
def test_an_answer_of_somebody_else_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, believed: bool
) -> None:
    """Believed, as the control, it is one: then the question itself was in order."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with running("cashier", ours):
        pass
    with running("cashier", theirs) as address:
        paid = {key: Gateway(address, theirs).paid(key) for key in KEYS}
        mixed = somebody_else(address, theirs, ours)
        if believed:
            monkeypatch.setattr(Signer, "proves", lambda *_, **__: True)
        for key in KEYS:
            if believed:
                assert mixed.query(key, paid[key]).state == "paid"
                continue
            with pytest.raises(CashierDown):
                mixed.query(key, paid[key])


def test_who_signs_nothing_is_turned_away(gateway: Gateway) -> None:
    wanted = gateway.paid("wechat")
    place = f"{gateway.address}/v3/pay/transactions/out-trade-no/{wanted.number}?mchid=1"
    assert httpx.get(place).status_code == 401
    assert httpx.post(f"{gateway.address}/unionpay/gateway/api/queryTrans.do", data={"orderId": "1"}).status_code == 400
    refused = httpx.post(f"{gateway.address}/alipay/gateway.do", data={"method": "alipay.trade.query"}).json()
    assert refused["alipay_trade_query_response"]["sub_code"] == "isv.invalid-signature"
