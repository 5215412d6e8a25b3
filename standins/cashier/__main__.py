"""python -m standins.cashier --port 8010 --home DIR

WeChat Pay, Alipay and UnionPay in one process, each with its own keys and format, and one cashier's page for all.
The page `/` shows the orders and makes faults happen. Orders, and notices not yet handed over, outlive a restart.
"""

import threading
import time
from typing import Any

import httpx

from standins.cashier.alipay import Alipay
from standins.cashier.ledger import FAULTS, Ledger, Order
from standins.cashier.unionpay import UnionPay
from standins.cashier.wechat import WeChat
from standins.service import Answer, Request, Routes, answer_json, arguments, page, see_other, serve

_MARK = "代替微信支付、支付宝、银联，不会扣款"
_PAUSES = (0.0, 1.0, 3.0, 10.0, 30.0, 60.0, 180.0)  # seconds before each try to hand over a notice
_LATE = 20  # seconds
_WORDS = {"NOTPAY": "待支付", "SUCCESS": "已支付", "CLOSED": "已关闭"}
_NAMES = {"wechat": "微信支付", "alipay": "支付宝", "unionpay": "银联在线"}
_PAY = """<p>{{ name }}　收款方：演示考试机构</p><p>{{ order.description }}</p>
<p>订单 {{ order.number }}</p><p><strong>{{ '%.2f' % (order.fen / 100) }}元</strong></p>
{% if order.state == 'NOTPAY' %}<form method="post" action="{{ action }}">
<button class="main" name="do" value="pay">确认支付</button> <button name="do" value="cancel">取消</button></form>
{% else %}<p>订单{{ word }}。</p>{% endif %}"""
_CONTROL = """<form method="post" action="/control">{% for key, words in faults.items() %}
<button name="fault" value="{{ key }}">{{ words }}{% if pending[key] %}（还有{{ pending[key] }}次）{% endif %}</button>
{% endfor %}<button name="fault" value="none">都照常</button></form>
<table><tr><th>订单</th><th>渠道</th><th>金额（元）</th><th>状态</th><th>扣款</th><th>退款</th></tr>
{% for one in orders %}
<tr><td><a href="/pay?token={{ one.token }}">{{ one.number }}</a></td><td>{{ names[one.provider] }}</td>
<td>{{ '%.2f' % (one.fen / 100) }}</td><td>{{ words[one.state] }}</td><td>{{ one.payments|length }}次</td>
<td>{{ one.refunds|length }}次</td></tr>{% endfor %}</table>"""


class Desk:
    """The cashier's page for payers, the control page, and the handing over of notices."""

    def __init__(self, ledger: Ledger, providers: dict[str, Any]) -> None:
        self._ledger, self._providers = ledger, providers
        self._held: list[tuple[Order, dict[str, Any]]] = []

    def resume(self) -> None:
        """Go on handing over what an earlier run could not."""
        for order in list(self._ledger.book.rows.values()):
            for left in list(order["notices"]):
                payment = next(one for one in order["payments"] if one["event"] == left)
                self._start(order, payment)

    def show(self, request: Request) -> Answer:
        order = self._ledger.by_token(request.query.get("token", ""))
        if order is None:
            return Answer(404)
        return page(
            _PAY, title="收银台", mark=_MARK, order=order, action=request.path, word=_WORDS[order["state"]],
            name=_NAMES[order["provider"]],
        )  # fmt: skip

    def decide(self, request: Request) -> Answer:
        """Pay or cancel, then lead back to where the payer came from."""
        order = self._ledger.by_token(request.query.get("token", ""))
        if order is None:
            return Answer(404)
        if request.form().get("do") == "pay":
            for payment in self._ledger.pay(order):
                self._tell(order, payment)
        return see_other(request.query.get("redirect_url") or order.get("return_url") or request.path)

    def control(self, request: Request) -> Answer:
        if request.method == "POST":
            form = request.form()
            fault, times = form.get("fault", ""), form.get("times", "1")
            if fault in FAULTS and times.isdigit():
                self._ledger.faults[fault] += int(times)
            elif fault == "none":
                self._ledger.faults.update(dict.fromkeys(FAULTS, 0))
            return see_other("/")
        orders = list(self._ledger.book.rows.values())
        return page(
            _CONTROL, title="收银台控制", mark=_MARK, orders=orders[-200:], words=_WORDS, names=_NAMES, faults=FAULTS,
            pending=self._ledger.faults,
        )  # fmt: skip

    def truth(self, _: Request) -> Answer:
        """What was taken and given back, for tests that hold the books against each other."""
        return answer_json({key: {
            "state": one["state"], "fen": one["fen"], "payments": one["payments"], "refunds": one["refunds"],
        } for key, one in list(self._ledger.book.rows.items())})  # fmt: skip

    def _tell(self, order: Order, payment: dict[str, Any]) -> None:
        takes = self._ledger.takes
        if takes("forge"):
            headers, body = self._providers[order["provider"]].notice(order, payment, forged=True)
            threading.Thread(target=_post, args=(order["notify_url"], headers, body), daemon=True).start()
        if takes("drop"):
            return
        if takes("hold"):
            self._held.append((order, payment))
            return
        pause = _LATE if takes("late") else 0
        for _ in range(2 if takes("double") else 1):
            with self._ledger:
                order["notices"].append(payment["event"])
            self._start(order, payment, pause=pause)
        while self._held:
            self._tell_held(*self._held.pop())

    def _tell_held(self, order: Order, payment: dict[str, Any]) -> None:
        with self._ledger:
            order["notices"].append(payment["event"])
        self._start(order, payment, pause=1)

    def _start(self, order: Order, payment: dict[str, Any], *, pause: float = 0) -> None:
        threading.Thread(target=self._hand_over, args=(order, payment, pause), daemon=True).start()

    def _hand_over(self, order: Order, payment: dict[str, Any], pause: float) -> None:
        """Try until the merchant takes the notice; each try is signed anew."""
        provider = self._providers[order["provider"]]
        time.sleep(pause)
        for wait in _PAUSES:
            time.sleep(wait)
            taken = _post(order["notify_url"], *provider.notice(order, payment))
            if taken is not None and provider.took(taken.status_code, taken.content):
                with self._ledger:
                    order["notices"].remove(payment["event"])
                return


def _post(address: str, headers: dict[str, str], body: bytes) -> httpx.Response | None:
    try:
        return httpx.post(address, content=body, headers=headers, timeout=5, trust_env=False)
    except httpx.HTTPError:
        return None


def main() -> None:
    known = arguments()
    ledger, address = Ledger(known.home), f"http://127.0.0.1:{known.port}"
    providers = {one.key: one(known.home, ledger, address) for one in (WeChat, Alipay, UnionPay)}
    desk = Desk(ledger, providers)
    desk.resume()
    routes: Routes = [route for one in providers.values() for route in one.routes()]
    routes += [
        ("GET", "/pay", desk.show), ("POST", "/pay", desk.decide), ("GET", "/", desk.control),
        ("POST", "/control", desk.control), ("GET", "/truth", desk.truth),
    ]  # fmt: skip
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
