"""python -m standins.cashier --port 8010 --home DIR

Orders, and notices not yet handed over, live in orders.json below DIR: a restart loses none. The page `/`
drops or doubles the next notice.
"""

import json
import secrets
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from standins.cashier.account import Account
from standins.service import Answer, Book, Request, Routes, arguments, page, see_other, serve

_MARK = "代替微信支付，不会扣款"
_PAUSES = (0.0, 1.0, 3.0, 10.0, 30.0, 60.0, 180.0)  # seconds before each try to hand over a notice
_COUNTS = {"once": 1, "drop": 0, "double": 2}
_WORDS = {"NOTPAY": "待支付", "SUCCESS": "已支付", "CLOSED": "已关闭"}
_PAY = """<p>收款方：演示考试机构</p><p>{{ order.description }}</p>
<p>订单 {{ order.out_trade_no }}</p><p><strong>{{ '%.2f' % (order.amount.total / 100) }}元</strong></p>
{% if order.trade_state == 'NOTPAY' %}<form method="post" action="{{ action }}">
<button class="main" name="do" value="pay">确认支付</button> <button name="do" value="cancel">取消</button></form>
{% else %}<p>订单{{ word }}。</p>{% endif %}"""
_CONTROL = """<p>下一次付款通知：{{ {'once': '照常发送', 'drop': '不发送', 'double': '发送两次'}[mode] }}</p>
<form method="post" action="/control"><button name="mode" value="once">照常发送</button>
<button name="mode" value="drop">不发送</button> <button name="mode" value="double">发送两次</button></form>
<table><tr><th>订单</th><th>金额（元）</th><th>状态</th></tr>{% for one in orders %}<tr><td>{{ one.out_trade_no }}</td>
<td>{{ '%.2f' % (one.amount.total / 100) }}</td><td>{{ words[one.trade_state] }}</td></tr>{% endfor %}</table>"""
Order = dict[str, Any]


class Desk:
    """The orders and what becomes of them."""

    def __init__(self, *, home: Path, address: str) -> None:
        self._account, self._address, self._mode = Account(home), address, "once"
        self._orders = Book(home / "orders.json")

    def resume(self) -> None:
        """Go on handing over what an earlier run could not."""
        for order in self._orders.rows.values():
            self._notify(order)

    def create(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        asked = json.loads(request.body)
        kept = ("description", "out_trade_no", "notify_url", "amount", "mchid", "appid")
        with self._orders as orders:
            order = orders.get(asked["out_trade_no"])
            if order is None:
                order = {key: asked[key] for key in kept} | {"trade_state": "NOTPAY", "token": secrets.token_hex(16)}
                orders[asked["out_trade_no"]] = order
        if any(order[key] != asked[key] for key in kept) or order["trade_state"] != "NOTPAY":
            return self._say({"code": "OUT_TRADE_NO_USED"}, status=403)
        return self._say({"h5_url": f"{self._address}/pay?token={order['token']}"})

    def query(self, request: Request) -> Answer:
        order = self._orders.rows.get(request.parts[0])
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        return self._say(_public(order)) if order else self._say({"code": "ORDER_NOT_EXIST"}, status=404)

    def close(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        with self._orders as orders:
            order = orders.get(request.parts[0])
            if order is None or order["trade_state"] == "SUCCESS":
                return self._say({"code": "ORDERPAID" if order else "ORDER_NOT_EXIST"}, status=400)
            order["trade_state"] = "CLOSED"
        return Answer(204)

    def show(self, request: Request) -> Answer:
        order = self._by_token(request)
        if order is None:
            return Answer(404)
        return page(
            _PAY, title="收银台", mark=_MARK, order=order, action=request.path, word=_WORDS[order["trade_state"]]
        )

    def decide(self, request: Request) -> Answer:
        """Pay or cancel, then lead back to where the payer came from."""
        order = self._by_token(request)
        if order is None:
            return Answer(404)
        paying = request.form().get("do") == "pay"
        with self._orders:
            paid = paying and order["trade_state"] == "NOTPAY"
            if paid:
                order |= {"trade_state": "SUCCESS", "transaction_id": f"42{secrets.randbelow(10**26):026d}"}
                order |= {"event": secrets.token_hex(16), "undelivered": _COUNTS[self._mode]}
                self._mode = "once"
        if paid:
            self._notify(order)
        return see_other(request.query.get("redirect_url", request.path))

    def control(self, request: Request) -> Answer:
        if request.method == "POST":
            mode = request.form().get("mode", "")
            self._mode = mode if mode in _COUNTS else self._mode
            return see_other("/")
        return page(
            _CONTROL,
            title="收银台控制",
            mark=_MARK,
            mode=self._mode,
            orders=list(self._orders.rows.values()),
            words=_WORDS,
        )

    def _notify(self, order: Order) -> None:
        for _ in range(order.get("undelivered", 0)):
            threading.Thread(target=self._hand_over, args=(order,), daemon=True).start()

    def _hand_over(self, order: Order) -> None:
        """Try until the merchant takes the notice; each try is signed anew."""
        notice = {
            "id": order["event"],
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "resource": self._account.seal(json.dumps(_public(order)).encode()),
        }
        body = json.dumps(notice).encode()
        for pause in _PAUSES:
            time.sleep(pause)
            try:
                headers = self._account.headers(body)
                taken = httpx.post(order["notify_url"], content=body, headers=headers, timeout=5, trust_env=False)
            except httpx.HTTPError:
                continue
            if taken.is_success:
                with self._orders:
                    order["undelivered"] -= 1
                return

    def _known(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "")
        return self._account.is_signed(sent, method=request.method, path=request.path, body=request.body)

    def _by_token(self, request: Request) -> Order | None:
        token = request.query.get("token", "")
        return next((order for order in list(self._orders.rows.values()) if order["token"] == token), None)

    def _say(self, value: dict[str, Any], *, status: int = 200) -> Answer:
        body = json.dumps(value, ensure_ascii=False).encode()
        return Answer(status, body, self._account.headers(body))


def _public(order: Order) -> Order:
    return {key: value for key, value in order.items() if key not in ("token", "notify_url", "event", "undelivered")}


def main() -> None:
    known = arguments()
    desk = Desk(home=known.home, address=f"http://127.0.0.1:{known.port}")
    desk.resume()
    number = r"/v3/pay/transactions/out-trade-no/([\w-]{6,32})"
    routes: Routes = [
        ("POST", "/v3/pay/transactions/h5", desk.create),
        ("GET", number, desk.query),
        ("POST", f"{number}/close", desk.close),
        ("GET", "/pay", desk.show),
        ("POST", "/pay", desk.decide),
        ("GET", "/", desk.control),
        ("POST", "/control", desk.control),
    ]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
