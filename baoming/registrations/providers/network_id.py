"""国家网络身份认证公共服务 (网号, 网证), in the wire format of `signed`.

The platform's real format is handed out with its agreement and is not public. What is settled here is the contract: a
page (or a code for its app) where the person allows the comparison, and an answer without personal data: whether the
holder of the 网证 is the person asked about, and a 网号, which says nothing to anybody else. 样例: the paths and names
of fields below are ours, and are replaced in this file alone once the agreement is there (docs/decisions/0033).
"""

from collections.abc import Mapping

from baoming.registrations.providers.base import (
    WAITING,
    Failure,
    PersonCheckDown,
    Result,
    Session,
    session_of,
)
from baoming.registrations.providers.signed import SignedCalls

_LONGEST_TOKEN = 128  # characters
_REASONS: Mapping[str, Failure] = {
    "mismatch": Failure.NAME_NUMBER,  # the 网证 is another person's
    "no_record": Failure.NO_RECORD,  # who has not applied for one
    "declined": Failure.DECLINED,
    "expired": Failure.EXPIRED,
}


class NetworkIdCheck:
    """The contract of base.PersonCheck."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._call = SignedCalls(address.rstrip("/"), secret, down=PersonCheckDown)

    def start(self, *, name: str, number: str, reference: str, return_url: str) -> Session:
        asked = {"name": name, "number": number, "reference": reference, "return_url": return_url}
        said = self._call("/network-id/start", asked)
        return session_of(said.get("id"), said.get("page"))

    def result(self, session: str, *, name: str, number: str, reference: str) -> Result:
        said = self._call("/network-id/result", {"id": session, "reference": reference})
        if said.get("id") != session or said.get("reference") != reference:
            raise PersonCheckDown
        match said.get("outcome"):
            case "waiting":
                return WAITING
            case "failed":
                return Result("failed", _REASONS.get(str(said.get("reason")), Failure.OTHER))
            case "passed" if isinstance(token := said.get("network_id"), str) and 0 < len(token) <= _LONGEST_TOKEN:
                return Result("passed", token=token)
        raise PersonCheckDown
