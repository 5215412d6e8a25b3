"""The contract of a cashier, held against the stand-in in its own process."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from baoming.payments.providers.base import Cashier, CashierDown, NoticeRefused
from baoming.payments.providers.wechat import Merchant, WeChatPay
from tests.standins.running import running

Arrived = tuple[dict[str, str], bytes]


@pytest.fixture(scope="module")
def cashier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cashier]:
    home: Path = tmp_path_factory.mktemp("cashier")
    with running("cashier", home) as address:
        yield WeChatPay(address, Merchant.load(home))


@pytest.fixture
def notices() -> Iterator[tuple[str, "queue.Queue[Arrived]"]]:
    with listening(0) as told:
        yield told


@contextmanager
def listening(port: int) -> Iterator[tuple[str, "queue.Queue[Arrived]"]]:
    """A merchant who takes notices: yields address and what has arrived."""
    arrived: queue.Queue[Arrived] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", arrived
    finally:
        server.shutdown()
        server.server_close()


def order(cashier: Cashier, number: str, notify: str = "http://127.0.0.1:9/") -> str:
    return cashier.create(
        order_no=number,
        amount_fen=4000,
        description="报名费",
        notify_url=notify,
        return_url="http://127.0.0.1:8000/back",
    )


def pay(page: str) -> httpx.Response:
    return httpx.post(page, data={"do": "pay"})


def test_order_is_shown_paid_and_noticed(cashier: Cashier, notices: tuple[str, "queue.Queue[Arrived]"]) -> None:
    page = order(cashier, "P000001", notices[0])
    assert order(cashier, "P000001", notices[0]) == page
    assert all(word in httpx.get(page).text for word in ("报名费", "40.00元", "确认支付", "演示"))
    assert cashier.query("P000001").state == "waiting"
    assert pay(page).headers["location"] == "http://127.0.0.1:8000/back"
    headers, body = notices[1].get(timeout=5)
    notice = cashier.read_notice(headers, body, now=datetime.now(UTC))
    assert notice.charge == cashier.query("P000001")
    assert (notice.charge.state, notice.charge.amount_fen) == ("paid", 4000)


def test_notice_that_proves_nothing_is_refused(cashier: Cashier, notices: tuple[str, "queue.Queue[Arrived]"]) -> None:
    pay(order(cashier, "P000002", notices[0]))
    headers, body = notices[1].get(timeout=5)
    now = datetime.now(UTC)
    assert cashier.read_notice(headers, body, now=now)
    forged = {**headers, "Wechatpay-Nonce": "0" * 32}
    foreign = {**headers, "Wechatpay-Serial": "0" * 40}
    again = json.dumps(json.loads(body), separators=(",", ":")).encode()
    tries = [(forged, body, now), (foreign, body, now), (headers, again, now), (headers, body + b" ", now)]
    tries += [(headers, body, now + timedelta(seconds=sign * 310)) for sign in (1, -1)]
    for name in ("Timestamp", "Nonce", "Signature", "Serial"):
        tries.append(({key: value for key, value in headers.items() if key != f"Wechatpay-{name}"}, body, now))
    for sent, content, moment in tries:
        with pytest.raises(NoticeRefused):
            cashier.read_notice(sent, content, now=moment)


def test_doubled_notice_has_one_event(cashier: Cashier, notices: tuple[str, "queue.Queue[Arrived]"]) -> None:
    page = order(cashier, "P000003", notices[0])
    httpx.post(httpx.URL(page).join("/control"), data={"mode": "double"})
    pay(page)
    both = [notices[1].get(timeout=5) for _ in range(2)]
    now = datetime.now(UTC)
    assert len({cashier.read_notice(headers, body, now=now).event for headers, body in both}) == 1


def test_closed_order_takes_no_payment(cashier: Cashier) -> None:
    page = order(cashier, "P000004")
    cashier.close("P000004")
    pay(page)
    assert cashier.query("P000004").state == "closed"


def test_unsigned_request_is_turned_away(cashier: Cashier) -> None:
    page = httpx.URL(order(cashier, "P000005"))
    assert httpx.get(page.join("/v3/pay/transactions/out-trade-no/P000005?mchid=1")).status_code == 401


def test_silent_cashier_is_down(tmp_path: Path) -> None:
    with running("cashier", tmp_path) as address:
        gone = WeChatPay(address, Merchant.load(tmp_path))
    with pytest.raises(CashierDown, match="稍后再试"):
        gone.query("P000001")


def test_a_restart_of_the_cashier_loses_no_order_and_no_notice(tmp_path: Path) -> None:
    with listening(0) as (notify, _):
        port = int(notify.rstrip("/").rpartition(":")[2])
    with running("cashier", tmp_path) as address:
        cashier = WeChatPay(address, Merchant.load(tmp_path))
        pay(order(cashier, "P000001", notify))
        order(cashier, "P000002", notify)
    with listening(port) as (_, arrived), running("cashier", tmp_path) as address:
        cashier = WeChatPay(address, Merchant.load(tmp_path))
        assert [cashier.query(number).state for number in ("P000001", "P000002")] == ["paid", "waiting"]
        headers, body = arrived.get(timeout=15)
        assert cashier.read_notice(headers, body, now=datetime.now(UTC)).charge == cashier.query("P000001")
