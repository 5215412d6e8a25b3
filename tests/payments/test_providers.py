"""The contract of every provider, held against the stand-in in its own process, in each one's wire format."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from baoming.payments.providers import alipay, unionpay, wechat
from baoming.payments.providers.base import CashierDown, Channel, Giving, NoticeRefused, Opened, Provider, Wanted
from baoming.payments.providers.keys import Signer
from baoming.shared.moments import BEIJING
from tests.standins.running import running

KEYS = ("wechat", "alipay", "unionpay")
CHANNELS = {
    "wechat": (Channel.WECHAT_H5, Channel.WECHAT_NATIVE), "alipay": (Channel.ALIPAY_PAGE, Channel.ALIPAY_WAP),
    "unionpay": (Channel.UNIONPAY_PAGE, Channel.UNIONPAY_WAP),
}  # fmt: skip
Arrived = tuple[dict[str, str], bytes]


class Gateway:
    """The stand-in, and the adapters that speak to it."""

    def __init__(self, address: str, home: Path) -> None:
        self.address, self.numbers = address, iter(range(100000, 999999))
        makes: dict[str, Any] = {
            "wechat": (wechat.WeChatPay, wechat.Merchant, address),
            "alipay": (alipay.Alipay, alipay.Merchant, f"{address}/alipay/gateway.do"),
            "unionpay": (unionpay.UnionPay, unionpay.Merchant, f"{address}/unionpay"),
        }
        self.providers: dict[str, Provider] = {
            key: adapter(place, merchant.load(home / key), Signer.load(home / key))
            for key, (adapter, merchant, place) in makes.items()
        }

    def wanted(self, notify: str = "http://127.0.0.1:9/", fen: int = 4000) -> Wanted:
        until = datetime.now(UTC) + timedelta(minutes=30)
        return Wanted(
            number=f"BM22{next(self.numbers)}", fen=fen, description="普通高考报名费", notify_url=notify,
            return_url="http://127.0.0.1:8000/fee/", until=until,
        )  # fmt: skip

    def page(self, opened: Opened) -> str:
        """Go where the payer's browser goes; returns the address of the cashier's page."""
        match opened.kind:
            case "form":
                answer = httpx.post(opened.address, data=dict(opened.fields))
            case "code":
                return f"{self.address}/pay?token={parse_qs(urlsplit(opened.address).query)['pr'][0]}"
            case _:
                answer = httpx.get(opened.address)
        place = answer.headers.get("location", "")
        return f"{self.address}{place}" if place else opened.address

    def fault(self, name: str, times: int = 1) -> None:
        httpx.post(f"{self.address}/control", data={"fault": name, "times": str(times)})

    def paid(self, key: str, notify: str = "http://127.0.0.1:9/", fen: int = 4000) -> Wanted:
        wanted = self.wanted(notify, fen)
        pay(self.page(self.providers[key].create(CHANNELS[key][0], wanted)))
        return wanted


def pay(page: str) -> httpx.Response:
    return httpx.post(page, data={"do": "pay"})


@contextmanager
def listening(port: int = 0) -> Iterator[tuple[str, "queue.Queue[Arrived]"]]:
    """A merchant who takes notices, and answers what each provider wants to hear; yields address and what arrived."""
    arrived: queue.Queue[Arrived] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", arrived
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    home: Path = tmp_path_factory.mktemp("cashier")
    with running("cashier", home) as address:
        yield Gateway(address, home)


@pytest.fixture
def notices() -> Iterator[tuple[str, "queue.Queue[Arrived]"]]:
    with listening() as told:
        yield told


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("channel", [one for found in CHANNELS.values() for one in found])
def test_who_pays_is_known_to_have_paid(
    gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"], channel: Channel
) -> None:
    provider, wanted = gateway.providers[channel.provider], gateway.wanted(notices[0])
    assert provider.query(wanted.number, made_at=now()).state == "unknown"
    page = gateway.page(provider.create(channel, wanted))
    assert all(word in httpx.get(page).text for word in ("40.00元", "确认支付", wanted.number))
    assert provider.query(wanted.number, made_at=now()).state == "waiting"
    assert pay(page).status_code == 303
    headers, body = notices[1].get(timeout=5)
    notice, known = provider.read_notice(headers, body, now=now()), provider.query(wanted.number, made_at=now())
    assert (known.state, known.fen, known.number) == ("paid", 4000, wanted.number)
    assert (notice.charge.transaction, notice.charge.fen) == (known.transaction, 4000)
    assert known.paid_at is not None
    assert abs(known.paid_at - now()) < timedelta(seconds=20)


def test_inside_wechat_its_bridge_is_called_with_a_signature_of_its_own(gateway: Gateway) -> None:
    opened = gateway.providers["wechat"].create(Channel.WECHAT_JSAPI, gateway.wanted())
    assert opened.kind == "bridge"
    assert {*opened.fields} == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}


@pytest.mark.parametrize("key", KEYS)
def test_an_attempt_that_was_closed_takes_no_payment(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.wanted()
    page = gateway.page(provider.create(CHANNELS[key][0], wanted))
    provider.close(wanted.number, made_at=now())
    if key != "unionpay":  # which closes nothing: an attempt ends by its own time
        pay(page)
        assert provider.query(wanted.number, made_at=now()).state == "closed"


@pytest.mark.parametrize("key", KEYS)
def test_a_notice_that_proves_nothing_is_refused(
    gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"], key: str
) -> None:
    gateway.paid(key, notices[0])
    headers, body = notices[1].get(timeout=5)
    provider = gateway.providers[key]
    assert provider.read_notice(headers, body, now=now())
    tries = [(headers, body[:-3]), (headers, b""), (headers, body * 2), (headers, b"\xff" + body)]
    flipped = (bit_flipped(body, place) for place in range(0, len(body) * 8, 97))
    tries += [(headers, one) for one in flipped if not same_form(key, one, body)]
    if key == "wechat":
        tries += [({**headers, "Wechatpay-Serial": "0" * 40}, body), ({}, body)]
    for sent, content in tries:
        with pytest.raises(NoticeRefused):
            provider.read_notice(sent, content, now=now())


def same_form(key: str, one: bytes, other: bytes) -> bool:
    """Whether two forms say the same (%2f and %2F): what a form says is signed, not how it is written."""
    return key != "wechat" and parse_qsl(one.decode("latin-1")) == parse_qsl(other.decode("latin-1"))


def bit_flipped(body: bytes, place: int) -> bytes:
    changed = bytearray(body)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


@pytest.mark.parametrize("key", ["wechat", "alipay"])  # UnionPay does not say when a notice was sent
def test_a_stale_notice_is_refused(gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"], key: str) -> None:
    gateway.paid(key, notices[0])
    headers, body = notices[1].get(timeout=5)
    for later in (timedelta(seconds=310), timedelta(seconds=-310)):
        with pytest.raises(NoticeRefused):
            gateway.providers[key].read_notice(headers, body, now=now() + later)


@pytest.mark.parametrize("key", KEYS)
def test_the_probe_of_the_provider_is_refused_and_the_true_notice_after_it_taken(
    gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"], key: str
) -> None:
    gateway.fault("forge")
    gateway.paid(key, notices[0])
    outcomes = []
    for _ in range(2):
        headers, body = notices[1].get(timeout=5)
        try:
            gateway.providers[key].read_notice(headers, body, now=now())
            outcomes.append("taken")
        except NoticeRefused:
            outcomes.append("refused")
    assert sorted(outcomes) == ["refused", "taken"]


@pytest.mark.parametrize("key", KEYS)
def test_a_doubled_notice_has_one_event(
    gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"], key: str
) -> None:
    gateway.fault("double")
    gateway.paid(key, notices[0])
    both = [gateway.providers[key].read_notice(*notices[1].get(timeout=5), now=now()).event for _ in range(2)]
    assert len(set(both)) == 1


@pytest.mark.parametrize("key", KEYS)
def test_money_is_given_back_once_for_each_number(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.paid(key)
    charge = provider.query(wanted.number, made_at=now())
    giving = Giving(
        number=f"R{wanted.number}", of=wanted.number, transaction=charge.transaction, fen=4000, whole=4000,
        made_at=now(),
    )  # fmt: skip
    assert provider.refunded(giving).state == "unknown"
    assert [provider.refund(giving).state for _ in range(2)] == ["done", "done"]
    assert (provider.refunded(giving).state, provider.refunded(giving).fen) == ("done", 4000)
    truth = httpx.get(f"{gateway.address}/truth").json()[f"{key}:{wanted.number}"]
    assert len(truth["refunds"]) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_slow_refund_is_pending(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.paid(key)
    charge = provider.query(wanted.number, made_at=now())
    gateway.fault("slow_refund")
    giving = Giving(
        number=f"R{wanted.number}", of=wanted.number, transaction=charge.transaction, fen=4000, whole=4000,
        made_at=now(),
    )  # fmt: skip
    assert provider.refund(giving).state == "pending"


@pytest.mark.parametrize("key", KEYS)
def test_the_days_bill_tells_what_was_taken_and_given_back(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.paid(key, fen=16801)
    charge = provider.query(wanted.number, made_at=now())
    giving = Giving(
        number=f"R{wanted.number}", of=wanted.number, transaction=charge.transaction, fen=16801, whole=16801,
        made_at=now(),
    )  # fmt: skip
    provider.refund(giving)
    today = datetime.now(BEIJING).date()
    lines = [line for line in provider.bill(today) if wanted.number in (line.number, line.of)]
    assert [(line.kind, line.number, line.of, line.fen) for line in lines] == [
        ("payment", wanted.number, "", 16801), ("refund", giving.number, wanted.number, 16801),
    ]  # fmt: skip
    assert lines[0].transaction == charge.transaction
    assert list(provider.bill(date(2020, 2, 2))) == []


@pytest.mark.parametrize("key", KEYS)
def test_a_provider_that_does_not_answer_is_down(gateway: Gateway, key: str) -> None:
    wanted = gateway.paid(key)
    gateway.fault("silent")
    with pytest.raises(CashierDown, match="稍后再试"):
        gateway.providers[key].query(wanted.number, made_at=now())
    assert gateway.providers[key].query(wanted.number, made_at=now()).state == "paid"


def test_an_answer_of_somebody_else_is_no_answer(gateway: Gateway, tmp_path: Path) -> None:
    """Another gateway's keys, at the place of ours."""
    with running("cashier", tmp_path) as address:
        wanted = gateway.paid("wechat")
        foreign = Gateway(address, tmp_path)
        for key in KEYS:
            mixed = type(gateway.providers[key])(
                f"{address}{ {'alipay': '/alipay/gateway.do', 'unionpay': '/unionpay'}.get(key, '') }",
                foreign.providers[key]._merchant,  # type: ignore[attr-defined]
                gateway.providers[key]._signer,  # type: ignore[attr-defined]
            )  # type: ignore[call-arg]
            with pytest.raises(CashierDown):
                mixed.query(wanted.number, made_at=now())


