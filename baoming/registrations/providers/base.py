"""What the project asks of services outside: that a real person is there (R11), that typed identity is right (R26)."""

from dataclasses import dataclass
from typing import Literal, Protocol

from baoming.shared.errors import Unavailable

Outcome = Literal["waiting", "passed", "failed"]
Verdict = Literal["match", "mismatch", "no_record"]


class PersonCheckDown(Unavailable):
    """The service does not answer. The check can be made later; nothing is lost."""

    def __init__(self) -> None:
        super().__init__("实人认证服务暂时没有回应，已完成的步骤都已保存，请稍后再试")


@dataclass(frozen=True, slots=True)
class Session:
    """One check. `page` is where the person goes."""

    id: str
    page: str


class PersonCheck(Protocol):
    """One service."""

    def start(self, *, name: str, number: str, return_url: str) -> Session:
        """Open a check of the person with this name and identity number. Raises PersonCheckDown."""

    def result(self, session: str) -> Outcome:
        """Return how the check ended. Raises PersonCheckDown."""


class SystemCheckDown(Unavailable):
    """The registers do not answer (the outcome `unavailable`). They are asked again; nothing is lost."""

    def __init__(self) -> None:
        super().__init__("系统核验服务暂时没有回应，系统会自动再问，请稍后再看")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a register says of somebody. `register`: its name, of those that the service asks."""

    outcome: Verdict
    register: str


class SystemCheck(Protocol):
    """One service that compares with the registers of the police or of the schools (系统核验)."""

    def check(self, *, name: str, number: str) -> Finding:
        """Return whether somebody of this name has this identity number. Raises SystemCheckDown."""
