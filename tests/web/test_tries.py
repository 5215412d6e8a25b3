"""A8: the tries that are rows of the database. Who declares one takes it, and is refused exactly at its end.

Every route is knocked at in all ways that take a try. What was taken is heard at the one place that makes statements of
it, and must be what the table declares. Then each bucket is left with a single try: the first knock is answered, the
second one with 429. That a whole bucket holds as many as it says is counted out with the database's clock held still.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial

import psycopg
import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from baoming.accounts.codes import new_activation_code
from baoming.accounts.models import Bucket
from baoming.accounts.services import buckets, second_factor
from baoming.accounts.throttling import Limit
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.messages.services import send
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import draft_of, revision_of
from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import phone_resets
from baoming.shared.errors import TooMany
from baoming.web import limiting
from baoming.web.limits import GUARDS, Tries
from baoming.web.management.commands.load_demo import SECRET
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations import absent, confirmed, test_access
from tests.registrations.test_save_form import candidate, me, save, type_in
from tests.reviews.asking import asked
from tests.reviews.files import hand_in as hand_in_papers

pytestmark = pytest.mark.django_db
LOGIN, WRONG = "deng2lu7mi", "mei-cai-dui-1"
Knock = Callable[[], HttpResponse]
TRIED = {route: guard for route, guard in GUARDS.items() if guard.tries}
PAIRS = [(route, tries) for route, guard in TRIED.items() for tries in guard.tries]


@pytest.fixture(autouse=True)
def _quick_hashes() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def portal_of(route: str) -> override_settings:
    portal = route.partition(":")[0]
    return override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}")


# Who knocks, and how: a browser that is new to the account, and one of its own.


def owner() -> Registration:
    row = candidate()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    type_in(row)
    save(row)
    return row


def browsers(row: Registration) -> list[Client]:
    """Two that are signed in: without a device of the account, and with one."""
    new, own = Client(), Client()
    assert row.account
    new.force_login(row.account)
    assert own.post("/sign-in/", {"number": document_of(row).number, "password": LOGIN}).status_code == 302
    return [new, own]


def each(row: Registration, address: str, *forms: Mapping[str, object]) -> list[Knock]:
    return [partial(one.post, address, form) for one in browsers(row) for form in forms]


def candidate_sign_in() -> list[Knock]:
    row = owner()
    own = browsers(row)[1]
    own.post("/sign-out/")
    given = {"number": document_of(row).number, "password": WRONG}
    return [partial(one.post, "/sign-in/", given) for one in (Client(), own)]


def claim() -> list[Knock]:
    row = owner()
    given = {"name": row.name, "number": document_of(row).number, "valid_to": "2031-03-18"}
    return [partial(Client().post, "/claim/", {**given, "code": new_activation_code()})]


def hand_in() -> list[Knock]:
    row = absent.away()
    given = {"act": "open", "number": document_of(row).number, "code": new_activation_code()}
    client = absent.inside(row)

    def picture() -> HttpResponse:
        return client.post("/hand-in/", {"act": "picture", "photo": SimpleUploadedFile("a.jpg", b"no picture")})

    return [partial(Client().post, "/hand-in/", given), picture]


def desk_absent() -> list[Knock]:
    row, client = absent.away(), Client()
    client.force_login(make.staff(row.site).account)
    return [partial(client.post, f"/desk/{row.pk}/absent/", {"act": "issue", "phone": absent.PHONE})]


def forgot_login() -> list[Knock]:
    given = {"number": document_of(owner()).number, "valid_to": "2031-03-18"}
    acts = ({"act": "send"}, {"act": "set", "code": "000000", "login": "xin3deng8lu"})
    return [partial(Client().post, "/forgot/", {**given, **act}) for act in acts]


def person_check() -> list[Knock]:
    row, _ = test_access.candidate("person_check")
    assert row.account
    client = Client()
    client.force_login(row.account)

    def knock() -> HttpResponse:
        PersonCheck.objects.all().delete()  # one that lies open is shown again, and nothing is taken
        return client.post("/person-check/", {"consent": "yes"})

    return [knock]


def phone() -> list[Knock]:
    row, _ = test_access.candidate("phone")
    assert row.account
    client = Client()
    client.force_login(row.account)
    return [partial(client.post, "/phone/", {"act": "send", "phone": test_access.PHONE})]


def phone_change() -> list[Knock]:
    sends = {"act": "send", "phone": "19900009999"}
    return each(owner(), "/phone/change/", sends, {"code": "000000", "save_password": WRONG})


def phone_site() -> list[Knock]:
    row = owner()
    clerk = Actor(kind=Party.SITE, id="a", path=row.path, label="周敏")
    phone_resets.ask_phone_reset(
        row.pk, document_of(row), number="19900009999", reader="R01", nonce="n1", by=clerk
    )  # fmt: skip
    return each(row, "/phone/site/", {"act": "send"}, {"act": "cancel", "save_password": WRONG})


def form_save() -> list[Knock]:
    row = owner()
    type_in(row, {**FILLED, "postcode": ["410018"]})
    return each(row, "/form/save", {"save_password": WRONG, "revision": revision_of(row, draft_of(row))})


def declarations() -> list[Knock]:
    row = owner()
    make.season("declarations")
    return each(row, "/declarations/", {"kinds": "none", "save_password": WRONG, "revision": "0"})


def form_forgot() -> list[Knock]:
    return each(owner(), "/form/forgot", {"act": "send"}, {"act": "ask", "login": WRONG, "code": "000000"})


def changes() -> list[Knock]:
    return each(owner(), "/changes/", {"act": "send"}, {"act": "dispute", "password": WRONG})


def request_new() -> list[Knock]:
    row = owner()
    hand_in_papers(row, "withdrawal", me(row))
    return each(row, "/requests/new/withdrawal/", {"why": "出国读书", "save_password": WRONG})


def request_act() -> list[Knock]:
    row = owner()
    case = asked(row, "withdrawal")
    return each(row, f"/requests/{case.pk}/act/", {"act": "withdraw", "seen": "1", "save_password": WRONG})


def staff() -> Staff:
    make.season()
    make.site()
    one = make.staff(Organization.objects.get(path="43/01/"), Role.CITY)
    second_factor.install(one.account, SECRET)
    return one


def office_sign_in() -> list[Knock]:
    make.season()
    one, own = make.staff(make.site()), Client()
    given = {"handle": one.account.handle, "password": "mima-2023"}
    assert own.post("/sign-in/", given).status_code == 302
    own.post("/sign-out/")
    return [partial(client.post, "/sign-in/", {**given, "password": WRONG}) for client in (Client(), own)]


def activate() -> list[Knock]:
    make.season()
    given = {"handle": "nobody", "code": new_activation_code(), "password": WRONG, "again": WRONG}
    return [partial(Client().post, "/activate/", given)]


def second_step() -> list[Knock]:
    client = Client()
    client.post("/sign-in/", {"handle": staff().account.handle, "password": "mima-2023"})
    return [partial(client.post, "/sign-in/code/", {"code": code}) for code in ("000000", new_activation_code())]


def account_pin() -> list[Knock]:
    make.season()
    one = make.staff(make.site())
    new, own = Client(), Client()
    new.force_login(one.account)
    assert own.post("/sign-in/", {"handle": one.account.handle, "password": "mima-2023"}).status_code == 302
    given = {"pin": "481953", "again": "481953", "password": WRONG}
    return [partial(client.post, "/account/pin/", given) for client in (new, own)]


def account_codes() -> list[Knock]:
    client = Client()
    client.force_login(staff().account)
    return [partial(client.post, "/account/codes/", {"code": "000000"})]


def send_again() -> list[Knock]:
    row, client = confirmed.saved(), Client()
    client.force_login(make.staff(row.site).account)

    def knock() -> HttpResponse:
        """Another lost message each time: one goes out a second time and no third."""
        lost = send("passwords_set", season=row.season, recipient=row.pk, number=BOUND_PHONE, phone="0731-1")
        Message.objects.filter(pk=lost.pk).update(state="failed")
        return client.post(f"/candidates/{row.pk}/messages/", {"message": str(lost.pk)})

    return [knock]


KNOCKS: dict[str, Callable[[], list[Knock]]] = {
    "candidate:sign_in": candidate_sign_in,
    "candidate:claim": claim,
    "candidate:hand_in": hand_in,
    "candidate:forgot_login": forgot_login,
    "candidate:person_check": person_check,
    "candidate:phone": phone,
    "candidate:phone_change": phone_change,
    "candidate:phone_site": phone_site,
    "candidate:form_save": form_save,
    "candidate:declarations": declarations,
    "candidate:form_forgot": form_forgot,
    "candidate:changes": changes,
    "candidate:request_new": request_new,
    "candidate:request_act": request_act,
    "office:sign_in": office_sign_in,
    "office:activate": activate,
    "office:second_step": second_step,
    "office:account_pin": account_pin,
    "office:account_codes": account_codes,
    "office:desk_absent": desk_absent,
    "office:send_again": send_again,
}


class Heard:
    """Which buckets a knock asks for, by the values of the statements themselves."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.taken: list[tuple[str, Limit]] = []
        values = buckets._values

        def heard(key: str, limit: Limit) -> dict[str, str | float]:
            self.taken.append((key, limit))
            return values(key, limit)

        patch.setattr(buckets, "_values", heard)

    def by(self, knock: Knock) -> set[tuple[str, Limit]]:
        """Knock with every bucket full."""
        Bucket.objects.all().delete()
        self.taken.clear()
        assert knock().status_code != 429
        return set(self.taken)


