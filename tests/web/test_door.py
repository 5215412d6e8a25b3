"""A full door answers at once and looks nothing up; whoever has signed in here before has a place besides."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest
from django.core.signing import Signer
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory, override_settings

from baoming.accounts.models import Account
from baoming.web import devices
from baoming.web import door as doors
from baoming.web.devices import cookie_name
from baoming.web.door import KNOWN, STRANGERS, Answer, door

PATIENCE = 10


@pytest.fixture(autouse=True)
def portal() -> Iterator[None]:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield


# What somebody carries who has never signed in: a device without a tag, with a wrong one, with one for another portal.
DEVICE = "x" * 43
FORGED = {
    "none": DEVICE,
    "empty": f"{DEVICE}.",
    "guessed": f"{DEVICE}.{'A' * 43}",
    "of another portal": Signer(sep=".", salt="bm_device_office").sign(DEVICE),
    "of another use": Signer(sep=".").sign(DEVICE),
    "of another device": "y" + Signer(sep=".", salt="bm_device_candidate").sign(DEVICE)[1:],
}


def trying(*, known: bool = False, carries: str = "", path: str = "/sign-in/", method: str = "POST") -> HttpRequest:
    request = RequestFactory().generic(method, path)
    carries = device_cookie() if known else carries
    if carries:
        request.COOKIES[cookie_name()] = carries
    return request


def device_cookie() -> str:
    """Return what a browser carries that has signed in, as the portal itself gave it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devices, "remember_device", lambda account, device: DEVICE)
        devices.keep_device(RequestFactory().post("/sign-in/"), response := HttpResponse(), Account())
    return response.cookies[cookie_name()].value


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


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_cookie_opens_no_place_and_keeps_nobody_out(kind: str) -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        assert answer(trying(carries=FORGED[kind])).status_code == 503
        room.fill(answer, [trying(known=True)], stack)


def test_control_where_any_cookie_counts_a_forged_one_takes_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "has_signed_in", lambda request: bool(devices.device_of(request)))
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        room.fill(answer, [trying(carries=DEVICE)], stack)
        assert answer(trying(known=True)).status_code == 503


def test_a_cookie_made_before_the_tag_is_still_the_same_device() -> None:
    assert devices.device_of(trying(carries=DEVICE)) == devices.device_of(trying(known=True)) == DEVICE


@pytest.mark.parametrize(("path", "method"), [("/sign-in/", "GET"), ("/form/save", "POST"), ("/claim/", "POST")])
def test_nothing_but_a_try_to_sign_in_meets_the_door(path: str, method: str) -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        assert not refused(answer, trying(path=path, method=method), room)


@pytest.mark.parametrize("path", ["/sign-in/", "/forgot/"])
def test_every_route_that_hashes_for_people_outside_is_behind_the_door(path: str) -> None:
    room = Room()
    answer = door(room)
    with ExitStack() as stack:
        room.fill(answer, [trying() for _ in range(STRANGERS)], stack)
        assert answer(trying(path=path)).status_code == 503


def test_so_is_the_activation_of_an_account_of_staff() -> None:
    room = Room()
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        answer = door(room)
        with ExitStack() as stack:
            room.fill(answer, [trying(path="/activate/") for _ in range(STRANGERS)], stack)
            assert answer(trying(path="/sign-in/")).status_code == 503
            assert answer(trying(path="/activate/")).status_code == 503


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
