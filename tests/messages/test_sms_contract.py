"""The contract of a sender of SMS, held against both stand-ins, each in its own process."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from baoming.messages.providers import tencent
from baoming.messages.providers.base import Reason, Receipt, ReceiptsRefused, SmsDown, SmsRefused, SmsUnknown
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.providers.tencent import Contract, TencentSms, reason_of
from baoming.shared.tc3 import authorization
from tests.messages.senders import FOLDERS, NOBODY_LISTENS, Standin, outgoing, standin

NUMBER = "19900000001"
_numbers = iter(range(19900001000, 19900009999))


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    with standin(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture(autouse=True)
def delivering(request: pytest.FixtureRequest) -> None:
    if "there" in request.fixturenames:
        request.getfixturevalue("there").control("deliver")


@pytest.fixture
def number() -> str:
    return str(next(_numbers))


def test_a_message_lands_with_its_text_at_its_number_alone(there: Standin, number: str) -> None:
    taken = there.sender().send(outgoing(number, "a.1.x", code="246813"))
    assert taken.serial
    assert "246813，用于绑定手机" in there.page(number)
    assert there.landed(number) == 1
    assert "246813" not in there.page("19900000000")


def test_who_counts_a_reference_once_rings_once_and_says_so(there: Standin, number: str) -> None:
    sender = there.sender()
    for _ in range(3):
        sender.send(outgoing(number, f"{number}.1.x"))
    assert there.landed(number) == (1 if sender.counts_once else 3)


def test_another_secret_sends_nothing(there: Standin, number: str) -> None:
    with pytest.raises((SmsDown, SmsRefused)) as refusal:
        there.sender(secret="another").send(outgoing(number, "forged"))
    assert getattr(refusal.value, "reason", Reason.KEYS) is Reason.KEYS
    assert there.landed(number) == 0


def test_control_a_stand_in_without_its_check_would_take_it(number: str, tmp_path: Path) -> None:
    """The very request that was refused lands once its signature is the right one: nothing else refused it."""
    for name in FOLDERS:
        with standin(name, tmp_path / name) as made:
            one = outgoing(number, "forged")
            with pytest.raises((SmsDown, SmsRefused)):
                made.sender(secret="another").send(one)
            made.sender().send(one)
            assert made.landed(number) == 1


def test_where_nobody_listens_nothing_is_out_for_certain(there: Standin, number: str) -> None:
    with pytest.raises(SmsDown, match="自动重发"):
        there.sender(address=NOBODY_LISTENS).send(outgoing(number, "late"))


def test_who_does_not_answer_leaves_it_unknown(there: Standin, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.messages.providers.inbox._TIMEOUT", 0.3)
    monkeypatch.setattr(tencent, "_TIMEOUT", 0.3)
    there.control("silent")
    with pytest.raises(SmsUnknown):
        there.sender().send(outgoing(number, "silent.1.x"))
    assert there.landed(number) == 1


def test_an_inner_error_leaves_it_unknown(there: Standin, number: str) -> None:
    there.control("broken")
    with pytest.raises(SmsUnknown):
        there.sender().send(outgoing(number, "broken.1.x"))


CODES = {"sms": "number_limit", "tencent": "LimitExceeded.PhoneNumberDailyLimit"}


def test_a_refusal_comes_with_our_reason_and_nothing_lands(there: Standin, number: str) -> None:
    there.control("refuse", reason=CODES[there.name])
    with pytest.raises(SmsRefused) as refusal:
        there.sender().send(outgoing(number, "refused.1.x"))
    assert refusal.value.reason is Reason.NUMBER_LIMIT
    assert there.landed(number) == 0


@pytest.mark.parametrize(("mode", "lands"), [("drop", 0), ("undelivered", 0), ("delay", 0)])
def test_what_is_taken_may_still_not_arrive(there: Standin, number: str, mode: str, lands: int) -> None:
    there.control(mode, seconds=30)
    assert there.sender().send(outgoing(number, f"{mode}.1.x")).serial
    assert there.landed(number) == lands


def test_a_restart_loses_no_message(tmp_path: Path, number: str) -> None:
    for name in FOLDERS:
        home = tmp_path / name
        with standin(name, home) as made:
            made.sender().send(outgoing(number, "kept.1.x"))
        with standin(name, home) as made:
            assert made.landed(number) == 1
        assert (home / "messages.json").stat().st_mode & 0o777 == 0o600


def test_only_one_of_them_reads_codes_out(tmp_path: Path, number: str) -> None:
    with standin("sms", tmp_path) as made:
        assert made.sender().voice
        made.sender().send(outgoing(number, "voice.1.x", voice=True))
        assert "【语音】" in made.page(number)
    assert not TencentSms(NOBODY_LISTENS, Contract("a", "b", "c")).voice


@pytest.mark.parametrize("stamp", ["", "yesterday", "1e9", "12", "9" * 5000])
def test_a_signed_message_without_a_moment_of_now_is_turned_away(tmp_path: Path, stamp: str) -> None:
    with standin("sms", tmp_path) as made:
        body, secret = b"{}", (tmp_path / "sms.secret").read_bytes()
        signature = hmac.new(secret, f"{stamp}\n".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": stamp, "X-Signature": signature}
        assert httpx.post(f"{made.address}/send", content=body, headers=headers).status_code == 401


class TestReceiptsThatAreFetched:
    """Tencent's: pulled, each once."""

    @pytest.fixture
    def cloud(self, tmp_path: Path) -> Iterator[Standin]:
        with standin("tencent", tmp_path) as made:
            yield made

    def test_each_is_handed_out_once(self, cloud: Standin, number: str) -> None:
        sender = cloud.sender()
        sender.send(outgoing(number, "m1.1.tencent"))
        cloud.control("undelivered")
        sender.send(outgoing(number, "m2.1.tencent"))
        assert sender.pull() == [Receipt("m1.1.tencent", True), Receipt("m2.1.tencent", False, "undelivered")]
        assert sender.pull() == []

    def test_late_ones_wait_and_lost_ones_never_come(self, cloud: Standin, number: str) -> None:
        sender = cloud.sender()
        cloud.control("delay", seconds=0.5)
        sender.send(outgoing(number, "late.1.tencent"))
        cloud.control("drop")
        sender.send(outgoing(number, "lost.1.tencent"))
        assert sender.pull() == []
        time.sleep(0.6)
        assert sender.pull() == [Receipt("late.1.tencent", True)]

    def test_another_secret_fetches_nothing_and_takes_nothing_away(self, cloud: Standin, number: str) -> None:
        cloud.sender().send(outgoing(number, "m1.1.tencent"))
        with pytest.raises(SmsDown):
            cloud.sender(secret="another").pull()
        assert len(cloud.sender().pull()) == 1

    def test_nobody_brings_it_receipts(self, cloud: Standin) -> None:
        with pytest.raises(ReceiptsRefused):
            cloud.sender().read_receipts({}, b"[]", now=datetime.now(UTC))

    @pytest.mark.parametrize(
        ("changes", "words", "reason"),
        [
            ({"approved": "999"}, None, Reason.TEMPLATE),
            ({"approved": ""}, None, Reason.TEMPLATE),
            ({"sign": "别的系统"}, None, Reason.SIGN),
            ({}, ("123456",), Reason.TEMPLATE),
            ({}, None, Reason.KEYS),
        ],
    )
    def test_it_takes_its_approved_texts_only(
        self, cloud: Standin, number: str, changes: dict[str, str], words: tuple[str, ...] | None, reason: Reason
    ) -> None:
        one = outgoing(number, "x.1.tencent", **changes)
        if words is not None:
            one = type(one)(**{**{name: getattr(one, name) for name in one.__slots__}, "words": words})
        app = "" if reason is not Reason.KEYS else "1400009999"
        with pytest.raises(SmsRefused) as refusal:
            cloud.sender(app_id=app).send(one)
        assert refusal.value.reason is reason

    def test_a_number_that_is_none_is_refused(self, cloud: Standin) -> None:
        with pytest.raises(SmsRefused) as refusal:
            cloud.sender().send(outgoing("10086", "x.1.tencent"))
        assert refusal.value.reason is Reason.NUMBER_BAD


