"""The system check over HTTP, in the wire format of `signed`."""

from baoming.registrations.providers.base import Finding, SystemCheckDown, Verdict
from baoming.registrations.providers.signed import SignedCalls

_VERDICTS: tuple[Verdict, ...] = ("match", "mismatch", "no_record")
_LONGEST_NAME = 40  # characters of a register's name: what its column holds


class RegisterCheck:
    """The contract of base.SystemCheck."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._call = SignedCalls(address, secret, down=SystemCheckDown)

    def check(self, *, name: str, number: str) -> Finding:
        said = self._call("/system-check", {"name": name, "number": number})
        for verdict in _VERDICTS:
            if said.get("outcome") == verdict:
                return Finding(verdict, str(said.get("register", ""))[:_LONGEST_NAME])
        raise SystemCheckDown  # also where it says "unavailable": the register behind it does not answer
