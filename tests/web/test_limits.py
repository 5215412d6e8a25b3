"""A8: each open route and each that writes declares its limits, and each limit ends exactly where it says.

The routes come from the URL tables, and whether one is open or writes is asked of it. What bounds work is taken here to
its end by a clock of the test's own, without a database: it costs no statement. Tries in rows: test_tries.py.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from baoming.accounts import local_buckets
from baoming.accounts.local_buckets import LocalBuckets
from baoming.accounts.throttling import Limit
from baoming.web import limiting
from baoming.web.limiting import Limits, route_of
from baoming.web.limits import GUARDS, Guard, Work
from tests import factories as make
from tests.web.routes import _any_address

PORTALS = ("candidate", "office")
METHODS = {"reads": "GET", "writes": "POST"}
# Every bucket of work that stands before a route, one way of asking each.
ASKED = [(route, way) for route, guard in GUARDS.items() for way in METHODS if getattr(guard, way) is not None]


def settings_of(portal: str) -> override_settings:
    return override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}")


def addresses(portal: str) -> Iterator[str]:
    """One address of every route of a portal, out of its URL table."""

    def below(resolver: URLResolver) -> Iterator[URLPattern]:
        for one in resolver.url_patterns:
            yield from below(one) if isinstance(one, URLResolver) else [one]

    for pattern in below(get_resolver(f"baoming.config.urls_{portal}")):
        yield _any_address(portal, str(pattern.name)) if pattern.name else f"/{pattern.pattern}"


def asks_for_limits(portal: str) -> dict[str, set[str]]:
    """Return each route that a stranger reads, or that writes whoever asks, by what each answers."""
    found: dict[str, set[str]] = {}
    with settings_of(portal):
        client = Client()
        for address in addresses(portal):
            read, written = client.get(address), client.post(address)
            ways = found.setdefault(route_of(resolve(address)), set())
            if read.status_code != 405 and read.headers.get("Location") != "/sign-in/":
                ways.add("reads")
            if written.status_code != 405:
                ways.add("writes")
    return {route: ways for route, ways in found.items() if ways}


def declared(portal: str) -> dict[str, set[str]]:
    other = PORTALS[portal == "candidate"]
    found: dict[str, set[str]] = {}
    for route, way in ASKED:
        if not route.startswith(f"{other}:") and (portal == "candidate" or not route.startswith("notices/")):
            found.setdefault(route, set()).add(way)
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_outside")
@pytest.mark.parametrize("portal", PORTALS)
def test_every_open_route_and_every_write_declares_its_limits_and_nothing_else_does(portal: str) -> None:
    make.season()
    assert asks_for_limits(portal) == declared(portal)


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_outside")
@pytest.mark.parametrize("route", ["candidate:home", "candidate:form_save", "notices/wechat"])
def test_control_a_route_that_is_left_out_is_missed(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    monkeypatch.setattr("tests.web.test_limits.ASKED", [one for one in ASKED if one[0] != route])
    assert set(asks_for_limits("candidate")) - set(declared("candidate")) == {route}


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def before_views(clock: Clock) -> Limits:
    limits = Limits(lambda request: HttpResponse())
    limits.buckets = LocalBuckets(clock)
    return limits


def request_of(route: str, way: str, *, address: str = "10.0.0.1", account: int | None = None) -> HttpRequest:
    place = next(one for one in addresses(portal_of(route)) if route_of(resolve(one)) == route)
    request = RequestFactory().generic(METHODS[way], place, REMOTE_ADDR=address, HTTP_X_CSRFTOKEN="of a form")
    request.COOKIES[settings.CSRF_COOKIE_NAME] = "of a form"
    request.session = SimpleNamespace(held=None, session_key=None)
    request.user = SimpleNamespace(pk=account, is_authenticated=True) if account else AnonymousUser()
    request.resolver_match = resolve(place)
    return request


def passes(limits: Limits, request: HttpRequest) -> bool:
    return limits.process_view(request, lambda: None) is None


def portal_of(route: str) -> str:
    return "office" if route.startswith("office:") else "candidate"


@pytest.mark.parametrize(("route", "way"), ASKED, ids=lambda one: str(one))
def test_a_bucket_of_work_ends_exactly_after_its_number(route: str, way: str) -> None:
    work: Work = getattr(GUARDS[route], way)
    with settings_of(portal_of(route)):
        limits, asked = before_views(clock := Clock()), request_of(route, way)
        assert [passes(limits, asked) for _ in range(work.limit.burst)].count(False) == 0
        told = limits.process_view(asked, lambda: None)
        assert told is not None
        assert told.status_code == 429
        wait = int(told["Retry-After"])
        assert f"请稍候{wait}秒再试" in told.content.decode()
        assert passes(limits, request_of(route, way, address="10.0.0.2")), "of others nothing is used up"
        assert passes(limits, request_of(route, way, account=7))
        clock.now += wait
        came_back = wait * work.limit.burst // work.limit.seconds
        assert [passes(limits, asked) for _ in range(came_back + 1)] == [True] * came_back + [False]


@pytest.mark.parametrize("route", ["candidate:form_page", "office:retake"])
def test_somebody_signed_in_is_counted_by_account_wherever_they_are(route: str) -> None:
    work = GUARDS[route].writes
    assert work
    with settings_of(portal_of(route)):
        limits = before_views(Clock())
        for turn in range(work.limit.burst):
            assert passes(limits, request_of(route, "writes", address=f"10.0.1.{turn % 250}", account=7))
        assert not passes(limits, request_of(route, "writes", address="10.0.2.1", account=7))
        assert passes(limits, request_of(route, "writes", address="10.0.2.1", account=8))


def test_control_without_the_bucket_there_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalBuckets, "take", lambda *_: 0)
    with settings_of("candidate"):
        limits, asked = before_views(Clock()), request_of("candidate:home", "reads")
        assert all(passes(limits, asked) for _ in range(GUARDS["candidate:home"].reads.limit.burst + 1))


def test_eight_threads_share_one_bucket_to_the_last_token() -> None:
    buckets = LocalBuckets(Clock())
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: buckets.take("one", Limit(500, 60)), range(1000)))
    assert waits.count(0) == 500


def test_a_refused_try_costs_nothing_and_the_wait_is_true() -> None:
    buckets, limit = LocalBuckets(clock := Clock()), Limit(3, 60)
    assert [buckets.take("one", limit) for _ in range(5)] == [0, 0, 0, 20, 20]
    clock.now += 19.99
    assert buckets.take("one", limit) == 1
    clock.now += 0.01
    assert [buckets.take("one", limit) for _ in range(2)] == [0, 20]


def test_however_many_addresses_come_the_memory_is_bounded() -> None:
    buckets = LocalBuckets(Clock())
    for one in range(local_buckets.MOST + 500):
        buckets.take(f"pages:{one}", Limit(5, 60))
    assert len(buckets) == local_buckets.MOST


def few(monkeypatch: pytest.MonkeyPatch, route: str, **work: Work) -> None:
    monkeypatch.setitem(limiting.GUARDS, route, Guard(**work))


@pytest.mark.django_db
def test_through_the_whole_portal_a_stranger_is_told_to_wait_and_somebody_inside_is_not(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.season()
    few(monkeypatch, "candidate:announcements", reads=Work("few", Limit(2, 6000), ""))
    answers = [phone.get("/announcements/") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 3000
    assert "您所在的网络" in answers[2].content.decode()
    assert phone.get("/announcements/", REMOTE_ADDR="10.9.9.9").status_code == 200
    assert phone.get("/").status_code == 200


@pytest.mark.django_db
def test_a_flood_without_a_forms_token_is_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    few(monkeypatch, "candidate:claim", writes=Work("few", Limit(2, 6000), ""))
    with settings_of("candidate"):
        flood = Client(enforce_csrf_checks=True)
        assert [flood.post("/claim/").status_code for _ in range(3)] == [403, 403, 429]
