"""Whatever is sent to any route of either portal, the answer is never a 5xx: no defect is reached from outside."""

import io
import json
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from baoming.accounts.models import Account, Session
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import form_of
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import kinds_of
from baoming.reviews.review_forms import PARTS
from baoming.web.sessions import digest
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.web.conftest import signed_in
from tests.web.routes import batch_of, case_of, file_of, routes
from tests.web.test_scope import CANDIDATES_OPEN, CANDIDATES_OWN, METHODS, OF_ONE

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_haste")]

NASTY = {
    "nothing": "",
    "a null byte": "欧阳\x00思远",
    "a null byte alone": "\x00",
    "a long word": "a" * 8_000,
    "long Chinese": "𠮷" * 2_000,
    "full-width digits": "９" * 40,
    "superscript": "²",
    "negative": "-1",
    "more than 32 bits": "2147483648",
    "more than 64 bits": "9" * 30,
    "a float": "1e999",
    "an unending number": "NaN",
    "direction override": "\u202e\u2066\ufeff",
    "line ends": "a\r\nSet-Cookie: x=1",
    "markup": "<script>alert(1)</script>{{ 7*7 }}%s%(name)s",
    "a list": "[]",
    "an object": "{}",
    "deep": "[" * 5_000,
    "a reading of nothing": json.dumps({"card": None, "signature": "AAAA"}),
    "a reading of lists": json.dumps({"card": [], "reader": {}, "read_at": 3, "nonce": [], "signature": ""}),
    "a date": "0000-00-00",
    "another date": "9999-99-99",
}
ANY = [Role.OPERATOR, Role.COUNTY, Role.PROVINCE, Role.SYSTEM_ADMIN]
FIELDS = [
    "handle", "password", "name", "number", "valid_to", "valid_from", "birth", "long_term", "code", "card",
    "wanted", "version", "hours", "qualified", "text", "reason", "note", "seen", "act", "expected", "first",
    "last", "phase", "sealed", "filename", "entry", "sex", "ethnicity", "address", "issuer", "consent",
    "key", "pick", "what", "back_reason", "unsubmitted",
    "no_refund", "phone", "login", "save", "accepted", "revision", "save_password", "asked", "care",
    "kind", "decision", "undo_reason", "open_reason", "site", "site_code", "transfer", "transfer_note",
    "office", "role", "account", "proposal", "who", "to_office", "to_role", "to_number", "again",
    "title", "opens", "closes", "key", "until", "extends", "falls",
    "pin", "back", "sent", "first",
    "hand_in", "retake", "guardian", "relation", "document",
]  # fmt: skip


def fields_of(row: Registration) -> list[str]:
    """Every name that a form of either portal sends."""
    own = [name for page in form_of(row.season).pages for field in page.fields for name in field.inputs]
    rules = [f"rule-{number}" for number in range(3)]
    review = [one.key for part in PARTS for one in part.fields]
    cases = [one.key for kind in kinds_of(row.season).values() for one in (*kind.asks, *kind.papers)]
    return [*FIELDS, *own, *rules, *review, *cases]


def address(portal: str, name: str, row: Registration) -> str:
    samples = {
        "registration_id": row.pk,
        "site_id": row.site_id,
        "announcement_id": row.pk,
        "file_id": file_of(row).pk,
        "batch_id": batch_of(row),
        "case_id": case_of(row).pk,
        "kind": {"classes_act": "moral", "classes_all": "submission"}.get(name, "accommodation"),
        "key": "contact",
        "no": 10**25,
        "code": "BM1.F.23.²",
    }
    pattern = routes(portal)[name].pattern
    return "/" + str(pattern).format() if not pattern.converters else _filled(str(pattern), samples)


def _filled(pattern: str, samples: dict[str, object]) -> str:
    for key, value in samples.items():
        for kind in ("uuid", "slug", "int", "str"):
            pattern = pattern.replace(f"<{kind}:{key}>", str(value))
    return f"/{pattern}"


@pytest.fixture
def row() -> Registration:
    return confirmed.printed()


def some(number: int, parts: int) -> list[str]:
    """Return a part of what is nasty, of each route and role another: all of it comes to many routes."""
    return list(NASTY.values())[number % parts :: parts]


def test_no_route_of_the_office_breaks(office: Client, row: Registration) -> None:
    """One role sends a third, each of the three others a ninth. Everything by all of them: tests/nightly."""
    send_to_office(row, parts=3)


