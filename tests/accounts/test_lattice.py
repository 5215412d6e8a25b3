"""A1: subsets of the six factors, driven through both portals with exactly these in hand, against lattice.txt.

Here each alone, and the smallest that reach more than what they are made of; all 64 by `make nightly`.
The thief tries every act until nothing new is gained. What a newly bound phone or a recovered password
opens counts too. The controls plant a weakness each: the same thief then gets further, and is seen.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from baoming.accounts.codes import new_activation_code
from baoming.accounts.local_buckets import LocalBuckets
from baoming.accounts.models import Account, Bucket
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import bound_phone, draft_of, form_of, revision_of, typed_of
from baoming.registrations.models import Dispute, PhoneReset, Registration, Restore, SaveReset
from baoming.registrations.queries import document_of
from baoming.registrations.services import disputes, logins, phone_resets, rebinding, save_resets, steps
from baoming.seasons.queries import season_now
from baoming.vault.services import keys
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, me, save, type_in
from tests.web.test_card_twice import _paired, reading  # noqa: F401  (the paired reader, a fixture)

pytestmark = pytest.mark.django_db
FACTORS = ("login", "save", "phone", "session", "operator", "county")
LOGIN, NEW_LOGIN, NEW_SAVE, OWN_PHONE = "deng2lu7mi", "xin3deng8lu", "xin5bao9cun", "19900009999"
OFFICES_PHONE, OFFICES_LOGIN = "19900005555", "xin7deng4lu"
TABLE = Path(__file__).parent / "lattice.txt"
SECOND = Path(__file__).parent / "second_operator.txt"
OFFICE = {"PORTAL": "office", "ROOT_URLCONF": "baoming.config.urls_office"}
CANDIDATE = {"PORTAL": "candidate", "ROOT_URLCONF": "baoming.config.urls_candidate"}


def expected(table: Path = TABLE) -> dict[frozenset[str], frozenset[str]]:
    """The table: factors in hand, acts within reach."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows = [line.partition("|")[::2] for line in lines]
    return {frozenset(have.strip().split("+")) - {"nothing"}: frozenset(acts.split()) for have, acts in rows}


def named(have: frozenset[str]) -> str:
    """The name of a case, the same in every process."""
    return "+".join(sorted(have))


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(LocalBuckets, "take", lambda *_: 0)  # patience is no barrier
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


