"""Every answer of every route carries the whole header set: pages, redirects, refusals, defects, static files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from baoming.config.settings import content_policy
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.web.gateway import health
from tests import factories as make
from tests.registrations import confirmed
from tests.web.conftest import signed_in
from tests.web.routes import routes
from tests.web.test_nasty_input import address
from tests.web.test_scope import METHODS

pytestmark = pytest.mark.django_db

PAGE_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'none'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
# The candidate app has a service worker, and one policy that can name its address and nothing else.
CANDIDATE_POLICY = {**PAGE_POLICY, "worker-src": "'self'", "trusted-types": "worker"}
SHUT = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
PICTURE = {**SHUT, "sandbox": ""}
POLICIES = {"image/jpeg": PICTURE, "image/png": PICTURE, "application/pdf": {**SHUT, "object-src": "'self'"}}
EXPECTED = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
NOT_USED = {"camera", "microphone", "geolocation", "payment", "usb", "serial", "bluetooth", "display-capture"}
ALL = ("GET", "POST", "HEAD", "DELETE")
CARELESS = [name for name in settings.MIDDLEWARE if name != "baoming.web.headers.complete_headers"]
WITHOUT_POLICY = [name for name in settings.MIDDLEWARE if name != "csp.middleware.CSPMiddleware"]
FILES = re.compile(
    r"(photo|name|signed-page|sheet|slip|resign-list|sheets-[0-9-]+|drafts-[0-9]+|paper-draft|review-form|review-form-blank|notice)\.(jpg|png|pdf)"
)


def lacking(headers: dict[str, str], *, cached: bool = False, policy: dict[str, str] = PAGE_POLICY) -> list[str]:
    """Return what is not as it must be, by the header's name."""
    found = [name for name, value in EXPECTED.items() if headers.get(name) != value]
    kind = headers.get("Content-Type", "").partition(";")[0]
    if _directives(headers.get("Content-Security-Policy", "")) != POLICIES.get(kind, policy):
        found.append("Content-Security-Policy")
    denied = set(re.findall(r"([a-z-]+)=\(\)", headers.get("Permissions-Policy", "")))
    if not denied >= NOT_USED:
        found.append("Permissions-Policy")
    if ("no-store" in headers.get("Cache-Control", "")) is cached:
        found.append("Cache-Control")
    names = re.findall('filename="(.*?)"', headers.get("Content-Disposition", ""))
    found += ["a file's name" for name in names if not FILES.fullmatch(name)]
    return found


def _directives(policy: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.strip().partition(" ") for part in policy.split(";")) if name}


def asked(
    client: Client, portal: str, row: Registration, methods: tuple[str, ...] = ("GET", "POST")
) -> Iterator[tuple[str, int, list[str]]]:
    """Ask every route, named or not; yield what, the status, and what its headers lack."""
    places = {name: address(portal, name, row) for name in routes(portal)}
    places |= {
        "health": "/healthz",
        "notice": "/notices/wechat",
        "receipts": "/notices/sms",
        "nothing": "/nowhere/",
        "no slash": "/sign-in",
    }
    policy = CANDIDATE_POLICY if portal == "candidate" else PAGE_POLICY
    for name, place in places.items():
        for method in methods:
            answer = client.generic(method, place, secure=True)
            yield f"{method} {name}", answer.status_code, lacking(dict(answer.items()), policy=policy)


@pytest.fixture
def tls() -> Iterator[None]:
    """As with BAOMING_TLS=1; the middleware read this when a client first asks."""
    with override_settings(SECURE=True, SECURE_HSTS_SECONDS=365 * 24 * 3600):
        yield


@pytest.fixture
def row() -> Registration:
    return confirmed.printed()


def everything(office: Client, phone: Client, row: Registration) -> dict[str, tuple[int, list[str]]]:
    """Every route of both portals, to strangers and to people of all roles."""
    county = Organization.objects.get(pk=row.site.parent_id)
    assert county.parent
    province = Organization.objects.get(path="43/")
    places = {Role.OPERATOR: row.site, Role.COUNTY: county, Role.CITY: county.parent, Role.PROVINCE: province}
    found = {}
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        found |= {f"stranger {name}": rest for name, *rest in asked(office, "office", row, ALL)}
        for role, place in places.items():
            signed_in(office, make.staff(place, role))
            found |= {f"{role} {name}": rest for name, *rest in asked(office, "office", row)}
    theirs = {"DIRECTIVES": content_policy("candidate")}
    with override_settings(
        PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate", CONTENT_SECURITY_POLICY=theirs
    ):
        found |= {f"stranger, candidate's {name}": rest for name, *rest in asked(phone, "candidate", row, ALL)}
        assert row.account
        phone.force_login(row.account)
        found |= {f"candidate {name}": rest for name, *rest in asked(phone, "candidate", row)}
    return {name: (status, faults) for name, (status, faults) in found.items()}