def send_to_office(row: Registration, *, parts: int) -> None:
    """Send to every route by every role that may be there what is nasty: all of it where `parts` is one."""
    county = Organization.objects.get(pk=row.site.parent_id)
    assert county.parent
    province = Organization.objects.get(path="43/")
    places = {
        Role.OPERATOR: row.site,
        Role.COUNTY: county,
        Role.CITY: county.parent,
        Role.PROVINCE: province,
        Role.SYSTEM_ADMIN: province,
    }
    staff = {role: make.staff(place, role).account for role, place in places.items()}
    clients = {role: Client() for role in staff}
    for number, (name, methods) in enumerate(METHODS.items()):
        roles = [OF_ONE[name].role] if name in OF_ONE else ANY
        for place, role in enumerate(roles):
            client = clients[role]
            for nasty in some(number + place, parts**2 if place else parts):
                be_inside(client, staff[role])
                _send(client, address("office", name, row), methods, dict.fromkeys(fields_of(row), nasty), nasty)
            be_inside(client, staff[role])
            assert client.get("/account/").status_code == 200, name  # or the next is asked by a stranger


def test_no_route_of_the_candidate_breaks(phone: Client, row: Registration) -> None:
    """Each route is sent a half. Everything: tests/nightly."""
    send_to_candidate(phone, row, parts=2)


def send_to_candidate(phone: Client, row: Registration, *, parts: int) -> None:
    """As `send_to_office`, to the candidate portal."""
    make.season("sign_up")
    assert row.account
    for number, (name, methods) in enumerate((CANDIDATES_OPEN | CANDIDATES_OWN).items()):
        for nasty in some(number, parts):
            be_inside(phone, row.account)
            _send(phone, address("candidate", name, row), methods, dict.fromkeys(fields_of(row), nasty), nasty)
        be_inside(phone, row.account)
        assert phone.get("/tasks/").status_code == 200, name


