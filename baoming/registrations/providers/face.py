"""The person check over HTTP, in the wire format of `signed`."""

from baoming.registrations.providers.base import Outcome, PersonCheckDown, Session
from baoming.registrations.providers.signed import SignedCalls

_OUTCOMES: tuple[Outcome, ...] = ("waiting", "passed", "failed")


class FaceCheck:
    """The contract of base.PersonCheck."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._call = SignedCalls(address, secret, down=PersonCheckDown)

    def start(self, *, name: str, number: str, return_url: str) -> Session:
        said = self._call("/sessions", {"name": name, "number": number, "return_url": return_url})
        return Session(id=str(said.get("id")), page=str(said.get("page")))

    def result(self, session: str) -> Outcome:
        said = self._call("/result", {"id": session})
        for outcome in _OUTCOMES:
            if said.get("id") == session and said.get("outcome") == outcome:
                return outcome
        raise PersonCheckDown