@pytest.mark.usefixtures("tls", "nobody_outside")
def test_every_answer_of_every_route_is_complete(row: Registration) -> None:
    found = everything(Client(), Client(), row)
    assert {name: faults for name, (_, faults) in found.items() if faults} == {}
    statuses = {status for status, _ in found.values()}
    assert statuses >= {200, 301, 302, 400, 404, 405, 422}, sorted(statuses)
    assert len(found) > 12 * len(METHODS)


@pytest.mark.usefixtures("tls")
def test_a_form_without_its_token_a_defect_and_a_file_are_complete_too(
    office: Client, row: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    expired = strict.post("/sign-in/", {"handle": "x"}, secure=True)
    assert (expired.status_code, lacking(dict(expired.items()))) == (403, [])
    foreign = strict.get("/sign-in/", secure=True, headers={"host": "evil.example"})
    assert (foreign.status_code, lacking(dict(foreign.items()))) == (400, [])
    signed_in(office, make.staff(row.site))
    sheet = office.post(f"/candidates/{row.pk}/sheet/", secure=True)
    assert (sheet.status_code, sheet["Content-Type"], lacking(dict(sheet.items()))) == (200, "application/pdf", [])
    photo = office.get(f"/candidates/{row.pk}/photo/", secure=True)
    assert (photo.status_code, photo["Content-Type"], lacking(dict(photo.items()))) == (200, "image/jpeg", [])
    monkeypatch.setattr(health, "connection", None)
    broken = strict.get("/healthz", secure=True)
    assert (broken.status_code, lacking(dict(broken.items()))) == (500, [])
    (tmp_path / "desk.js").write_text('"use strict";')
    with override_settings(STATIC_ROOT=tmp_path):
        static = Client().get("/static/desk.js", secure=True)
    assert (static.status_code, lacking(dict(static.items()), cached=True)) == (200, [])


@pytest.mark.usefixtures("tls")
@pytest.mark.parametrize(
    ("middleware", "lost"),
    [
        (CARELESS, {"Cache-Control", "Permissions-Policy", "X-Frame-Options", "Cross-Origin-Resource-Policy",
                    "X-Permitted-Cross-Domain-Policies"}),
        (WITHOUT_POLICY, {"Content-Security-Policy"}),
    ],
)  # fmt: skip
def test_control_each_part_is_missed_where_it_is_left_out(
    office: Client, middleware: list[str], lost: set[str]
) -> None:
    make.season()
    with override_settings(MIDDLEWARE=middleware):
        answer = Client().get("/sign-in/", secure=True)
    assert answer.status_code == 200
    assert set(lacking(dict(answer.items()))) == lost


@pytest.mark.usefixtures("tls")
def test_every_cookie_is_bound_to_this_host(row: Registration) -> None:
    staff = make.staff(row.site)
    names = {"SESSION_COOKIE_NAME": "__Host-bm_x", "CSRF_COOKIE_NAME": "__Host-bm_x_form"}
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True, **names):
        kept = set()
        with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
            kept |= _cookies(Client(), "/sign-in/", {"handle": staff.account.handle, "password": "mima-2023"})
        with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
            kept |= _cookies(Client(), "/care/", {"care": "1"}) | _cookies(Client(), "/sites/?county=0102")
            kept |= _cookies(Client(), "/sign-in/")
    assert kept == {"bm_x", "bm_x_form", "bm_device_office", "care", "county"}


def _cookies(client: Client, place: str, sent: dict[str, str] | None = None) -> set[str]:
    """The names of what was set, without the prefix that each of them must have."""
    answer = client.get(place, secure=True) if sent is None else client.post(place, sent, secure=True)
    for name, cookie in answer.cookies.items():
        assert name.startswith("__Host-"), name
        assert (cookie["path"], cookie["domain"], cookie["secure"], cookie["httponly"]) == ("/", "", True, True), name
        assert cookie["samesite"] == "Lax", name
    return {name.removeprefix("__Host-") for name in answer.cookies}


WEB = Path(__file__).parent.parent.parent / "baoming" / "web"
ASSETS = sorted(
    path for folder in ("templates", "static") for path in (WEB / folder).rglob("*.*") if path.suffix != ".png"
)
FORBIDDEN = {
    "another host": r"""(?:src|href|action)=["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|fetch\(["']http""",
    "markup from a script": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc",
    "code from text": r"\beval\(|new Function\(|setTimeout\(\s*[\"']|javascript:",
    "an inline handler or style": r"<[^>]*\s(?:on[a-z]+|style)=[\"']|<style",
}


def unwanted(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]


def test_no_page_script_or_style_names_another_host_or_writes_markup() -> None:
    assert {path.name: unwanted(path.read_text("utf-8")) for path in ASSETS if unwanted(path.read_text("utf-8"))} == {}
    assert len(ASSETS) > 60


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<script src="https://cdn.example/x.js">', "another host"),
        ("background: url(//cdn.example/x.png)", "another host"),
        ("box.innerHTML = text", "markup from a script"),
        ('setTimeout("go()", 5)', "code from text"),
        ('<button onclick="go()">', "an inline handler or style"),
        ('<p style="color: red">', "an inline handler or style"),
    ],
)
def test_control_each_of_them_is_found(text: str, what: str) -> None:
    assert unwanted(text) == [what]
