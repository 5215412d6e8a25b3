"""Kill the portal at any moment of 50 saves: success was answered if and only if the version is there.

What nobody answered may be there or not; the page then says which, and the same request again makes it one version.
"""

import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Condition, Event

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase

from baoming.accounts.models import Account, Request, candidate_handle
from baoming.organizations.models import Organization
from baoming.registrations.form_queries import draft_of, revision_of
from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services import forms
from baoming.registrations.services.forms import save_form
from baoming.shared.errors import Changed
from tests import factories as make
from tests.concurrency.portal import PATIENCE, Answer, Portal
from tests.registrations.test_save_form import PASSWORD, me, type_in

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
SAVES = 50
CLIENTS = 16
IN_FLIGHT = 10
KILLS = 3


@dataclass
class Save:
    """One candidate's save: who asks, what they send, and what came back."""

    registration: Registration
    session: str
    revision: str
    answer: Answer

    @property
    def answered(self) -> bool:
        """Whether success was answered: the way to the version's own page."""
        return self.answer.status == 302 and self.answer.location == "/versions/1"

    @property
    def versions(self) -> int:
        return FormVersion.objects.filter(registration=self.registration).count()


def saves(how_many: int) -> list[Save]:
    """Candidates with a whole draft each, signed in. One hash serves all: what it costs is not the question."""
    make.season("sign_up")
    here, proof = make.site(), make_password(PASSWORD)
    return [_save(here, proof) for _ in range(how_many)]


def _save(here: Organization, proof: str) -> Save:
    row = make.registration(here, done=make.before("form"))
    handle = candidate_handle(row.season_id, bytes(row.number_blind))
    row.account = Account.objects.create(kind="candidate", handle=handle, save_password=proof)
    row.save(update_fields=["account"])
    type_in(row)
    return Save(row, _session(row.account), revision_of(row, draft_of(row)), Answer())


def _session(account: Account) -> str:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@pytest.fixture
def everyone(transactional_db: None) -> list[Save]:
    return saves(SAVES)


@pytest.fixture
def portal(tmp_path: Path, request: pytest.FixtureRequest, everyone: list[Save]) -> Iterator[Portal]:
    """A portal that serves `everyone`; its parameter is another application to serve."""
    made = Portal(tmp_path, application=getattr(request, "param", ""))
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Crowd:
    """Candidates who press the button, sixteen at a time, until the portal is gone or all are done."""

    def __init__(self, portal: Portal, waiting: list[Save]) -> None:
        self._portal, self._waiting = portal, iter(waiting)
        self._turn, self._gone, self._answers = Condition(), Event(), 0

    def run_until_killed(self, *, after: int, later: float) -> float:
        """Let them press; kill the portal at most `later` seconds after so many answers. Returns when it was killed."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            pressing = [pool.submit(self._press) for _ in range(CLIENTS)]
            with self._turn:
                assert self._turn.wait_for(lambda: self._answers >= after, PATIENCE), "the portal does not answer"
                self._turn.wait_for(lambda: self._answers >= after + 4, later)  # a fast machine leaves some for us
            killed = self._portal.kill()
            self._gone.set()
            for one in pressing:
                one.result(PATIENCE)
        return killed

    def run(self) -> None:
        """Let them press until everybody has an answer."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            for one in [pool.submit(self._press) for _ in range(CLIENTS)]:
                one.result(PATIENCE)

    def _press(self) -> None:
        while (save := self._next()) is not None:
            save.answer = press(self._portal, save)
            with self._turn:
                self._answers += bool(save.answer.status)
                self._turn.notify()

    def _next(self) -> Save | None:
        with self._turn:
            return None if self._gone.is_set() else next(self._waiting, None)


def press(portal: Portal, save: Save, *, until: Callable[[], None] | None = None) -> Answer:
    fields = {"save_password": PASSWORD, "subjects": "yes", "revision": save.revision}
    return portal.send("POST", "/form/save", session=save.session, fields=fields, until=until)


def saved_but_never_told(portal: Portal, save: Save) -> None:
    """The line breaks before the answer is read: the version is there, and nobody was told."""

    def it_is_there() -> None:
        deadline = time.monotonic() + PATIENCE
        while not save.versions:
            assert time.monotonic() < deadline, "what was sent was not saved"
            time.sleep(0.02)

    assert not press(portal, save, until=it_is_there).status
    the_page_says_the_truth(portal, save)


def killed_once(portal: Portal, waiting: list[Save], chance: random.Random) -> list[Save]:
    """Kill the portal while these are saving, start it again; return those that got no answer."""
    after, later = chance.randint(1, 6), chance.uniform(0, 0.2)
    killed = Crowd(portal, waiting).run_until_killed(after=after, later=later)
    portal.wait_until_forgotten()
    open_ones = [save for save in waiting if not save.answer.status]
    in_flight = [save for save in open_ones if save.answer.sent_at is not None and save.answer.sent_at < killed]
    assert len(in_flight) >= IN_FLIGHT, f"only {len(in_flight)} were in flight"
    assert Counter(save.answer.status for save in waiting) == {0: len(open_ones), 302: len(waiting) - len(open_ones)}
    lost = sum(save.answered and save.versions != 1 for save in waiting)
    assert lost == 0, f"{lost} answered but not there"
    portal.start()
    return open_ones


def the_page_says_the_truth(portal: Portal, save: Save) -> None:
    """What was not answered: the list of versions shows it if and only if it is there."""
    page = portal.send("GET", "/versions/", session=save.session)
    assert page.status == 200
    assert ('href="/versions/1"' in page.body) == (save.versions == 1), page.body
    assert save.versions == Request.objects.filter(actor=str(save.registration.account_id)).count() <= 1


def story(portal: Portal, everyone: list[Save], *, kills: int) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance, waiting = random.Random(seed), everyone
    for _ in range(kills):
        waiting = killed_once(portal, waiting, chance)
        for save in waiting:
            the_page_says_the_truth(portal, save)
            save.answer = Answer()
        chance.shuffle(waiting)
    Crowd(portal, waiting).run()  # the same requests again: what was there already is no second version
    assert [save.answered for save in everyone] == [True] * SAVES
    assert [save.versions for save in everyone] == [1] * SAVES
    assert Request.objects.count() == SAVES


def test_success_is_answered_if_and_only_if_the_version_is_there(portal: Portal, everyone: list[Save]) -> None:
    saved_but_never_told(portal, everyone[0])
    story(portal, everyone, kills=KILLS)


@pytest.mark.parametrize("portal", ["tests.concurrency.hasty:application"], indirect=True)
def test_control_who_answers_before_the_commit_promises_what_is_not_there(portal: Portal, everyone: list[Save]) -> None:
    with pytest.raises(AssertionError, match="answered but not there"):
        story(portal, everyone, kills=1)


def test_control_without_the_journal_the_same_request_again_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    [save] = saves(1)

    def again() -> FormVersion:
        by = me(save.registration)
        pk = save.registration.pk
        return save_form(pk, save_password=PASSWORD, device="", revision=save.revision, by=by)

    assert again() == again()
    monkeypatch.setattr(forms, "_saved_before", lambda *_: None)
    with pytest.raises(Changed):
        again()
