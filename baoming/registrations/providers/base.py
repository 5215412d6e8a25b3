"""What the project asks of any service that checks that a real person is there (R11)."""

from dataclasses import dataclass
from typing import Literal, Protocol

from baoming.shared.errors import Unavailable

Outcome = Literal["waiting", "passed", "failed"]


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