# From the service's published list of error codes, in our words.
PUBLISHED = {
    "LimitExceeded.PhoneNumberDailyLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberThirtySecondLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberOneHourLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded.DeliveryFrequencyLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded.AppMainlandChinaDailyLimit": Reason.RATE,
    "RequestLimitExceeded": Reason.RATE,
    "FailedOperation.TemplateIncorrectOrUnapproved": Reason.TEMPLATE,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": Reason.TEMPLATE,
    "InvalidParameterValue.TemplateParameterFormatError": Reason.TEMPLATE,
    "FailedOperation.SignatureIncorrectOrUnapproved": Reason.SIGN,
    "FailedOperation.InsufficientBalanceInSmsPackage": Reason.BALANCE,
    "FailedOperation.PhoneNumberInBlacklist": Reason.NUMBER_BLOCKED,
    "FailedOperation.ContainSensitiveWord": Reason.CONTENT,
    "InvalidParameterValue.IncorrectPhoneNumber": Reason.NUMBER_BAD,
    "InvalidParameterValue.ContentLengthLimit": Reason.CONTENT,
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": Reason.KEYS,
    "AuthFailure.SignatureFailure": Reason.KEYS,
    "AuthFailure.SignatureExpire": Reason.KEYS,
    "InternalError.SigVerificationFail": Reason.KEYS,
    "FailedOperation.FailResolvePacket": Reason.OTHER,
    "SomethingNew": Reason.OTHER,
}


