"""A candidate portal of its own and a phone before it, without the rest of an installation, to ask about pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from playwright.sync_api import BrowserContext, sync_playwright

from baoming.accounts.models import Account, candidate_handle
from baoming.registrations.models import Registration
from launcher.tools import chromium
from tests import factories as make
from tests.concurrency.portal import Portal
from tests.journeys.conftest import FLAGS, PATIENCE, PHONE
from tests.journeys.watch import Watch


@dataclass(frozen=True)
class Handset:
    """A phone of which one person is the owner; `watch` hears what the browser forbids."""

    context: BrowserContext
    watch: Watch


def signed_in(row: Registration) -> str:
    """Return the cookie of a session of this person's, who gets an account where there is none."""
    if row.account is None:
        handle = candidate_handle(row.season_id, bytes(row.number_blind))
        row.account = Account.objects.create(kind="candidate", handle=handle)
        row.save(update_fields=["account"])
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(row.account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = row.account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def at_step(step: str, place: int) -> Registration:
    """Somebody at site `place` (two digits) for whom `step` is the next thing to do, in the season's sign-up."""
    make.season("sign_up")
    return make.registration(
        make.site(code=f"{place:02d}"), done=make.before(step), number=make.number(2 * place + 101)
    )


@contextmanager
def portal(folder: Path, *, application: str = "") -> Iterator[Portal]:
    """A portal process before the tests' database, its styles and scripts in place."""
    call_command("collectstatic", "--noinput", "--verbosity", "0")
    made = Portal(folder, application=application)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@contextmanager
def handset(port: int, session: str = "") -> Iterator[Handset]:
    """A phone; `session` is the cookie of who is signed in on it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=f"http://127.0.0.1:{port}")
        context.set_default_timeout(PATIENCE)
        watch = Watch(context)
        if session:
            sign_in(context, session)
        yield Handset(context, watch)
        browser.close()


def sign_in(context: BrowserContext, session: str) -> None:
    """Let another person be signed in on this phone, or nobody."""
    context.clear_cookies()
    if session:
        name = settings.SESSION_COOKIE_NAME.replace(settings.PORTAL, "candidate")
        context.add_cookies([{"name": name, "value": session, "domain": "127.0.0.1", "path": "/"}])
