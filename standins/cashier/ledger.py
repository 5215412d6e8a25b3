"""What the stand-in knows of orders, payments and refunds, in orders.json: a restart loses none.

Faults of the control page count down; what an order asks for itself (`times` of its payment) is asked by the payer.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from standins.service import Book

Order = dict[str, Any]
BEIJING = ZoneInfo("Asia/Shanghai")
FAULTS = {  # key → what it does to the next, in words
    "drop": "通知不发送", "double": "通知发送两次", "late": "通知晚20秒发送", "hold": "通知压到下一个之后发送",
    "forge": "先发一个伪造的通知", "silent": "查询没有回应", "twice": "扣款两次", "after_close": "关闭以后仍然扣款",
    "slow_refund": "退款要等一天", "unbilled": "不记入当天账单", "misbilled": "账单多记一分",
}  # fmt: skip


class Ledger:
    """Orders by provider and number. Change rows only inside `with ledger:`."""

    def __init__(self, home: Path) -> None:
        self.book = Book(home / "orders.json")
        self.faults = dict.fromkeys(FAULTS, 0)

    def __enter__(self) -> dict[str, Order]:
        return self.book.__enter__()

    def __exit__(self, *raised: object) -> None:
        self.book.__exit__(*raised)

    def find(self, provider: str, number: str) -> Order | None:
        return self.book.rows.get(f"{provider}:{number}")

    def by_token(self, token: str) -> Order | None:
        return next((order for order in list(self.book.rows.values()) if order["token"] == token), None)

    def open(self, provider: str, number: str, asked: Mapping[str, Any]) -> Order | None:
        """Return the order, made if there is none; None where it is another by now, or over."""
        with self as orders:
            order = orders.setdefault(f"{provider}:{number}", {
                **asked, "provider": provider, "number": number, "state": "NOTPAY", "token": secrets.token_hex(16),
                "made_at": now(), "payments": [], "refunds": {}, "notices": [],
            })  # fmt: skip
            same = all(order[key] == value for key, value in asked.items())
            return order if same and order["state"] == "NOTPAY" else None

    def pay(self, order: Order) -> list[dict[str, Any]]:
        """Take the payer's money; return the payments that were made: none where nothing is to be paid."""
        with self:
            late = order["state"] == "CLOSED" and self.takes("after_close")
            if not late and (order["state"] != "NOTPAY" or order.get("until", "9") < now()):
                return []
            made = [self._payment(order) for _ in range(2 if self.takes("twice") else 1)]
            order["state"] = "SUCCESS"
            order["payments"] += made
            return made

    def close(self, order: Order) -> bool:
        """Take no payment any more; returns whether none was taken."""
        with self:
            if order["state"] == "SUCCESS":
                return False
            order["state"] = "CLOSED"
            return True

    def refund(self, order: Order, number: str, fen: int) -> dict[str, Any] | None:
        """Give money back once for each number; None where there is not so much left."""
        with self:
            if number in order["refunds"]:
                return dict(order["refunds"][number])
            left = sum(one["fen"] for one in order["payments"]) - sum(one["fen"] for one in order["refunds"].values())
            if fen <= 0 or fen > left:
                return None
            state = "PROCESSING" if self.takes("slow_refund") else "SUCCESS"
            order["refunds"][number] = {"number": number, "fen": fen, "state": state, "at": now(), "id": _id("50")}
            return dict(order["refunds"][number])

    def takes(self, fault: str) -> bool:
        """Whether this fault is to happen now; it happens one time less afterwards."""
        if self.faults[fault] <= 0:
            return False
        self.faults[fault] -= 1
        return True

    def _payment(self, order: Order) -> dict[str, Any]:
        return {
            "transaction": _id("42"), "event": secrets.token_hex(16), "fen": order["fen"], "at": now(),
            "billed": "no" if self.takes("unbilled") else "more" if self.takes("misbilled") else "yes",
        }  # fmt: skip


def _id(begin: str) -> str:
    return f"{begin}{int(time.time() * 1000)}{secrets.randbelow(10**13):013d}"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BEIJING)


def billed(orders: Mapping[str, Order], provider: str, day: str) -> list[tuple[str, Order, dict[str, Any], int]]:
    """Return what a day's bill tells: kind, order, payment or refund, fen."""
    found = []
    for order in list(orders.values()):
        if order["provider"] != provider:
            continue
        for one in order["payments"]:
            if beijing(one["at"]).date().isoformat() == day and one["billed"] != "no":
                found.append(("payment", order, one, one["fen"] + (one["billed"] == "more")))
        for one in order["refunds"].values():
            if beijing(one["at"]).date().isoformat() == day and one["state"] == "SUCCESS":
                found.append(("refund", order, one, one["fen"]))
    return found