@pytest.mark.parametrize("code", PUBLISHED)
def test_each_published_code_has_our_reason(code: str) -> None:
    assert reason_of(code) is PUBLISHED[code]


def test_the_published_example_of_a_signature() -> None:
    """The example of the public description of TC3-HMAC-SHA256: request, key, moment and signature are its own."""
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    made = authorization(
        secret_id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        secret_key="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        service="cvm",
        stamp=1551113065,
        headers={"Content-Type": "application/json; charset=utf-8", "Host": "cvm.tencentcloudapi.com"},
        body=body,
    )
    assert made.endswith(
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )
    assert "/2019-02-25/cvm/tc3_request" in made


# -- calls with receipts -------------------------------------------------------------------------------------------

SECRET = b"k" * 32


def call(lines: object, *, age: float = 0, secret: bytes = SECRET, body: bytes | None = None) -> list[Receipt]:
    body = json.dumps(lines).encode() if body is None else body
    stamp = str(int(time.time() - age))
    signature = hmac.new(secret, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    headers = {"x-timestamp": stamp, "x-signature": signature}
    return InboxSms(NOBODY_LISTENS, SECRET).read_receipts(headers, body, now=datetime.now(UTC))


def test_a_signed_fresh_call_is_read() -> None:
    lines = [{"reference": "a.1.sms", "arrived": True}, {"reference": "b.1.sms", "arrived": False}]
    assert call(lines) == [Receipt("a.1.sms", True), Receipt("b.1.sms", False, "undelivered")]


def test_a_reason_that_we_do_not_know_costs_the_other_receipts_of_the_call_nothing() -> None:
    lines = [{"reference": "a", "arrived": False, "reason": "<script>"}, {"reference": "b", "arrived": True}]
    assert call(lines) == [Receipt("a", False, "other"), Receipt("b", True)]


NASTY: dict[str, bytes] = {
    "not json": b"{",
    "no list": b'{"reference": "a"}',
    "no reference": b'[{"arrived": true}]',
    "no outcome": b'[{"reference": "a"}]',
    "outcome of another kind": b'[{"reference": "a", "arrived": "yes"}]',
    "reference of another kind": b'[{"reference": 5, "arrived": true}]',
    "long reference": json.dumps([{"reference": "a" * 65, "arrived": True}]).encode(),
    "a reason of no kind": b'[{"reference": "a", "arrived": false, "reason": []}]',
    "lines of no kind": b"[1, null]",
    "too many": json.dumps([{"reference": "a", "arrived": True}] * 201).encode(),
    "too large": b" " * (64 * 1024) + b"[]",
    "deep": b"[" * 20000,
    "not utf-8": b"\xff\xfe[",
    "surrogate": b'[{"reference": "\\ud800", "arrived": 1}]',
}


@pytest.mark.parametrize("case", NASTY)
def test_what_is_signed_and_makes_no_sense_is_refused_in_one_way(case: str) -> None:
    with pytest.raises(ReceiptsRefused, match="refused"):
        call(None, body=NASTY[case])


def test_forged_stale_and_future_calls_are_refused() -> None:
    for values in ({"secret": b"another"}, {"age": 301}, {"age": -302}):
        with pytest.raises(ReceiptsRefused):
            call([], **values)  # type: ignore[arg-type]
