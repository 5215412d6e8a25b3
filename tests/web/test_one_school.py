"""T3, mechanism 15: of a school behind one address no pupil shuts out the others (A8, R30).

Written first, from what a school is: 60 PCs, one address, all asked once a second at the opening; and from whom a pupil
who sends as fast as they can must not stop: whoever is signed in, a desk that is locked, a browser that has signed in.
"""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import Client

from baoming.accounts import throttling
from baoming.accounts.throttling import Limit
from baoming.web import devices, limiting
from baoming.web.cookies import bound
from baoming.web.limits import GUARDS, KNOCKS, PAGES, Guard, Work
from tests import factories as make
from tests.web.test_limits import Clock, Limits, before_views, passes, request_of, settings_of
from tests.web.test_shift import desk, lock, unlock

PCS = 60
SIGN_IN = "candidate:sign_in"


def of_browser(request: HttpRequest, device: str, *, tag: str = "") -> HttpRequest:
    """The same, from a browser that carries a device with the portal's tag, or with another one."""
    signed = f"{device}.{tag}" if tag else devices._signer().sign(device)
    request.COOKIES[bound(devices.cookie_name())] = signed
    return request


def of_locked_desk(request: HttpRequest, key: str) -> HttpRequest:
    request.session = SimpleNamespace(held=object(), session_key=key)
    return request


def without_form(request: HttpRequest) -> HttpRequest:
    del request.META["HTTP_X_CSRFTOKEN"]
    return request


def beside(client: Client) -> Client:
    """Another browser at the same process and address: test clients have a portal each, with buckets of its own."""
    another = Client()
    another.handler = client.handler
    return another


def used_up(limits: Limits, request: HttpRequest, work: Work) -> Limits:
    """All that the bucket of this request holds is taken: N pass, and the one after them does not."""
    assert all(passes(limits, request) for _ in range(work.limit.burst))
    assert not passes(limits, request)
    return limits


@pytest.fixture
def flooded() -> Limits:
    """A pupil has sent forms until the address has nothing left."""
    with settings_of("candidate"):
        return used_up(before_views(Clock()), request_of(SIGN_IN, "writes"), KNOCKS)


def test_a_browser_that_has_signed_in_pays_for_itself_alone(flooded: Limits) -> None:
    with settings_of("candidate"):
        used_up(flooded, of_browser(request_of(SIGN_IN, "writes"), "one"), KNOCKS)
        assert passes(flooded, of_browser(request_of(SIGN_IN, "writes", address="10.0.0.2"), "two"))
        assert not passes(flooded, of_browser(request_of(SIGN_IN, "writes", address="10.0.0.2"), "one"))
        assert passes(flooded, request_of(SIGN_IN, "writes", address="10.0.0.2"))


@pytest.mark.parametrize("tag", ["x", "of-another-portal"])
def test_a_device_that_nobody_signed_is_no_known_browser(flooded: Limits, tag: str) -> None:
    with settings_of("candidate"):
        assert not passes(flooded, of_browser(request_of(SIGN_IN, "writes"), "one", tag=tag))


def test_control_where_no_browser_is_known_the_flood_shuts_it_out(
    flooded: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "has_signed_in", lambda request: False)
    with settings_of("candidate"):
        assert not passes(flooded, of_browser(request_of(SIGN_IN, "writes"), "one"))


def test_what_comes_without_a_form_costs_nobody_who_has_one() -> None:
    with settings_of("candidate"):
        limits = before_views(Clock())
        used_up(limits, without_form(request_of(SIGN_IN, "writes")), KNOCKS)
        used_up(limits, request_of(SIGN_IN, "writes"), KNOCKS)


def test_a_locked_desk_pays_for_itself_alone() -> None:
    work = GUARDS["office:unlock"].writes
    assert work
    with settings_of("office"):
        limits = used_up(before_views(Clock()), request_of("office:unlock", "writes"), work)
        used_up(limits, of_locked_desk(request_of("office:unlock", "writes"), "a"), work)
        assert passes(limits, of_locked_desk(request_of("office:unlock", "writes"), "b"))


@pytest.mark.parametrize(("route", "way", "seconds"), [("candidate:home", "reads", 180), (SIGN_IN, "writes", 180)])
def test_sixty_new_browsers_at_one_address_asked_once_a_second_are_all_answered(
    route: str, way: str, seconds: int
) -> None:
    with settings_of("candidate"):
        limits, asked = before_views(clock := Clock()), request_of(route, way)
        for _ in range(seconds):
            assert all(passes(limits, asked) for _ in range(PCS))
            clock.now += 1


def test_control_with_a_third_of_it_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        limiting.GUARDS, "candidate:home", Guard(reads=Work("few", Limit(PAGES.limit.burst // 6, 60), ""))
    )
    with pytest.raises(AssertionError):
        test_sixty_new_browsers_at_one_address_asked_once_a_second_are_all_answered("candidate:home", "reads", 180)


def test_an_hour_of_codes_and_of_recoveries_is_there_for_sixty_pcs() -> None:
    assert throttling.SMS_ADDRESS.burst >= PCS * 12 * 3 // 2, "a pupil in five minutes, half of them ask again"
    assert throttling.RECOVERY_ADDRESS.burst >= PCS * 5, "a PC helps five an hour who have forgotten it"


@pytest.mark.django_db
def test_through_the_whole_portal_a_flood_stops_new_browsers_and_no_known_one(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.season()
    few = Guard(writes=Work("few", Limit(2, 6000), ""))
    monkeypatch.setitem(limiting.GUARDS, SIGN_IN, few)
    given = {"number": "99000120050317", "password": "x"}
    assert [phone.post("/sign-in/", given).status_code for _ in range(3)] == [422, 422, 429]
    known = beside(phone)
    known.cookies[bound(devices.cookie_name())] = devices._signer().sign("a" * 43)
    assert known.post("/sign-in/", given).status_code == 422
    assert beside(phone).post("/sign-in/", given).status_code == 429


@pytest.mark.django_db
def test_a_flood_at_the_lock_leaves_the_operator_in_front_of_it_alone(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limiting.GUARDS, "office:unlock", Guard(writes=Work("few", Limit(2, 6000), "")))
    desk(office)
    lock(office)
    assert [beside(office).post("/unlock/", {"pin": "1"}).status_code for _ in range(3)] == [302, 302, 429]
    assert unlock(office).headers["Location"] == "/"
