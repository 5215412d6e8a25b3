"""UnionPay, gateway payment 5.1.0 with SHA-256 and RSA: page and wap, query, refund, the day's file, and the notice.

It has no closing: an attempt ends by its own time (payTimeout). Its certificates name the keys (certId).
"""

import base64
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx

from baoming.payments.providers.base import (
    BillLine,
    CashierDown,
    Channel,
    Charge,
    ChargeState,
    Given,
    Giving,
    Notice,
    NoticeRefused,
    Opened,
    Reply,
    Wanted,
)
from baoming.payments.providers.keys import Signer
from baoming.shared.moments import BEIJING

_TIMEOUT = 10.0
_MOMENT = "%Y%m%d%H%M%S"
_COMMON = {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "accessType": "0", "bizType": "000201"}
_PHONE, _COMPUTER = "08", "07"
_STATES: Mapping[str, ChargeState] = {"00": "paid", "03": "waiting", "04": "waiting", "05": "waiting"}
_NONE_THERE = "34"
_PAID = ("00", "A6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who we are to UnionPay. `cert`: the number of the certificate we sign with."""

    merid: str
    cert: str

    @classmethod
    def load(cls, folder: Path) -> "Merchant":
        account = json.loads((folder / "merchant.json").read_bytes())
        return cls(merid=account["merid"], cert=account["cert"])


class UnionPay:
    """The contract of base.Provider over the wire format of UnionPay. `address`: of its gateway, without a path."""

    taken = Reply(status=200, content_type="text/plain", body=b"ok")
    refused = Reply(status=400, content_type="text/plain", body=b"refused")

    def __init__(self, address: str, merchant: Merchant, signer: Signer) -> None:
        self._address, self._merchant, self._signer = address, merchant, signer

    def create(self, channel: Channel, wanted: Wanted) -> Opened:
        device = _PHONE if channel is Channel.UNIONPAY_WAP else _COMPUTER
        fields = self._signed(
            txnType="01", txnSubType="01", channelType=device, orderId=wanted.number, txnAmt=str(wanted.fen),
            currencyCode="156", txnTime=_stamp(wanted.made_at), payTimeout=_stamp(wanted.until),
            frontUrl=wanted.return_url, backUrl=wanted.notify_url,
        )  # fmt: skip
        return Opened(kind="form", address=f"{self._address}/gateway/api/frontTransReq.do", fields=fields)

    def query(self, number: str, *, made_at: datetime) -> Charge:
        told = self._call(
            "/gateway/api/queryTrans.do", txnType="00", txnSubType="00", orderId=number, txnTime=_stamp(made_at)
        )
        if told.get("respCode") == _NONE_THERE:
            return Charge(number=number, state="unknown")
        if told.get("respCode") != "00":
            raise CashierDown
        state = _STATES.get(told.get("origRespCode", ""), "closed")
        try:
            return _charge(told, state)
        except (KeyError, ValueError):
            raise CashierDown from None

    def close(self, number: str, *, made_at: datetime) -> None:
        """It ends by itself: nothing is asked."""

    def refund(self, giving: Giving) -> Given:
        self._call(
            "/gateway/api/backTransReq.do", txnType="04", txnSubType="00", channelType=_COMPUTER,
            orderId=giving.number, txnTime=_stamp(giving.made_at), origQryId=giving.transaction,
            txnAmt=str(giving.fen), backUrl="http://www.specialUrl.com",
        )  # fmt: skip
        return self.refunded(giving)

    def refunded(self, giving: Giving) -> Given:
        charge = self.query(giving.number, made_at=giving.made_at)
        states = {"paid": "done", "waiting": "pending", "closed": "refused", "unknown": "unknown"}
        return Given(number=giving.number, state=states[charge.state], fen=charge.fen)  # type: ignore[arg-type]

    def bill(self, day: date) -> Iterator[BillLine]:
        told = self._call(
            "/", txnType="76", txnSubType="01", fileType="00", settleDate=f"{day:%m%d}",
            txnTime=_stamp(datetime.now(UTC)),
        )  # fmt: skip
        if told.get("respCode") == "98":
            return
        try:
            packed = zlib.decompress(base64.b64decode(told["fileContent"]))
            yield from _bill_lines(packed, day)
        except (KeyError, ValueError, IndexError, StopIteration, zlib.error, zipfile.BadZipFile):
            raise CashierDown from None

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        """A notice of UnionPay does not say when it was sent: it says nothing that a query would not say again."""
        refused = NoticeRefused("付款通知不是收款方发出的，请向收款方查询订单")
        try:
            told = _parsed(body.decode("ascii"))
            if not self._proves(told) or told["merId"] != self._merchant.merid or told["txnType"] != "01":
                raise refused
            if told.get("currencyCode", "156") != "156" or told["respCode"] not in _PAID:
                raise refused
            return Notice(event=f"{told['txnType']}-{told['queryId']}", charge=_charge(told, "paid"))
        except (KeyError, ValueError):
            raise refused from None

    def _signed(self, **fields: str) -> dict[str, str]:
        asked = {**_COMMON, "merId": self._merchant.merid, "certId": self._merchant.cert, **fields}
        return asked | {"signature": self._signer.sign(_digest(asked))}

    def _proves(self, told: Mapping[str, str]) -> bool:
        rest = {key: value for key, value in told.items() if key != "signature"}
        return self._signer.proves(_digest(rest), told.get("signature", ""), serial=told.get("certId", ""))

    def _call(self, path: str, **fields: str) -> dict[str, str]:
        try:
            answer = httpx.post(
                self._address + path, content=urlencode(self._signed(**fields)), timeout=_TIMEOUT, trust_env=False,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            ).raise_for_status()  # fmt: skip
            told = _parsed_answer(answer.text)
        except (httpx.HTTPError, ValueError):
            raise CashierDown from None
        if not self._proves(told) or told.get("merId", self._merchant.merid) != self._merchant.merid:
            raise CashierDown
        return told


def _digest(fields: Mapping[str, str]) -> bytes:
    """Return what is signed: SHA-256, in hexadecimal, over the fields that are not empty, by name."""
    joined = "&".join(f"{key}={fields[key]}" for key in sorted(fields) if fields[key] != "")
    return hashlib.sha256(joined.encode()).hexdigest().encode()


def _parsed(text: str) -> dict[str, str]:
    """Read a form. Raises ValueError, also for a field that stands twice."""
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    if len(pairs) != len(dict(pairs)):
        raise ValueError("a field twice")
    return dict(pairs)


def _parsed_answer(text: str) -> dict[str, str]:
    """Read an answer, whose values are not escaped: base64 ends with =, and a {…} may hold & and =."""
    found: dict[str, str] = {}
    depth, begin = 0, 0
    for place, sign in enumerate(text + "&"):
        depth += (sign == "{") - (sign == "}")
        if sign == "&" and depth == 0:
            key, _, value = text[begin:place].partition("=")
            if not key or key in found:
                raise ValueError("no answer")
            found[key], begin = value, place + 1
    return found


def _charge(told: Mapping[str, str], state: ChargeState) -> Charge:
    paid = state == "paid"
    return Charge(
        number=told["orderId"], state=state, fen=int(told["txnAmt"]) if paid or "txnAmt" in told else 0,
        transaction=told["queryId"] if paid else "", paid_at=_paid_at(told) if paid else None,
    )  # fmt: skip


def _paid_at(told: Mapping[str, str]) -> datetime:
    """Return when the card network took it: traceTime has no year; txnTime, with one, is of our asking before it."""
    asked = told["txnTime"]
    year = int(asked[:4]) + (told["traceTime"] < asked[4:])  # asked on New Year's Eve, paid in the new year
    return _at(f"{year}{told['traceTime']}")


def _stamp(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime(_MOMENT)


def _at(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=BEIJING).astimezone(UTC)


def _bill_lines(packed: bytes, day: date) -> Iterator[BillLine]:
    """Read the ZM file of the day's archive: columns by blanks, a payment 01, a refund 04."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        name = next(one for one in archive.namelist() if "ZM_" in one)
        for line in archive.read(name).decode("gbk").splitlines():
            cells = line.split()
            refund = cells[4] == "04"
            yield BillLine(
                kind="refund" if refund else "payment", number=cells[1], of=cells[5] if refund else "",
                transaction=cells[2], fen=int(cells[3]), at=_at(f"{day.year}{cells[0]}"),
            )  # fmt: skip