class Thief:
    """One who holds some factors, and what they gain on the way."""

    def __init__(self, row: Registration, factors: frozenset[str]) -> None:
        self.row, self.factors = row, factors
        self.login = LOGIN if "login" in factors else ""
        self.true_login = self.login  # never reset by SMS
        self.save_password = PASSWORD if "save" in factors else ""
        self.phones = {BOUND_PHONE} if "phone" in factors else set()
        self.phone, self.inside = Client(), False
        self.staff: dict[str, Client] = {}
        self.done: set[str] = set()
        account = Account.objects.get(registration=row)
        if "session" in factors:
            self.phone.force_login(account)
            self.inside = True
        county = Organization.objects.get(pk=row.site.parent_id)
        for role, office in ((Role.OPERATOR, row.site), (Role.COUNTY, county)):
            if role.value in factors:
                self.staff[role.value] = Client()
                self.staff[role.value].force_login(make.staff(office, role).account)
        if "second" in factors:
            self.staff["second"] = Client()
            self.staff["second"].force_login(make.staff(row.site, Role.OPERATOR).account)
        if "county" in factors and "operator" not in factors:
            self.open_operator()

    def open_operator(self) -> None:
        """As the county: open an account at the site, and use its code oneself."""
        handle = f"w{Account.objects.count()}yi"
        wanted = {"name": "王毅", "handle": handle, "office": self.row.site.path, "role": "operator", "number": ""}
        with override_settings(**OFFICE):
            page = self.staff["county"].post("/staff/", wanted).content.decode()
            shown = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page)
            assert shown, "the county opens accounts of its own sites"
            used = {"handle": handle, "code": shown.group(), "password": "changjiang-58", "again": "changjiang-58"}
            self.staff["operator"] = Client()
            assert self.staff["operator"].post("/activate/", used).status_code == 302

    def post(self, address: str, **given: object) -> HttpResponse:
        with override_settings(**CANDIDATE):
            Bucket.objects.all().delete()  # patience is no barrier
            return self.phone.post(address, given)

    def get(self, address: str) -> HttpResponse:
        with override_settings(**CANDIDATE):
            return self.phone.get(address)

    def office(self, role: str, path: str = "", **given: object) -> HttpResponse | None:
        if role not in self.staff:
            return None
        with override_settings(**OFFICE):
            address = f"/candidates/{self.row.pk}/{path}"
            return self.staff[role].post(address, given) if given else self.staff[role].get(address)

    def code(self) -> str:
        """The code that was sent last, if it went to a phone in hand."""
        sent = Message.objects.filter(recipient=self.row.pk, template__endswith="_code").order_by("-at").first()
        if sent is None:
            return "000000"
        number = keys().unseal(sent.number_sealed, context=f"outbox_message.number_sealed.{sent.pk}").decode()
        text = keys().unseal(sent.text_sealed, context=f"outbox_message.text_sealed.{sent.pk}").decode()
        return text.partition("】")[2][:6] if number in self.phones else "000000"

    def fresh(self) -> Account:
        self.row = Registration.objects.select_related("site", "account").get(pk=self.row.pk)
        assert self.row.account
        return self.row.account

    # What can be tried. Each notes what it has reached.

    def try_sign_in(self) -> None:
        if self.login and self.post("/sign-in/", number=self.number(), password=self.login).status_code == 302:
            self.inside = True
            self.done.add("sign_in")

    def try_recover(self, wanted: str = NEW_LOGIN) -> None:
        if self.login and self.true_login and "reset_after_a_day" not in self.done and self.phones:
            return  # a recovered login closes the way online: the last thing that somebody clever does
        given = {"number": self.number(), "valid_to": "2031-03-18"}
        self.post("/forgot/", act="send", **given)
        logins.send_login_code(self.row.pk)
        before = self.fresh().password
        self.post("/forgot/", act="set", code=self.code(), login=wanted, **given)
        if self.fresh().password != before:
            self.done.add("recover_login")
            self.login, self.true_login = wanted, ""

    def try_read(self) -> None:
        if self.row.name in self.get("/tasks/").content.decode():
            self.inside = True
            self.done.add("read_own")
        for role in self.staff:
            page = self.office(role)
            if page is not None and self.row.name in page.content.decode():
                self.done.add("read_in_office")

    def try_claim(self) -> None:
        given = {"name": self.row.name, "number": self.number(), "valid_to": "2031-03-18"}
        if self.post("/claim/", code=new_activation_code(), **given).status_code == 302:
            self.done.add("claim")

    def try_draft(self) -> None:
        if self.type_in("410019"):
            self.done.add("draft")

    def try_save(self, name: str = "save") -> None:
        version = self.fresh().registration.version
        self.type_in(f"4100{20 + version}")
        revision = revision_of(self.row, draft_of(self.row))
        self.post("/form/save", save_password=self.save_password or "x", subjects="yes", revision=revision)
        if self.fresh().registration.version > version:
            self.done.add(name)

    def try_rebind(self) -> None:
        number = OWN_PHONE if OWN_PHONE not in self.phones else "19900008888"
        before = bytes(self.fresh().registration.phone_blind or b"")
        self.phones.add(number)
        self.post("/phone/change/", act="send", phone=number)
        self.post("/phone/change/", code=self.code(), save_password=self.save_password or "x")
        self.phones.discard(number)
        if bytes(self.fresh().registration.phone_blind or b"") != before:
            self.done.add("rebind")
            self.phones.add(number)

    def try_reset_online(self) -> None:
        self.post("/form/forgot", act="send")
        self.post("/form/forgot", act="ask", code=self.code(), login=self.login or "x")
        if self.try_set():
            self.done.add("reset_now")

    def try_cancel(self) -> None:
        row = self.fresh().registration
        made = SaveReset.objects.filter(registration=row, outcome="").first() or SaveReset.objects.create(
            registration=row, way="online", asked_at=season_now(row.season_id), asked_label="主人"
        )
        self.post("/form/forgot", act="cancel")
        made.refresh_from_db()
        if made.outcome == "cancelled":
            self.done.add("cancel_reset")
        made.delete()

    def try_cancel_rebind(self) -> None:
        """Cancel what two offices have asked for the owner; undone at once, since nobody reaches more by it."""
        for secret in ("save_password", "code"):
            with transaction.atomic():
                row = self.fresh().registration
                clerk = Actor(kind=Party.SITE, id="of the site", path=row.path, label="周敏")
                PhoneReset.objects.filter(registration=row).delete()
                phone_resets.ask_phone_reset(
                    row.pk, document_of(row), number=OFFICES_PHONE, reader="R09", nonce="cancelled", by=clerk
                )
                if secret == "code":
                    self.post("/phone/site/", act="send")
                given = {"code": self.code()} if secret == "code" else {secret: self.save_password or "x"}
                self.post("/phone/site/", act="cancel", **given)
                if PhoneReset.objects.filter(registration=row, outcome="cancelled").exists():
                    self.done.add("cancel_rebind")
                transaction.set_rollback(True)

    def ask_phone_at_site(self) -> None:
        """As two offices, for the owner, who is said to have lost everything."""
        card = reading(document_of(self.row), nonce=f"p{timezone.now().timestamp()}")
        self.office("operator", "phone/", act="ask", card=card, new_phone=OFFICES_PHONE)
        for role in ("operator", "second", "county"):
            self.office(role, "phone/", act="confirm", confirm_phone=OFFICES_PHONE)

    def try_phone_of_site(self, name: str = "rebind_at_once") -> None:
        """Have a code sent to the phone that was asked for at the site, and set a login password by it."""
        if not self.staff:
            return
        kept = self.login, self.true_login, self.phones, set(self.done)
        self.login, self.true_login, self.phones = "", "", {OFFICES_PHONE}
        self.try_recover(OFFICES_LOGIN)
        if bound_phone(self.fresh().registration) == OFFICES_PHONE:
            self.done = kept[-1] | {name}
        else:
            self.login, self.true_login, self.phones, self.done = kept

    def try_reset_at_site(self) -> None:
        card = reading(document_of(self.row), nonce=f"n{timezone.now().timestamp()}")
        self.office("operator", "save-password/", act="ask", card=card)
        for role in ("operator", "second", "county"):
            self.office(role, "save-password/", act="confirm")
        if self.try_set():
            self.done.add("reset_at_site")

    def try_restore(self) -> None:
        version = self.fresh().registration.version
        self.office("operator", "restore/", number="1", restore_reason="不是本人改的")
        for role in ("operator", "second", "county"):
            self.office(role, "restore/", act="confirm")
        if self.fresh().registration.version > version:
            self.done.add("restore")
        Restore.objects.filter(state="asked").update(state="declined")

    def try_dispute(self) -> None:
        """Freeze the form; undone at once, since nobody reaches more by it."""
        for given in ({"password": self.login}, {"password": self.save_password}, {"code": ""}):
            with transaction.atomic():
                if "code" in given:
                    self.post("/changes/", act="send")
                    given = {"code": self.code()}
                self.post("/changes/", act="dispute", **given)
                if self.fresh().registration.disputed_at:
                    self.done.add("dispute")
                transaction.set_rollback(True)

    def try_release(self) -> None:
        """Release what the owner has frozen."""
        with transaction.atomic():
            disputes._freeze(self.fresh().registration, first=1, proof=Dispute.Proof.SAVE, by=me(self.row))
            self.office("operator", "dispute/", found="0", release_reason="核对过了")
            for role in ("operator", "second", "county"):
                self.office(role, "dispute/", act="confirm")
            if self.fresh().registration.disputed_at is None:
                self.done.add("release")
            transaction.set_rollback(True)

    def try_set(self) -> bool:
        before = self.fresh().save_password
        wanted = f"{NEW_SAVE}{len(self.done)}"
        self.post("/form/forgot", act="set", login=self.login or "x", save=wanted)
        if self.fresh().save_password == before:
            return False
        self.save_password = wanted
        return True

    def number(self) -> str:
        return document_of(self.row).number

    def type_in(self, postcode: str) -> bool:
        self.fresh()
        page = form_of(self.row.season).page("contact")
        names = [name for field in page.fields for name in field.inputs if name in FILLED]
        given = {**{name: FILLED[name] for name in names}, "postcode": postcode}
        revision, asked = revision_of(self.row, draft_of(self.row)), [field.key for field in page.fields]
        self.post("/form/contact", **given, asked=asked, revision=revision)
        draft = draft_of(self.row)
        return draft is not None and typed_of(self.row, draft).raw["postcode"] == [postcode]

    def round(self) -> None:
        """Try everything once, from what closes nothing to what does."""
        for act in (
            self.try_sign_in, self.try_read, self.try_claim, self.try_draft, self.try_save, self.try_rebind,
            self.try_reset_online, self.try_reset_at_site, self.try_restore, self.try_dispute, self.try_release,
            self.try_recover, self.try_sign_in,
        ):  # fmt: skip
            act()


