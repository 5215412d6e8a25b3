"""The contract of every provider, held against the stand-in in its own process, in each one's wire format."""

from datetime import date, datetime, timedelta
from pathlib import Path
from queue import Empty
from urllib.parse import urlsplit

import httpx
import pytest

from baoming.payments.providers.base import BillLine, CashierDown, Channel
from baoming.shared.moments import BEIJING
from tests.payments.gateway import CHANNELS, KEYS, Gateway, Letterbox, letterbox, now, pay
from tests.standins.running import running


@pytest.mark.parametrize("channel", [one for found in CHANNELS.values() for one in found])
def test_who_pays_is_known_to_have_paid(gateway: Gateway, notices: Letterbox, channel: Channel) -> None:
    key, wanted = channel.provider, gateway.wanted(notices[0])
    assert gateway.query(key, wanted).state == "unknown"
    page = gateway.page(gateway.providers[key].create(channel, wanted))
    assert all(word in httpx.get(page).text for word in ("40.00元", "确认支付", wanted.number))
    assert gateway.query(key, wanted).state == "waiting"
    assert pay(page).status_code == 303
    notice = gateway.providers[key].read_notice(*notices[1].get(timeout=5), now=now())
    known = gateway.query(key, wanted)
    assert (known.state, known.fen, known.number) == ("paid", 4000, wanted.number)
    assert (notice.charge.transaction, notice.charge.fen) == (known.transaction, 4000)
    for charge in (known, notice.charge):  # of the payment, not of the attempt, which is seven minutes older
        assert charge.paid_at is not None
        assert abs(charge.paid_at - now()) < timedelta(seconds=60)


def test_inside_wechat_its_bridge_is_called_with_a_signature_of_its_own(gateway: Gateway) -> None:
    opened = gateway.providers["wechat"].create(Channel.WECHAT_JSAPI, gateway.wanted())
    assert opened.kind == "bridge"
    assert {*opened.fields} == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}


@pytest.mark.parametrize("key", KEYS)
def test_opened_twice_it_is_one_attempt(gateway: Gateway, key: str) -> None:
    wanted = gateway.wanted()
    assert gateway.opened(key, wanted) == gateway.opened(key, wanted)


def test_unionpay_knows_an_attempt_by_its_time_as_well(gateway: Gateway) -> None:
    wanted = gateway.paid("unionpay")
    other = gateway.providers["unionpay"].query(wanted.number, made_at=wanted.made_at + timedelta(seconds=1))
    assert (other.state, gateway.query("unionpay", wanted).state) == ("unknown", "paid")


@pytest.mark.parametrize("key", ["wechat", "alipay"])  # an attempt at UnionPay ends by its own time
def test_an_attempt_that_was_closed_takes_no_payment(gateway: Gateway, key: str) -> None:
    wanted = gateway.wanted()
    page = gateway.opened(key, wanted)
    gateway.providers[key].close(wanted.number, made_at=wanted.made_at)
    pay(page)
    assert gateway.query(key, wanted).state == "closed"


@pytest.mark.parametrize("key", KEYS)
def test_a_doubled_notice_has_one_event(gateway: Gateway, notices: Letterbox, key: str) -> None:
    gateway.fault("double")
    gateway.paid(key, notices[0])
    both = [gateway.providers[key].read_notice(*notices[1].get(timeout=5), now=now()).event for _ in range(2)]
    assert len(set(both)) == 1