def is_of(key: str, tries: Tries) -> bool:
    return key.startswith(f"{tries.key}:")


@pytest.mark.parametrize("route", TRIED)
def test_a_route_takes_the_tries_that_it_declares_and_no_others(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with portal_of(route):
        knocks, heard = KNOCKS[route](), Heard(monkeypatch)
        taken = set().union(*(heard.by(knock) for knock in knocks))
    declared = set(TRIED[route].tries)
    assert {tries for tries in declared if any(is_of(key, tries) for key, _ in taken)} == declared
    for key, limit in taken:
        assert [tries.limit for tries in declared if is_of(key, tries)] == [limit], key


def test_control_a_try_that_a_service_forgets_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.registrations.services.forms.take", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_route_takes_the_tries_that_it_declares_and_no_others("candidate:form_save", monkeypatch)


def clock_stands_still(patch: pytest.MonkeyPatch) -> None:
    """What the database adds since a bucket was last looked at is nothing: within a transaction now() is one moment."""
    for name in ("_TAKE", "_LOOK"):
        patch.setattr(buckets, name, getattr(buckets, name).replace("clock_timestamp()", "now()"))


def left_with_one(key: str) -> None:
    """All others are full."""
    Bucket.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_bucket (key, tokens, at) VALUES (%s, 1, now())", [key])


def at_the_end(route: str, tries: Tries, patch: pytest.MonkeyPatch) -> list[HttpResponse]:
    """Return the answers to the last try and to the one after it, all other buckets being full."""
    clock_stands_still(patch)
    with portal_of(route):
        knocks, heard = KNOCKS[route](), Heard(patch)
        found = ((knock, key) for knock in knocks for key, _ in sorted(heard.by(knock)) if is_of(key, tries))
        knock, key = next(found)
        left_with_one(key)
        answers = [knock()]
        Bucket.objects.exclude(key=key).delete()
        return [*answers, knock()]


@pytest.mark.parametrize(("route", "tries"), PAIRS, ids=lambda one: one.key if isinstance(one, Tries) else one)
def test_the_last_try_is_answered_and_the_one_after_it_with_429(
    route: str, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, refused = at_the_end(route, tries, monkeypatch)
    assert last.status_code not in (429, 500, 503)
    assert "Retry-After" not in last
    assert (refused.status_code, "分钟后再试" in refused.content.decode()) == (429, True)
    assert 0 < int(refused["Retry-After"]) <= -(-tries.limit.seconds // tries.limit.burst)


def test_control_where_nobody_hears_the_refusal_the_page_alone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "refusals", lambda: nullcontext([]))
    _, refused = at_the_end("candidate:sign_in", TRIED["candidate:sign_in"].tries[0], monkeypatch)
    assert (refused.status_code, "分钟后再试" in refused.content.decode()) == (422, True)


def cut(key: str, limit: Limit) -> dict[str, str | float]:
    """End the connection at the server, just before the statement that counts."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    return {"key": key, "burst": float(limit.burst), "seconds": limit.seconds, "whole": 1.0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", ["candidate:sign_in", "candidate:claim", "office:activate"])
def test_without_the_store_nobody_is_let_in_uncounted(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with portal_of(route):
        knock = KNOCKS[route]()[0]
        assert isinstance(knock, partial)
        knock.func.__self__.raise_request_exception = False  # type: ignore[attr-defined]
        monkeypatch.setattr(buckets, "_values", cut)
        answer = knock()
        connection.close()
    assert (answer.status_code, answer["Retry-After"], answer.cookies) == (503, "5", {})
    assert "正在恢复连接" in answer.content.decode()


@pytest.mark.parametrize("limit", sorted({tries.limit for _, tries in PAIRS}, key=repr), ids=repr)
def test_a_whole_bucket_holds_exactly_as_many_as_it_says(limit: Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    clock_stands_still(monkeypatch)
    for _ in range(limit.burst):
        buckets.take("one", limit)
    with buckets.refusals() as waits, pytest.raises(TooMany):
        buckets.take("one", limit)
    assert waits == [-(-limit.seconds // limit.burst)]
    with connection.cursor() as cursor:  # what comes back first is one try, and one only
        cursor.execute("UPDATE accounts_bucket SET at = at - make_interval(secs => %s)", [waits[0]])
    buckets.take("one", limit)
    if waits[0] < 2 * limit.seconds / limit.burst:
        with pytest.raises(TooMany):
            buckets.take("one", limit)