def reached(factors: frozenset[str]) -> frozenset[str]:
    """Everything that somebody with these factors gets to, in one day and in the next."""
    row = owner()
    thief = Thief(row, factors)
    thief.try_cancel()
    before: set[str] | None = None
    while before != thief.done:
        before = set(thief.done)
        thief.round()
        thief.try_cancel()
    thief.try_cancel_rebind()
    if thief.login:
        thief.try_sign_in()
        thief.try_reset_online()
    thief.ask_phone_at_site()
    thief.try_phone_of_site()
    make.at(season_now(row.season_id) + timedelta(hours=25))
    if SaveReset.objects.filter(registration=row, way="online", outcome="").exists() and thief.try_set():
        thief.done.add("reset_after_a_day")
    thief.try_save("save_after_a_day")
    own_phone = bool(thief.phones)
    thief.try_phone_of_site("rebind_after_a_day")
    if "rebind_after_a_day" in thief.done:  # now they are whoever has the phone too: the table names the save alone
        before, as_today = set(thief.done), {"recover_login", "sign_in"} if own_phone else set()
        thief.round()
        thief.round()
        return frozenset(before | (thief.done & as_today) | ({"save_after_a_day"} if "save" in thief.done else set()))
    thief.try_recover()
    if "recover_login" in thief.done and thief.phones:
        thief.try_sign_in()
    return frozenset(thief.done)


