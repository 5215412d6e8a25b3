"""A full door answers at once and looks nothing up; whoever has signed in here before has a place besides."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory, override_settings

from baoming.web import door as doors
from baoming.web.devices import cookie_name
from baoming.web.door import KNOWN, STRANGERS, Answer, door

PATIENCE = 10


@pytest.fixture(autouse=True)
def portal() -> Iterator[None]:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield


def trying(*, known: bool = False, path: str = "/sign-in/", method: str = "POST") -> HttpRequest:
    request = RequestFactory().generic(method, path)
    if known:
        request.COOKIES[cookie_name()] = "x" * 43
    return request


class Room:
    """What lies behind the door: who is in stays until `leave`."""

    def __init__(self) -> None:
        self.leave = Event()
        self.inside = 0
        self._all_in = Event()
        self._expected = 0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self.inside += 1
        if self.inside >= self._expected:
            self._all_in.set()
        self.leave.wait(PATIENCE)
        return HttpResponse("inside")

    def fill(self, answer: Answer, requests: list[HttpRequest], stack: ExitStack) -> None:
        self._expected = self.inside + len(requests)
        self._all_in.clear()
        for request in requests:
            thread = Thread(target=answer, args=(request,))
            thread.start()
            stack.callback(thread.join)
        stack.callback(self.leave.set)
        assert self._all_in.wait(PATIENCE)


def refused(answer: Answer, request: HttpRequest, room: Room) -> bool:
    room.leave.set()  # whoever gets in now is answered at once
    return answer(request).status_code == 503


def test_a_stranger_before_a_full_door_is_told_when_to_come_back_and_nothing_is_looked_up() -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:  # no database in this test: a look-up would fail
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        told = answer(trying())
    assert isinstance(told, HttpResponse)
    assert (told.status_code, told["Retry-After"]) == (503, "5")
    assert "请过几秒再试" in told.content.decode()
    assert not refused(answer, trying(), room)  # they have left, and their places are free


def test_a_browser_that_has_signed_in_before_has_a_place_of_its_own() -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        room.fill(answer, [trying(known=True) for _ in range(KNOWN)], stack)
        assert refused(answer, trying(known=True), room)


@pytest.mark.parametrize(("path", "method"), [("/sign-in/", "GET"), ("/form/save", "POST"), ("/claim/", "POST")])
def test_nothing_but_a_try_to_sign_in_meets_the_door(path: str, method: str) -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        assert not refused(answer, trying(path=path, method=method), room)


def test_a_place_is_free_again_after_a_defect() -> None:
    def broken(request: HttpRequest) -> HttpResponseBase:
        raise ZeroDivisionError

    answer = door(broken)
    for _ in range(STRANGERS + 1):
        with pytest.raises(ZeroDivisionError):
            answer(trying())


def test_control_without_the_door_they_fill_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "STRANGERS", 1000)
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(8)], stack)
        assert room.inside == 8  # twice as many as the portal has threads