def be_inside(client: Client, account: Account) -> None:
    """Sign in unless the session goes on, and is not locked: thousands of requests need no session each."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    own = Session.objects.filter(account=account, locked_at=None)
    if cookie is None or not own.filter(session_key=digest(cookie.value)).exists():
        client.force_login(account)


# A request that is sound but for one field: what is refused first never shields what comes after it.
SOUND_OFFICE: dict[str, dict[str, str]] = {
    "/desk/{row}/photo/pass/": {
        "photo": "7f3a0000-0000-4000-8000-000000000000",
        "why": "medical",
        "seen": "左眼有敷料",
    },
    "/candidates/{row}/retake/": {"photo": "7f3a0000-0000-4000-8000-000000000000", "retake": "glare"},
    "/desk/{row}/absent/?accept": {"act": "accept", "hand_in": "7f3a0000-0000-4000-8000-000000000000"},
    "/desk/{row}/absent/?return": {
        "act": "return",
        "hand_in": "7f3a0000-0000-4000-8000-000000000000",
        "retake": "glare",
    },
    "/desk/{row}/absent/?issue": {"act": "issue", "phone": "19900001234"},
    "/desk/{row}/absent/?sms": {"act": "sms", "reason": "住院治疗"},
    "/desk/{row}/absent/?guardian": {
        "act": "guardian",
        "guardian": "欧阳明",
        "relation": "父亲",
        "document": "居民身份证",
        "reason": "住院治疗",
    },
    "/sign-in/": {"handle": "nobody", "password": "mima-2023"},
    "/activate/": {"handle": "nobody", "code": "0000-0000-0000-0000", "password": "mima-2023", "again": "mima-2023"},
    "/candidates/find/": {"wanted": "欧阳"},
    "/desk/typing/": {
        "name": "欧阳思远",
        "number": make.number(7),
        "sex": "1",
        "ethnicity": "01",
        "birth": "2005-03-17",
        "address": "青麓县",
        "issuer": "青麓县公安局",
        "valid_from": "2021-03-18",
        "valid_to": "2031-03-18",
        "reason": "expired",
        "entry": "1",
    },
    "/candidates/{row}/signature/": {"version": "1"},
    "/candidates/{row}/correction/": {"hours": "24"},
    "/candidates/{row}/moral/": {"qualified": "yes", "text": "团结同学"},
    "/candidates/{row}/take-back/": {"what": "moral", "back_reason": "录错了人"},
    "/desk/{row}/review/": {"act": "return", "reason": "other", "note": "缺户口簿"},
    "/candidates/{row}/cases/wrong_photo/": {"found": "同学指出"},
    "/candidates/{row}/cases/identity_change/": {"name": "欧阳思源", "number": make.number(9), "why": "户籍更名"},
    "/cases/{case}/act/": {"act": "return", "seen": "1", "reason": "other", "note": "申请没有签字"},
}
SOUND_CANDIDATE: dict[str, dict[str, str]] = {
    "/claim/": {"name": "欧阳思远", "number": make.number(7), "valid_to": "2031-03-18", "code": "0000-0000-0000-0000"},
    "/sign-in/": {"number": make.number(7), "password": "wode-mima-2022"},
    "/hand-in/": {"act": "open", "number": make.number(7), "code": "0000-0000-0000-0000"},
    "/hand-in/?hand_in": {"act": "hand_in", "seen": "0" * 64},
    "/phone/": {"act": "send", "phone": "19900001234"},
    "/form/save": {"save_password": "x", "subjects": "yes", "revision": "1.0"},
    "/requests/new/accommodation/": {"items": "large_print", "why": "左眼视力0.05"},
    "/requests/{case}/act/": {"act": "supply", "seen": "2", "ground": "orphan", "note": "补齐了"},
}


@pytest.mark.parametrize("nasty", ["a null byte", "long Chinese", "direction override", "more than 64 bits", "markup"])
def test_one_nasty_field_in_a_sound_request_breaks_nothing(
    office: Client, row: Registration, nasty: str, request: pytest.FixtureRequest
) -> None:
    signed_in(office, make.staff(row.site))
    _one_by_one(office, SOUND_OFFICE, row, NASTY[nasty])
    lines = ["学籍号,姓名,性别,班级,学号,班主任", f"G990001200503170{nasty[:1]},{NASTY[nasty]},男,高三（1）班,01,李强"]
    for content in ("\n".join(lines).encode(), b"PK\x03\x04" + bytes(200)):
        file = io.BytesIO(content)
        file.name = "roster.csv" if content[:2] != b"PK" else "roster.xlsx"
        assert office.post("/rosters/", {"file": file}).status_code < 500
    phone: Client = request.getfixturevalue("phone")
    phone.force_login(row.account)
    form = {name: values[0] for name, values in FILLED.items()}
    pages = {f"/form/{page.key}": form for page in form_of(row.season).pages}
    _one_by_one(phone, SOUND_CANDIDATE | pages, row, NASTY[nasty])


def _one_by_one(client: Client, sound: dict[str, dict[str, str]], row: Registration, nasty: str) -> None:
    case = str(case_of(row).pk)
    for place, fields in sound.items():
        for field in fields:
            there = place.replace("{row}", str(row.pk)).replace("{case}", case)
            assert client.post(there, {**fields, field: nasty}).status_code < 500, (place, field)


@pytest.mark.parametrize("cookie", ["bm_office", "bm_office_csrf", "bm_device_office", "care"])
@pytest.mark.parametrize("value", ['"abcdefgh\\000abcdefghijklmnop"', "x" * 5000, "欧阳", "%00", '"', "\\"])
def test_no_cookie_breaks_a_page(office: Client, cookie: str, value: str) -> None:
    make.season()
    for place in ("/sign-in/", "/"):
        sent = f"{cookie}={value}".encode().decode("latin-1")  # as a server hands bytes to an application
        answer = office.get(place, headers={"cookie": sent})
        assert answer.status_code < 500, (cookie, value[:20])


def _send(client: Client, place: str, methods: tuple[str, ...], sent: dict[str, str], nasty: str) -> None:
    if "POST" in methods:
        form = urlencode(sent)  # as a browser sends what has no file; with one: below
        answer = client.post(place, form, content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500, (place, nasty[:40])
        file = io.BytesIO(nasty.encode("utf-8", "surrogatepass"))
        file.name = "名册.csv"
        assert client.post(place, {**sent, "photo": file, "file": io.BytesIO(file.getvalue())}).status_code < 500, place
        assert client.post(place, "not json", content_type="application/json").status_code < 500, place
    if "GET" in methods:
        asked = {"page": nasty, "tab": nasty, "entry": nasty, "mend": nasty, "site": nasty, "class": nasty}
        assert client.get(place, {key: value[:4000] for key, value in asked.items()}).status_code < 500, place
