"""Tencent Cloud FaceID (慧眼), version 2018-03-01: DetectAuth opens a check, GetDetectInfoEnhanced tells how it ended.

Only the texts of a result are asked for (InfoType 1): no picture and no film ever reaches us. Its answers carry no
signature, TLS alone proves them; so an answer counts only if it names our reference and the person it is about.
Source: the public description of both calls and the list of result codes of 人脸核身.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from baoming.registrations.providers.base import (
    WAITING,
    Failure,
    PersonCheckDown,
    PersonCheckUnfit,
    Result,
    Session,
    session_of,
)
from baoming.shared.names import same_name
from baoming.shared.tc3 import signed_headers

_VERSION, _SERVICE = "2018-03-01", "faceid"
_TIMEOUT = 5.0
_LONGEST_NAME = 32  # characters, by its description
_NUMBER = re.compile(r"\d{17}[\dX]")
_CODE = re.compile(r"[A-Za-z.]{1,60}")
_NOT_DONE = 17  # 本次流程未完成
# Error codes of a call that say something about the person, by the longest beginning that fits. All others (limits,
# keys, money, their own faults) mean that the service does not serve us now.
_UNFIT: Mapping[str, Failure] = {
    "FailedOperation.IdFormatError": Failure.NAME_NUMBER,
    "FailedOperation.NameFormatError": Failure.NAME_NUMBER,
    "FailedOperation.IdNameMisMatch": Failure.NAME_NUMBER,
    "FailedOperation.IdNoExistSystem": Failure.NO_RECORD,
    "FailedOperation.IdPhotoNoExist": Failure.NO_RECORD,
    "FailedOperation.CompareLowSimilarity": Failure.NOT_SAME,
    "FailedOperation.CompareFail": Failure.NOT_SAME,
    "FailedOperation.Livess": Failure.LIVENESS,
    "FailedOperation.LivessSystemError": Failure.BROKEN,
    "FailedOperation.LifePhoto": Failure.LIVENESS,
    "FailedOperation.Silent": Failure.LIVENESS,
    "InvalidParameterValue.BizTokenExpired": Failure.EXPIRED,
    "InvalidParameterValue.BizTokenIllegal": Failure.EXPIRED,
}
# Codes of a result (`ErrCode`) outside the ranges below.
_ENDED: Mapping[int, Failure] = {
    15: Failure.EXPIRED, 16: Failure.TRIES,
    301: Failure.NAME_NUMBER, 302: Failure.NO_RECORD, 303: Failure.LIVENESS,
    1001: Failure.BROKEN, 1006: Failure.BROKEN, 1007: Failure.BROKEN, 1008: Failure.BROKEN,
    2001: Failure.BROKEN, 2002: Failure.NAME_NUMBER, 2003: Failure.NAME_NUMBER, 2004: Failure.LIVENESS,
    2005: Failure.NO_RECORD, 2006: Failure.NAME_NUMBER, 2007: Failure.NO_RECORD, 2008: Failure.NO_RECORD,
    2009: Failure.NO_RECORD, 2010: Failure.LIVENESS,
}  # fmt: skip
_log = logging.getLogger("baoming.person_check")


def failure_of(code: int) -> Failure:
    """Return why a check was not passed, by the `ErrCode` of its result."""
    if code in _ENDED:
        return _ENDED[code]
    if 0 < code < 100 or 200 <= code < 300:  # 系统返回码, 微信相关返回码
        return Failure.BROKEN
    if 1000 < code < 1400:  # 活体检测
        return Failure.LIVENESS
    return Failure.NOT_SAME if 2000 < code < 3000 else Failure.OTHER


def unfit(code: str) -> Failure | None:
    """Return what an error code of a call says about the person; None where it says that the service is down."""
    fitting = [begin for begin in _UNFIT if code.startswith(begin)]
    return _UNFIT[max(fitting, key=len)] if fitting else None


@dataclass(frozen=True, slots=True)
class Contract:
    """Who we are there. `rule_id`: the flow of checks that was agreed on (RuleId)."""

    secret_id: str
    secret_key: str
    rule_id: str

    @classmethod
    def load(cls, folder: Path) -> "Contract":
        """Read account.json: secret_id, secret_key, rule_id."""
        return cls(**{key: str(value) for key, value in json.loads((folder / "account.json").read_bytes()).items()})


class _Error(Exception):
    """The call was answered with an error code."""


class FaceCheck:
    """The contract of base.PersonCheck."""

    def __init__(self, address: str, contract: Contract) -> None:
        self._address, self._contract = address.rstrip("/"), contract
        self._host = urlsplit(address).netloc

    def start(self, *, name: str, number: str, reference: str, return_url: str) -> Session:
        if len(name) > _LONGEST_NAME or not _NUMBER.fullmatch(number):
            raise PersonCheckUnfit(Failure.NO_RECORD)
        asked = {"IdCard": number, "Name": name, "RedirectUrl": return_url, "Extra": reference}
        try:
            said = self._ask("DetectAuth", asked)
        except _Error as error:
            if failure := unfit(str(error)):
                raise PersonCheckUnfit(failure) from None
            raise PersonCheckDown from None
        return session_of(said.get("BizToken"), said.get("Url"))

    def result(self, session: str, *, name: str, number: str, reference: str) -> Result:
        try:
            said = self._ask("GetDetectInfoEnhanced", {"BizToken": session, "InfoType": "1"})
        except _Error as error:
            if failure := unfit(str(error)):
                return Result("failed", failure)
            raise PersonCheckDown from None
        text = said.get("Text")
        if not isinstance(text, dict) or text.get("Extra") != reference:
            _log.warning("FaceID answered about another check than was asked for")
            raise PersonCheckDown
        return _read(text, name=name, number=number)

    def _ask(self, action: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return what stands in `Response`. Raises _Error with its code, PersonCheckDown."""
        ours = self._contract
        body = json.dumps({"RuleId": ours.rule_id, **asked}, ensure_ascii=False).encode()
        headers = signed_headers(
            secret_id=ours.secret_id, secret_key=ours.secret_key, service=_SERVICE, host=self._host, action=action,
            version=_VERSION, body=body,
        )  # fmt: skip
        try:
            answer = httpx.post(
                f"{self._address}/", content=body, headers=headers, timeout=_TIMEOUT, trust_env=False
            ).raise_for_status()
            response = dict(answer.json()["Response"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            raise PersonCheckDown from None
        if error := response.get("Error"):
            code = str(error.get("Code", "")) if isinstance(error, dict) else ""
            _log.warning("FaceID refuses %s: %s", action, code if _CODE.fullmatch(code) else "no code")
            raise _Error(code)
        return response


def _read(text: Mapping[str, Any], *, name: str, number: str) -> Result:
    """Read a result. What says that it is passed, and of somebody else, is not."""
    code = text.get("ErrCode")
    if code is None or code == _NOT_DONE:
        return WAITING
    if not isinstance(code, int):
        raise PersonCheckDown
    if code:
        return Result("failed", failure_of(code))
    if text.get("LiveStatus") != 0 or text.get("Comparestatus") != 0:
        raise PersonCheckDown  # passed as a whole, and not in its parts: no such answer is described
    theirs = str(text.get("IdCard", "")).upper()
    if theirs != number or not same_name(str(text.get("Name", "")), name):
        return Result("failed", Failure.NAME_NUMBER)
    return Result("passed")
