"""Sends the requests of the list as the people would, and sees that each was answered."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import httpx

from bench.forms import form_for
from bench.journey import Line
from bench.people import STAFF_PASSWORD, Candidate, World, code_on
from launcher.stack import Stack
from standins.authenticator import Pocket
from standins.people import Person as Pupil
from standins.people import people

STAFF = {"operator": "zhoumin", "county": "wangxiulan", "city": "zhangli", "province": "hezhiyuan"}
_SECOND_STEP = "/sign-in/code/"
_EXPIRED = 4  # the class's pupil whose card has run out goes another way


class Unanswered(Exception):
    """A request was not answered as the journey needs it. Says which and how, without anybody's data."""


class Driver:
    """Browsers of the staff and of the candidates, all on this machine."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._clients = stack, ExitStack()
        self._staff: dict[str, httpx.Client] = {}
        self._pocket = Pocket()
        self._world = World(stack.url("reader"), stack.url("office"), stack.url("sms"), self._client("reader"))
        self._queue = [place for place in range(60) if place != _EXPIRED]
        self._pupils = people()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clients.close()

    def open_season(self) -> None:
        """Do once what is done once a season and not once a candidate: sign in, open the site, import the roster."""
        self.sign_in(*STAFF)
        self.go_to("intake")
        site = self._first_site()
        self.submit("county", f"/sites/{site}/open/", {"expected": "60"}, page="/sites/")
        numbers = {"first": "01020001", "last": "01020600"}
        self.submit("county", f"/segments/{site}/new/", numbers, page=f"/segments/{site}/")
        preview = self.submit("operator", "/rosters/", {}, files={"file": ("roster.csv", _roster(self._pupils))})
        form = form_for(preview.text, "/rosters/take/", {})
        _expect(self._staff["operator"].post("/rosters/take/", data=form.filled({})), "POST /rosters/take/")

    def sign_in(self, *staff: str) -> None:
        """Let these of the staff sign in, each in a browser of their own."""
        for who in staff:
            self._staff[who] = self._client("office")
            answer = self.submit(who, "/sign-in/", {"handle": STAFF[who], "password": STAFF_PASSWORD})
            if answer.headers.get("Location") == _SECOND_STEP:
                self.submit(who, _SECOND_STEP, {"code": self._pocket.code(STAFF[who])})

    def go_to(self, phase: str) -> None:
        """Let the province move the demo's clock."""
        self.submit("province", "/season/clock/", {"phase": phase})

    def candidates(self, count: int) -> list[Candidate]:
        """Return people who have done nothing yet; there are 59. Raises IndexError."""
        return [self.candidate(self._queue.pop(0)) for _ in range(count)]

    def candidate(self, place: int) -> Candidate:
        """Return the pupil of one place in the class list, with a phone that has asked nothing yet."""
        return Candidate(place, self._pupils[place], self._client("candidate"))

    def leave(self, candidates: Sequence[Candidate]) -> None:
        """Let people go who have done all."""
        for candidate in candidates:
            candidate.client.close()

    def prepare(self, line: Line, candidate: Candidate) -> None:
        """Do what comes before the request and asks no portal anything."""
        match line.step:
            case "identity":
                self._world.lay_card(candidate)
            case "person_check":
                self._world.show_face(candidate)
            case "phone":
                self._world.read_sms(candidate)
        if line.name == "POST /claim/" and not candidate.code:
            candidate.code = code_on(candidate.slip)

    def send(self, line: Line, candidate: Candidate) -> None:
        """Send one request of the list. Raises Unanswered."""
        if line.who == "cashier":
            self._world.pay(candidate)
            return
        client = candidate.client if line.who == "candidate" else self._staff[line.who]
        path = line.path.format(file=candidate.file)
        if line.method == "GET":
            answer = client.get(path)
        else:
            answers = candidate.answers(line.path)
            form = form_for(candidate.pages[line.portal], path, answers)
            files = {"photo": ("photo.jpg", candidate.photo)} if line.kind == "photo" else None
            answer = client.post(path, data=form.filled(answers), files=files)
        _expect(answer, line.name)
        _learn(line, candidate, answer)

    def read(self, who: str, path: str) -> str:
        """Return a page as one of the staff sees it. Raises Unanswered."""
        shown = self._staff[who].get(path)
        _expect(shown, f"GET {path}")
        return shown.text

    def _client(self, name: str) -> httpx.Client:
        return self._clients.enter_context(httpx.Client(base_url=self._stack.url(name), timeout=30, trust_env=False))

    def submit(
        self,
        who: str,
        path: str,
        answers: dict[str, str],
        *,
        page: str = "",
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        """Open a page, fill in its form and send it, all as one of the staff."""
        client = self._staff[who]
        shown = client.get(page or path)
        _expect(shown, f"GET {page or path}")
        data = form_for(shown.text, path, answers).filled(answers)
        answer = client.post(path, data=data, files=files)
        _expect(answer, f"POST {path}")
        return answer

    def _first_site(self) -> str:
        page = self._staff["county"].get("/sites/").text
        return page.partition('action="/sites/')[2].partition("/")[0]


def _expect(answer: httpx.Response, name: str) -> None:
    """Raise Unanswered for an error, and for a page that asks to sign in."""
    away = answer.headers.get("Location", "")
    if answer.is_error or (away.partition("?")[0] == "/sign-in/" and not name.endswith("/sign-out/")):
        raise Unanswered(f"{name}: {answer.status_code} {away}")


def _learn(line: Line, candidate: Candidate, answer: httpx.Response) -> None:
    """Keep what the person sees: a page, paper, or where to go on."""
    kind = answer.headers.get("Content-Type", "")
    if answer.has_redirect_location:
        if line.step == "identity":
            candidate.file = answer.headers["Location"].split("/")[2]
    elif kind.startswith("text/html"):
        candidate.pages[line.portal] = answer.text
    elif line.path.endswith("/slip/"):
        candidate.slip = answer.content
    candidate.saves += line.path == "/form/save"


def _roster(pupils: Sequence[Pupil]) -> bytes:
    lines = ["学籍号,姓名,性别,班级,学号,班主任"]
    lines += [
        f"{one.roll_number},{one.name},{one.sex},{one.class_name},{one.class_number},{one.teacher}" for one in pupils
    ]
    return "\n".join(lines).encode()
