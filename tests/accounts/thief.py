"""Somebody with some of the six factors in hand, who tries every act of both portals until nothing new is gained."""

import re
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from baoming.accounts.codes import new_activation_code
from baoming.accounts.models import Account, Bucket
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import bound_phone, draft_of, form_of, revision_of, typed_of
from baoming.registrations.models import Dispute, PhoneReset, Registration, Restore, SaveReset
from baoming.registrations.queries import document_of
from baoming.registrations.services import disputes, logins, phone_resets
from baoming.reviews.models import Case
from baoming.reviews.services.cases import open_case
from baoming.seasons.queries import season_now
from baoming.vault.services import keys
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, me, save, type_in
from tests.reviews.files import hand_in
from tests.web.test_card_twice import reading

LOGIN, NEW_LOGIN, NEW_SAVE, OWN_PHONE = "deng2lu7mi", "xin3deng8lu", "xin5bao9cun", "19900009999"
OFFICES_PHONE, OFFICES_LOGIN = "19900005555", "xin7deng4lu"
OFFICE = {"PORTAL": "office", "ROOT_URLCONF": "baoming.config.urls_office"}
CANDIDATE = {"PORTAL": "candidate", "ROOT_URLCONF": "baoming.config.urls_candidate"}


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

    def try_give_up(self) -> None:
        """Ask for 放弃报名, and take back what the owner asked for; undone at once, since nobody reaches more by it."""
        with transaction.atomic():
            row, given = self.fresh().registration, {"save_password": self.save_password or "x"}
            hand_in(row, "withdrawal", me(row))
            self.post("/requests/new/withdrawal/", why="不考了", **given)
            if Case.objects.filter(registration=row).exists():
                self.done.add("give_up")
            transaction.set_rollback(True)
        with transaction.atomic():
            hand_in(row, "withdrawal", me(row))
            case = open_case(row.pk, "withdrawal", raw={"why": ["不考了"]}, by=me(row))
            self.post(f"/requests/{case.pk}/act/", act="withdraw", seen="1", note="还是要考", **given)
            case.refresh_from_db()
            if case.state == "withdrawn":
                self.done.add("take_back")
            transaction.set_rollback(True)

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
            self.try_sign_in, self.try_read, self.try_claim, self.try_draft, self.try_save, self.try_give_up,
            self.try_rebind, self.try_reset_online, self.try_reset_at_site, self.try_restore, self.try_dispute,
            self.try_release, self.try_recover, self.try_sign_in,
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