def owner() -> Registration:
    """A candidate with both passwords, a bound phone, and two versions saved; the deadline is days away."""
    row = candidate()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save_password = make_password(PASSWORD)
    row.account.save()
    type_in(row)
    save(row)
    type_in(row, {**FILLED, "postcode": ["410018"]})
    save(row)
    return row


def test_the_table_has_every_subset_and_keeps_its_promises() -> None:
    table = expected()
    assert len(table) == 64
    for have, acts in table.items():
        assert have <= set(FACTORS)
        assert not acts & {"claim", "reset_now", "rebind_at_once"}
        if len(have) < 2:
            assert not acts & {"save", "save_after_a_day", "rebind", "rebind_after_a_day", "restore", "release"}
        for other, more in table.items():
            assert not have <= other or acts - {"reset_after_a_day"} <= more, f"{other} has more and reaches less"


def smallest() -> list[frozenset[str]]:
    """Those whose reach no smaller one has, nor two smaller ones together."""
    table = expected()
    found = []
    for have in sorted(table, key=lambda one: (len(one), sorted(one))):
        below = frozenset().union(*(acts for other, acts in table.items() if other < have))
        if len(have) < 2 or table[have] - below:
            found.append(have)
    return found


def test_the_page_about_passwords_shows_this_table() -> None:
    page = (Path(__file__).parents[2] / "docs/security/passwords.md").read_text("utf-8")
    lines = TABLE.read_text("utf-8").splitlines()
    assert page.count("\n".join(line for line in lines if line and not line.startswith("#"))) == 1


@pytest.mark.parametrize("have", smallest(), ids=named)
def test_exactly_the_acts_of_the_table_are_reached(have: frozenset[str]) -> None:
    assert sorted(reached(have)) == sorted(expected()[have])


@pytest.mark.parametrize("have", expected(SECOND), ids=named)
def test_two_operators_of_one_site_reach_exactly_the_acts_of_their_table(have: frozenset[str]) -> None:
    assert sorted(reached(have)) == sorted(expected(SECOND)[have])


def test_control_two_operators_who_confirm_both_resets_reach_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_resets, "_phone_of_site", lambda _: False)
    have = frozenset({"operator", "second"})
    assert "save_after_a_day" in reached(have) - expected(SECOND)[have]


def test_control_a_phone_that_counts_as_the_login_password_reaches_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_resets, "online_refusal", lambda *_, **__: "")
    found = reached(frozenset({"phone"}))
    assert "save_after_a_day" in found - expected()[frozenset({"phone"})]


def test_control_an_operator_who_confirms_alone_reaches_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    real = save_resets.confirm_at_site

    def alone(registration_id: object, **given: object) -> object:
        SaveReset.objects.filter(outcome="").update(asked_by="nobody")
        return real(registration_id, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(save_resets, "confirm_at_site", alone)
    have = frozenset({"login", "operator"})
    assert "save" in reached(have) - expected()[have]


@pytest.mark.parametrize("have", [frozenset({"county"}), frozenset({"login", "county"})], ids=named)
def test_control_a_county_that_opens_an_operator_is_two_persons_where_accounts_alone_are_compared(
    have: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "independent", lambda first, second: first != second)
    found = reached(have) - expected()[have]
    assert found >= {"restore", "release"} | ({"reset_at_site", "save"} if "login" in have else {"rebind_after_a_day"})


def test_control_without_the_day_two_offices_take_over_before_anybody_has_read_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_resets, "DELAY", timedelta())
    have = frozenset({"operator", "county"})
    assert "rebind_at_once" in reached(have)


def test_control_an_operator_who_confirms_alone_binds_another_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = phone_resets.confirm_phone_reset

    def alone(registration_id: object, number: str, **given: object) -> object:
        PhoneReset.objects.filter(outcome="").update(asked_by="nobody")
        return real(registration_id, number, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(phone_resets, "confirm_phone_reset", alone)
    have = frozenset({"operator"})
    assert "rebind_after_a_day" in reached(have)


def test_control_where_a_session_is_proof_enough_a_thief_of_it_keeps_the_owner_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_resets, "proves", lambda *_: True)
    have = frozenset({"session"})
    assert "cancel_rebind" in reached(have) - expected()[have]


def test_control_a_session_that_binds_a_phone_without_the_save_password_takes_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebinding, "proves", lambda *_: True)
    have = frozenset({"session"})
    assert {"rebind", "sign_in"} <= reached(have) - expected()[have]
