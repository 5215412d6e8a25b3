"""What the project asks of services outside: that a real person is there (R10), that typed identity is right (R26)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol
from urllib.parse import urlsplit

from baoming.shared.errors import Unavailable

Outcome = Literal["waiting", "passed", "failed"]
Verdict = Literal["match", "mismatch", "no_record"]


class Failure(StrEnum):
    """Why a check was not passed; person_ways.py has the sentence that says what to do."""

    NAME_NUMBER = "name_number"  # name and number do not belong together, or are another person's
    NOT_SAME = "not_same"  # it could not be told that the face is the one on record
    LIVENESS = "liveness"  # no living person was seen, or not well enough
    NO_RECORD = "no_record"  # nothing is on record to compare with
    DECLINED = "declined"  # the person did not allow it
    EXPIRED = "expired"  # not done while the page was good
    TRIES = "tries"  # the service takes no more tries of this person for now
    BROKEN = "broken"  # the service broke down in the midst
    OTHER = "other"


class PersonCheckDown(Unavailable):
    """The service does not answer. The check can be made later; nothing is lost."""

    def __init__(self) -> None:
        super().__init__("实人认证服务暂时没有回应，已完成的步骤都已保存，请稍后再试")


class PersonCheckUnfit(Exception):
    """The service can check nobody of this name or number: another way is needed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Session:
    """One check. `page` is where the person goes."""

    id: str
    page: str


LONGEST_ID, LONGEST_PAGE = 80, 1000  # characters: what a check keeps of its service


def session_of(session: object, page: object) -> Session:
    """Return what a service said it has opened. Raises PersonCheckDown for what is no session or no web page."""
    if not isinstance(session, str) or not isinstance(page, str) or not (session + page).isprintable():
        raise PersonCheckDown
    if not 0 < len(session) <= LONGEST_ID or len(page) > LONGEST_PAGE:
        raise PersonCheckDown
    try:
        web = urlsplit(page).scheme in ("http", "https")
    except ValueError:  # as of a host in half a pair of brackets
        web = False
    if not web:
        raise PersonCheckDown
    return Session(id=session, page=page)


@dataclass(frozen=True, slots=True)
class Result:
    """How a check stands. `failure`: of `failed` alone. `token`: a network number (网号), of who has passed by one."""

    outcome: Outcome
    failure: Failure | None = None
    token: str = ""


WAITING = Result("waiting")


class PersonCheck(Protocol):
    """One service, of faces or of network identity (国家网络身份认证公共服务).

    `reference` is ours: an answer that names another one is not an answer. What passes has been compared with `name`
    and `number`, by the service or from its answer.
    """

    def start(self, *, name: str, number: str, reference: str, return_url: str) -> Session:
        """Open a check of the person with this name and identity number. Raises PersonCheckDown, PersonCheckUnfit."""

    def result(self, session: str, *, name: str, number: str, reference: str) -> Result:
        """Return how the check stands. Raises PersonCheckDown."""


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
