"""The contract of a real-person check (R10), held against both stand-ins, each in its own process.

The golden example of the signature stands in tests/messages/test_sms_contract.py: one module signs for both.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from baoming.registrations.models import PersonCheck as Kept
from baoming.registrations.providers import signed
from baoming.registrations.providers.base import (
    LONGEST_ID,
    LONGEST_PAGE,
    Failure,
    PersonCheck,
    PersonCheckDown,
    PersonCheckUnfit,
    Result,
    Session,
)
from baoming.registrations.providers.face import Contract, FaceCheck, failure_of, unfit
from baoming.registrations.providers.network_id import NetworkIdCheck
from baoming.shared import tc3
from tests.standins.running import running

WHO = {"name": "欧阳思远", "number": "990001200503180013"}
OTHER = {"name": "彭梓涵", "number": "99000120050318003X"}
BACK = "http://127.0.0.1:8000/person-check/"
MINE = {**WHO, "reference": "mine"}


def face(address: str, home: Path, **changes: str) -> FaceCheck:
    account = json.loads((home / "account.json").read_bytes())
    return FaceCheck(address, Contract(**{**account, **changes}))


def network(address: str, home: Path, **changes: str) -> NetworkIdCheck:
    secret = changes.get("secret_key", "").encode() or (home / "identity.secret").read_bytes()
    return NetworkIdCheck(address, secret)


MAKE: dict[str, Callable[..., PersonCheck]] = {"faceid": face, "identity": network}
NO: dict[str, list[tuple[str, Failure]]] = {  # buttons of each page and what they mean, from its description
    "faceid": [
        ("failed", Failure.NOT_SAME), ("not_alive", Failure.LIVENESS), ("no_record", Failure.NO_RECORD),
        ("name_number", Failure.NAME_NUMBER), ("tries", Failure.TRIES),
    ],
    "identity": [
        ("declined", Failure.DECLINED), ("mismatch", Failure.NAME_NUMBER), ("no_record", Failure.NO_RECORD),
    ],
}  # fmt: skip


@dataclass
class There:
    name: str
    address: str
    home: Path

    def check(self, **changes: str) -> PersonCheck:
        return MAKE[self.name](self.address, self.home, **changes)


@pytest.fixture(scope="module", params=sorted(MAKE))
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    home = tmp_path_factory.mktemp(request.param)
    with running(request.param, home) as address:
        yield There(request.param, address, home)


def begun(check: PersonCheck) -> Session:
    return check.start(**MINE, return_url=BACK)


def decide(session: Session, button: str) -> None:
    assert httpx.post(session.page, data={"do": button}).headers["location"] == BACK


def test_who_passes_has_passed_and_the_page_names_them(there: There) -> None:
    check = there.check()
    session = begun(check)
    assert WHO["name"] in httpx.get(session.page).text
    assert check.result(session.id, **MINE) == Result("waiting")
    decide(session, "passed")
    for _ in range(2):
        result = check.result(session.id, **MINE)
        assert (result.outcome, result.failure) == ("passed", None)


def test_who_does_not_pass_is_told_why(there: There) -> None:
    check = there.check()
    for button, failure in NO[there.name]:
        session = begun(check)
        decide(session, button)
        assert check.result(session.id, **MINE) == Result("failed", failure), button


def test_the_first_answer_stands(there: There) -> None:
    check = there.check()
    session = begun(check)
    decide(session, NO[there.name][0][0])
    decide(session, "passed")
    assert check.result(session.id, **MINE).outcome == "failed"


def test_another_secret_opens_nothing_and_hears_nothing(there: There) -> None:
    session = begun(there.check())
    decide(session, "passed")
    forged = there.check(secret_key="another")
    with pytest.raises(PersonCheckDown, match="稍后再试"):
        begun(forged)
    with pytest.raises(PersonCheckDown):
        forged.result(session.id, **MINE)


@pytest.mark.parametrize("name", sorted(MAKE))
def test_control_a_stand_in_that_asks_no_signature_takes_the_forged_call(name: str, tmp_path: Path) -> None:
    with running(name, tmp_path, careless=True) as address:
        content = json.dumps({"name": "x", "number": "1", "reference": "r", "return_url": BACK})
        headers = {"X-Nonce": "n", "X-TC-Action": "DetectAuth", "X-TC-Version": "2018-03-01"}
        path = "/" if name == "faceid" else "/network-id/start"
        if name == "faceid":
            content = json.dumps({"RuleId": "1"})
        said = httpx.post(address + path, content=content, headers=headers).json()
    assert said.get("id") or said["Response"]["BizToken"]


def test_the_answer_about_somebody_elses_check_passes_nobody(there: There) -> None:
    """Their session passed; asked for with our reference it is no answer, and for our number no pass."""
    check = there.check()
    theirs = check.start(**OTHER, reference="theirs", return_url=BACK)
    decide(theirs, "passed")
    with pytest.raises(PersonCheckDown):
        check.result(theirs.id, **MINE)
    if there.name == "faceid":  # its answers name the person; of network identity the platform compares
        swapped = check.result(theirs.id, **WHO, reference="theirs")
        assert swapped == Result("failed", Failure.NAME_NUMBER)


def test_where_nobody_listens_it_is_down(there: There) -> None:
    nobody = MAKE[there.name]("http://127.0.0.1:9", there.home)
    with pytest.raises(PersonCheckDown):
        begun(nobody)


def test_a_restart_of_the_provider_loses_no_check(there: There, tmp_path: Path) -> None:
    with running(there.name, tmp_path) as address:
        check = MAKE[there.name](address, tmp_path)
        sessions = [begun(check), begun(check)]
        decide(sessions[0], "passed")
    with running(there.name, tmp_path) as address:
        check = MAKE[there.name](address, tmp_path)
        assert [check.result(one.id, **MINE).outcome for one in sessions] == ["passed", "waiting"]
    assert (tmp_path / "sessions.json").stat().st_mode & 0o777 == 0o600


# -- Tencent Cloud FaceID ------------------------------------------------------------------------------------------


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[There]:
    with running("faceid", tmp_path) as address:
        yield There("faceid", address, tmp_path)


def asked(cloud: There, *, body: bytes = b'{"RuleId": "1"}', sent: bytes = b"", age: int = 0, **changes: str) -> str:
    """Return the code of what the stand-in says to a call made by hand, empty where it takes it."""
    account = json.loads((cloud.home / "account.json").read_bytes())
    host = cloud.address.removeprefix("http://")
    stamp = int(time.time()) - age
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Host": host, "X-TC-Action": "DetectAuth",
    }  # fmt: skip
    proof = tc3.authorization(
        secret_id=account["secret_id"], secret_key=account["secret_key"], service=changes.get("service", "faceid"),
        stamp=stamp, headers=headers, body=body,
    )  # fmt: skip
    more = {"Authorization": proof, "X-TC-Version": "2018-03-01", "X-TC-Timestamp": changes.get("stamp", str(stamp))}
    more["X-TC-Action"] = changes.get("action", "DetectAuth")
    said = httpx.post(cloud.address, content=sent or body, headers={**headers, **more}).json()["Response"]
    return str(said.get("Error", {}).get("Code", ""))


def test_each_part_of_a_call_is_signed(cloud: There) -> None:
    day = 24 * 3600
    assert asked(cloud) == ""
    assert asked(cloud, sent=b'{"RuleId": "1", "Name": "x"}') == "AuthFailure.SignatureFailure"  # the payload
    assert asked(cloud, action="GetDetectInfoEnhanced") == "AuthFailure.SignatureFailure"  # a signed header
    assert asked(cloud, service="sms") == "AuthFailure.SignatureFailure"  # the credential's scope
    assert asked(cloud, stamp=str(int(time.time()) - 1)) == "AuthFailure.SignatureFailure"  # the moment
    assert asked(cloud, age=301) == "AuthFailure.SignatureExpire"  # replayed
    assert asked(cloud, age=10, stamp=str(int(time.time()) - day)) == "AuthFailure.SignatureExpire"  # the day


def test_what_its_services_refuse_is_down_and_logged_by_code_alone(
    cloud: There, caplog: pytest.LogCaptureFixture
) -> None:
    check = cloud.check()
    for code in ("RequestLimitExceeded", "UnauthorizedOperation.Arrears"):
        httpx.post(f"{cloud.address}/control", data={"code": code})
        with caplog.at_level(logging.WARNING), pytest.raises(PersonCheckDown):
            begun(check)
        assert code in caplog.text
    assert WHO["name"] not in caplog.text
    assert WHO["number"] not in caplog.text
    httpx.post(f"{cloud.address}/control", data={"code": ""})
    begun(check)


def test_a_rule_or_a_check_that_it_does_not_know(cloud: There) -> None:
    with pytest.raises(PersonCheckDown):
        begun(cloud.check(rule_id="2"))
    gone = cloud.check().result("CE661F1A-0F1E-45BD-BE13-34C05CEA7681", **MINE)
    assert gone == Result("failed", Failure.EXPIRED)


def test_whom_it_cannot_check_is_sent_another_way_before_it_is_asked() -> None:
    check = FaceCheck("http://127.0.0.1:9", Contract("a", "b", "1"))
    for who in ({**WHO, "name": "长" * 33}, {**WHO, "number": "H1234567800"}):
        with pytest.raises(PersonCheckUnfit) as unfit_for:
            check.start(**who, reference="mine", return_url=BACK)
        assert unfit_for.value.failure is Failure.NO_RECORD


CODES: dict[int, Failure] = {  # of the published list of result codes
    1: Failure.BROKEN, 4: Failure.BROKEN, 13: Failure.BROKEN, 14: Failure.BROKEN, 15: Failure.EXPIRED,
    16: Failure.TRIES, 201: Failure.BROKEN, 204: Failure.BROKEN, 301: Failure.NAME_NUMBER, 302: Failure.NO_RECORD,
    303: Failure.LIVENESS, 1001: Failure.BROKEN, 1002: Failure.LIVENESS, 1003: Failure.LIVENESS,
    1006: Failure.BROKEN, 1101: Failure.LIVENESS, 1201: Failure.LIVENESS, 1205: Failure.LIVENESS,
    2001: Failure.BROKEN, 2002: Failure.NAME_NUMBER, 2003: Failure.NAME_NUMBER, 2005: Failure.NO_RECORD,
    2006: Failure.NAME_NUMBER, 2007: Failure.NO_RECORD, 2009: Failure.NO_RECORD, 2010: Failure.LIVENESS,
    2016: Failure.NOT_SAME, 9999: Failure.OTHER,
}  # fmt: skip
ERRORS: dict[str, Failure | None] = {  # of the published list of error codes; None: it does not serve us now
    "RequestLimitExceeded": None,
    "FailedOperation.RequestLimitExceeded": None,
    "FailedOperation.CompareSystemError": None,
    "FailedOperation.UnKnown": None,
    "InternalError": None,
    "AuthFailure.SignatureExpire": None,
    "UnauthorizedOperation.Nonactivated": None,
    "InvalidParameterValue.RuleIdNotExist": None,
    "FailedOperation.IdFormatError": Failure.NAME_NUMBER,
    "FailedOperation.NameFormatError": Failure.NAME_NUMBER,
    "FailedOperation.IdNameMisMatch": Failure.NAME_NUMBER,
    "FailedOperation.IdNoExistSystem": Failure.NO_RECORD,
    "FailedOperation.IdPhotoNoExist": Failure.NO_RECORD,
    "FailedOperation.CompareLowSimilarity": Failure.NOT_SAME,
    "FailedOperation.LivessDetectFake": Failure.LIVENESS,
    "FailedOperation.LivessSystemError": Failure.BROKEN,
    "FailedOperation.SilentThreshold": Failure.LIVENESS,
    "InvalidParameterValue.BizTokenExpired": Failure.EXPIRED,
    "InvalidParameterValue.BizTokenIllegal": Failure.EXPIRED,
}


def test_each_published_code_has_our_reason() -> None:
    assert {code: failure_of(code) for code in CODES} == CODES
    assert {code: unfit(code) for code in ERRORS} == ERRORS


PASSED: dict[str, Any] = {
    "ErrCode": 0, "IdCard": WHO["number"], "Name": WHO["name"], "LiveStatus": 0, "Comparestatus": 0, "Extra": "mine",
}  # fmt: skip
NASTY: dict[str, Any] = {  # what says that it passed and is no such answer
    "no text": {"Text": None},
    "no reference": {"Text": {**PASSED, "Extra": None}},
    "another reference": {"Text": {**PASSED, "Extra": "theirs"}},
    "no face compared": {"Text": {**PASSED, "Comparestatus": None}},
    "nobody alive": {"Text": {**PASSED, "LiveStatus": 1003}},
    "a code of words": {"Text": {**PASSED, "ErrCode": "0"}},
    "no object": [],
}


class Answered:
    """As `httpx.post`, with one answer."""

    def __init__(self, response: Any) -> None:
        self.response = response

    def __call__(self, *_: object, **__: object) -> httpx.Response:
        request = httpx.Request("POST", "http://127.0.0.1/")
        return httpx.Response(200, json={"Response": self.response}, request=request)


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_no_answer_passes_nobody(nasty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check = FaceCheck("http://127.0.0.1:9", Contract("a", "b", "1"))
    monkeypatch.setattr(httpx, "post", Answered({"Text": PASSED}))
    assert check.result("s", **MINE) == Result("passed")
    monkeypatch.setattr(httpx, "post", Answered(NASTY[nasty]))
    with pytest.raises(PersonCheckDown):
        check.result("s", **MINE)


OVERLONG = {  # session and page that a service says it has opened, and that no check can keep or lead to
    "a session of 81 characters": ("s" * 81, "https://a/"),
    "no session": ("", "https://a/"),
    "a session of another kind": (7, "https://a/"),
    "a page of 1001 characters": ("s", "https://a/".ljust(1001, "x")),
    "a null byte": ("s\0", "https://a/"),
    "a host in half a bracket": ("s", "https://[a/"),
    "no web page": ("s", "javascript:alert(1)"),
    "no page": ("s", None),
}
LONGEST = ("s" * 80, "https://a/".ljust(1000, "x"))


def opens(way: str, session: object, page: object, monkeypatch: pytest.MonkeyPatch) -> PersonCheck:
    """Return the service of this way, which says that it has opened this."""
    if way == "faceid":
        monkeypatch.setattr(httpx, "post", Answered({"BizToken": session, "Url": page}))
        return FaceCheck("http://127.0.0.1:9", Contract("a", "b", "1"))
    monkeypatch.setattr(signed.SignedCalls, "__call__", lambda *_: {"id": session, "page": page})
    return NetworkIdCheck("http://127.0.0.1:9", b"secret")


@pytest.mark.parametrize("way", sorted(MAKE))
def test_what_a_service_opens_fits_what_is_kept_of_it(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begun(opens(way, *LONGEST, monkeypatch)) == Session(*LONGEST)
    for nasty in OVERLONG.values():
        with pytest.raises(PersonCheckDown):
            begun(opens(way, *nasty, monkeypatch))


def test_what_is_kept_of_a_service_is_as_long_as_its_columns() -> None:
    columns = {field.name: field.max_length for field in Kept._meta.fields if field.name in ("session", "url")}
    assert columns == {"session": LONGEST_ID, "url": LONGEST_PAGE}


# -- network identity ----------------------------------------------------------------------------------------------


class Replayed:
    """As `httpx.post`; once `kept` holds an answer, it is given again to every question."""

    def __init__(self) -> None:
        self._post, self.kept = httpx.post, None

    def __call__(self, *args: Any, **more: Any) -> httpx.Response:
        return self.kept or self._post(*args, **more)


def replaying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """Keep the answer that somebody passed, and give it to the question about a check that nobody has made."""
    with running("identity", tmp_path) as address:
        check = network(address, tmp_path)
        session, post = begun(check), Replayed()
        decide(session, "passed")
        answers: list[httpx.Response] = []
        monkeypatch.setattr(httpx, "post", lambda *a, **k: answers.append(post(*a, **k)) or answers[-1])
        assert check.result(session.id, **MINE).outcome == "passed"
        monkeypatch.setattr(httpx, "post", post)
        post.kept = answers[-1]
    return lambda: check.result(session.id, **MINE)


def test_an_old_answer_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = replaying(tmp_path, monkeypatch)
    with pytest.raises(PersonCheckDown):
        again()


def test_control_without_the_signature_of_answers_an_old_one_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = replaying(tmp_path, monkeypatch)
    monkeypatch.setattr(signed.hmac, "compare_digest", lambda *_: True)
    assert again().outcome == "passed"


def test_the_network_number_is_the_same_for_one_person_and_tells_nothing(tmp_path: Path) -> None:
    numbers = []
    with running("identity", tmp_path) as address:
        check = network(address, tmp_path)
        for who in (WHO, WHO, OTHER):
            session = check.start(**who, reference="mine", return_url=BACK)
            decide(session, "passed")
            numbers.append(check.result(session.id, **who, reference="mine").token)
    assert numbers[0] == numbers[1] != numbers[2]
    assert WHO["number"] not in numbers[0]