@pytest.mark.parametrize("key", KEYS)
def test_money_is_given_back_once_for_each_number(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.paid(key)
    giving = gateway.giving(key, wanted)
    assert provider.refunded(giving).state == "unknown"
    assert [provider.refund(giving).state for _ in range(2)] == ["done", "done"]
    assert (provider.refunded(giving).state, provider.refunded(giving).fen) == ("done", 4000)
    assert len(gateway.truth(key, wanted)["refunds"]) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_slow_refund_is_pending(gateway: Gateway, key: str) -> None:
    wanted = gateway.paid(key)
    gateway.fault("slow_refund")
    assert gateway.providers[key].refund(gateway.giving(key, wanted)).state == "pending"


@pytest.mark.parametrize("key", KEYS)
def test_the_days_bill_tells_what_was_taken_and_given_back(gateway: Gateway, key: str) -> None:
    provider, wanted = gateway.providers[key], gateway.paid(key, fen=16801)
    giving = gateway.giving(key, wanted)
    provider.refund(giving)
    lines = billed(gateway, key, wanted.number)
    assert [(line.kind, line.number, line.of, line.fen) for line in lines] == [
        ("payment", wanted.number, "", 16801), ("refund", giving.number, wanted.number, 16801),
    ]  # fmt: skip
    assert lines[0].transaction == giving.transaction
    assert list(provider.bill(date(2020, 2, 2))) == []


def billed(gateway: Gateway, key: str, number: str) -> list[BillLine]:
    lines = gateway.providers[key].bill(datetime.now(BEIJING).date())
    return [line for line in lines if number in (line.number, line.of)]


@pytest.mark.parametrize("key", KEYS)
def test_a_provider_that_does_not_answer_is_down(gateway: Gateway, key: str) -> None:
    wanted = gateway.paid(key)
    gateway.fault("silent")
    with pytest.raises(CashierDown, match="稍后再试"):
        gateway.query(key, wanted)
    assert gateway.query(key, wanted).state == "paid"


def test_what_cannot_be_opened_is_down_whatever_the_gateway_says(gateway: Gateway) -> None:
    nowhere = type(gateway.providers["wechat"])(  # the stand-in has no such place: 404
        f"{gateway.address}/elsewhere",
        gateway.providers["wechat"]._merchant,  # type: ignore[attr-defined]
        gateway.signers["wechat"],
    )  # type: ignore[call-arg]
    with pytest.raises(CashierDown):
        nowhere.create(Channel.WECHAT_H5, gateway.wanted())


# faults that the stand-in makes on demand, in what is really taken


def test_a_lost_notice_never_comes(gateway: Gateway, notices: Letterbox) -> None:
    gateway.fault("drop")
    gateway.paid("wechat", notices[0])
    with pytest.raises(Empty):
        notices[1].get(timeout=1)


def test_one_that_is_held_back_comes_after_the_next(gateway: Gateway, notices: Letterbox) -> None:
    gateway.fault("hold")
    first, second = gateway.paid("wechat", notices[0]), gateway.paid("wechat", notices[0])
    read = gateway.providers["wechat"].read_notice
    came = [read(*notices[1].get(timeout=5), now=now()).charge.number for _ in range(2)]
    assert came == [second.number, first.number]


@pytest.mark.parametrize("key", KEYS)
def test_somebody_may_be_charged_twice(gateway: Gateway, key: str) -> None:
    gateway.fault("twice")
    wanted = gateway.paid(key)
    assert len(gateway.truth(key, wanted)["payments"]) == 2


def test_somebody_may_be_charged_after_closing(gateway: Gateway) -> None:
    wanted = gateway.wanted()
    page = gateway.opened("wechat", wanted)
    gateway.providers["wechat"].close(wanted.number, made_at=wanted.made_at)
    gateway.fault("after_close")
    pay(page)
    assert gateway.query("wechat", wanted).state == "paid"


@pytest.mark.parametrize("key", KEYS)
def test_a_bill_may_lack_a_payment_or_tell_a_fen_too_much(gateway: Gateway, key: str) -> None:
    gateway.fault("unbilled")
    lacking = gateway.paid(key)
    gateway.fault("misbilled")
    wrong = gateway.paid(key)
    assert billed(gateway, key, lacking.number) == []
    assert [line.fen for line in billed(gateway, key, wrong.number)] == [4001]


def test_a_restart_of_the_gateway_loses_no_order_and_no_notice(tmp_path: Path) -> None:
    with letterbox() as (notify, _):
        port = urlsplit(notify).port
    with running("cashier", tmp_path) as address:
        first = Gateway(address, tmp_path)
        paid = {key: first.paid(key, notify) for key in KEYS}
    with letterbox(port or 0) as (_, arrived), running("cashier", tmp_path) as address:
        again = Gateway(address, tmp_path)
        assert [again.query(key, paid[key]).state for key in KEYS] == ["paid"] * len(KEYS)
        assert len([arrived.get(timeout=15) for _ in KEYS]) == len(KEYS)