def test_a_form_of_unionpay_with_a_field_twice_is_refused(
    gateway: Gateway, notices: tuple[str, "queue.Queue[Arrived]"]
) -> None:
    gateway.paid("unionpay", notices[0])
    headers, body = notices[1].get(timeout=5)
    with pytest.raises(NoticeRefused):
        gateway.providers["unionpay"].read_notice(headers, body + b"&" + urlencode({"txnAmt": "1"}).encode(), now=now())


def test_who_signs_nothing_is_turned_away(gateway: Gateway) -> None:
    wanted = gateway.paid("wechat")
    place = f"{gateway.address}/v3/pay/transactions/out-trade-no/{wanted.number}?mchid=1"
    assert httpx.get(place).status_code == 401
    assert httpx.post(f"{gateway.address}/unionpay/gateway/api/queryTrans.do", data={"orderId": "1"}).status_code == 400
    refused = httpx.post(f"{gateway.address}/alipay/gateway.do", data={"method": "alipay.trade.query"}).json()
    assert refused["alipay_trade_query_response"]["sub_code"] == "isv.invalid-signature"


def test_a_restart_of_the_gateway_loses_no_order_and_no_notice(tmp_path: Path) -> None:
    with listening() as (notify, _):
        port = urlsplit(notify).port
    with running("cashier", tmp_path) as address:
        first = Gateway(address, tmp_path)
        paid = {key: first.paid(key, notify) for key in KEYS}
    with listening(port or 0) as (_, arrived), running("cashier", tmp_path) as address:
        again = Gateway(address, tmp_path)
        for key in KEYS:
            assert again.providers[key].query(paid[key].number, made_at=now()).state == "paid"
        assert len([arrived.get(timeout=15) for _ in KEYS]) == len(KEYS)
