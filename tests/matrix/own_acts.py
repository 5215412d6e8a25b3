"""Every POST of the candidate portal as its own page sends it, by somebody to whom it is open."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.test import Client

from baoming.accounts.codes import code_digest, new_activation_code
from baoming.accounts.models import Account, candidate_handle
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.registrations.form_queries import draft_of, form_of, phone_context, revision_of
from baoming.registrations.models import Activation, HandIn, Registration, SaveReset
from baoming.registrations.queries import document_of
from baoming.registrations.services import access, logins, save_resets
from baoming.registrations.services.name_images import confirm_name, framed, photograph_name
from baoming.registrations.services.phone_resets import ask_phone_reset
from baoming.reviews import cases
from baoming.reviews.models import Case
from baoming.reviews.review_forms import PARTS
from baoming.seasons.queries import data, season_now
from baoming.vault.services import keys
from standins.cards import front, photographed
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations.confirmed import operator
from tests.registrations.test_save_form import PASSWORD, me, save, type_in
from tests.reviews.asking import PROVINCE, asked, do, hand_in
from tests.reviews.files import office

LOGIN = "deng2lu7mi"
Body = dict[str, str | list[str]]

_ASKED = tuple(one.key for part in PARTS for one in part.fields)  # by 报名资格审核表, which keeps nothing
_RARE = "龙\ue000明"  # which no font draws: the name is a picture


@dataclass(frozen=True)
class Act:
    """A POST: `name` is its route, and which of its buttons. `reads`: what else the page's own form sends."""

    name: str
    place: str
    person: Registration
    body: Callable[[], Body]
    reads: tuple[str, ...] = ()
    signed_in: bool = True
    writes: bool = True  # anything in the database
    answers: tuple[int, ...] = (200, 302)

    def client(self) -> Client:
        made = Client()
        if self.signed_in:
            assert self.person.account
            made.force_login(self.person.account)
        return made


def acts(*, first: int = 1029001) -> list[Act]:
    """Make somebody at each step, with numbers from `first` on, and return every act of them."""
    make.season("sign_up")
    at = {step: _at(step, first + place) for place, step in enumerate(_STEPS)}
    owner = _owner()
    return [*_door(at["registration_fee"], owner), *_steps(at), *_form(owner), *_safety(owner), *_requests(_owner())]


_STEPS = ("registration_fee", "person_check", "phone", "passwords", "pledge")


def _at(step: str, number: int) -> Registration:
    """Return somebody who has an account, whose next step this is."""
    row = make.registration(make.site(), done=make.before(step))
    row.number = number
    return _with_account(row)


def _with_account(row: Registration) -> Registration:
    row.account = Account.objects.create(
        kind="candidate",
        handle=candidate_handle(row.season_id, bytes(row.number_blind)),
        password=make_password(LOGIN),
        save_password=make_password(PASSWORD),
    )
    if "phone" in row.done_steps:
        row.phone_sealed = keys().seal(BOUND_PHONE.encode(), context=phone_context(row.pk))
    row.save()
    return row


def _new_phone(row: Registration) -> str:
    """Return a number that nobody else binds: a phone is one candidate's."""
    return f"199{row.pk.int % 10**8:08d}"


def _owner() -> Registration:
    """Return somebody with both passwords, a bound phone, and two versions saved; a third is typed in."""
    row = _with_account(make.registration(make.site(), done=make.before("form")))
    for postcode in ("410016", "410018"):
        type_in(row, {**FILLED, "postcode": [postcode]})
        save(row)
    type_in(row, {**FILLED, "postcode": ["410019"]})
    return row


def _door(newcomer: Registration, owner: Registration) -> list[Act]:
    number = {"number": document_of(owner).number}
    card: Body = {**number, "valid_to": "2031-03-18"}
    code = new_activation_code()
    Activation.objects.create(registration=newcomer, digest=code_digest(code), slip=1, made_at=newcomer.created_at)
    first: Body = {
        "name": newcomer.name,
        "number": document_of(newcomer).number,
        "valid_to": "2031-03-18",
        "code": code,
    }

    leave = new_activation_code()
    HandIn.objects.create(
        registration=newcomer, number=1, digest=code_digest(leave), phone_sealed="", made_by="周敏",
        made_at=newcomer.created_at, expires_at=newcomer.created_at + timedelta(days=3000),
    )  # fmt: skip
    photo: Body = {"act": "open", "number": document_of(newcomer).number, "code": leave}

    def recovery() -> Body:
        logins.send_login_code(owner.pk)
        return {**card, "act": "set", "code": sent_to(owner), "login": "xin3deng8lu"}

    return [
        Act("review_form", "/review-form/", owner, lambda: {"name": owner.name}, _ASKED, signed_in=False, writes=False),
        Act("care", "/care/", owner, lambda: {"care": "1"}, writes=False),
        Act("claim", "/claim/", newcomer, lambda: first, ("long_term",), signed_in=False),
        Act("hand_in", "/hand-in/", newcomer, lambda: photo, signed_in=False),
        Act("sign_in", "/sign-in/", owner, lambda: {**number, "password": LOGIN}, ("shared",), signed_in=False),
        Act("forgot_login send", "/forgot/", owner, lambda: {**card, "act": "send"}, signed_in=False),
        Act("forgot_login set", "/forgot/", owner, recovery, signed_in=False),
        Act("sign_out", "/sign-out/", owner, dict),
        Act("browsers", "/browsers/", owner, _elsewhere(owner), ("browser",)),
    ]


def _elsewhere(owner: Registration) -> Callable[[], Body]:
    def signed_in_there() -> Body:
        assert owner.account
        Client().force_login(owner.account)
        return {}

    return signed_in_there


def _steps(at: dict[str, Registration]) -> list[Act]:
    payer, checked, caller, setter, pledger = (at[step] for step in _STEPS)
    version = str(data(pledger.season, "pledge")["version"])

    Registration.objects.filter(pk=pledger.pk).update(name=_RARE)
    cut = photograph_name(pledger.pk, photographed(front(_RARE)), by=operator(pledger))
    shown = confirm_name(pledger.pk, cut.pk, seen=framed(cut), by=operator(pledger))

    def call() -> Body:
        access.send_phone_code(caller.pk, _new_phone(caller), by=me(caller), address="")
        return {"code": sent_to(caller)}

    return [
        Act("fee", "/fee/", payer, lambda: {"no_refund": "1"}),
        Act("fee_ask", "/fee/ask/", payer, lambda: {}, writes=False),  # no order is there to ask about
        Act("person_check", "/person-check/", checked, lambda: {"way": "face", "consent": "1"}),
        Act("phone send", "/phone/", caller, lambda: {"act": "send", "phone": _new_phone(caller)}),
        Act("phone bind", "/phone/", caller, call, ("act",)),
        Act("passwords", "/passwords/", setter, lambda: {"login": "wo3de4mima", "save": "bao5cun6mi"}),
        Act("name", "/name/", pledger, lambda: {"image": str(shown.pk), "same": "yes"}),
        Act("pledge", "/pledge/", pledger, lambda: {"accepted": "1", "version": version}),
    ]


def _form(owner: Registration) -> list[Act]:
    page = form_of(owner.season).page("contact")
    typed: Body = {name: FILLED[name] for one in page.fields for name in one.inputs if name in FILLED}
    own = tuple(name for one in page.fields for name in one.inputs)

    def contact() -> Body:
        asked = [field.key for field in page.fields]
        return {**typed, "postcode": "410020", "asked": asked, "revision": revision_of(owner, draft_of(owner))}

    def whole() -> Body:
        return {"save_password": PASSWORD, "revision": revision_of(owner, draft_of(owner))}

    nothing: Body = {"kinds": "none", "save_password": PASSWORD, "revision": "0"}
    return [
        Act(
            "household", "/household/", owner, lambda: {"consent": "1"}, writes=False, answers=(409,)
        ),  # 2023 asks for none
        Act("declarations", "/declarations/", owner, lambda: nothing, ("consent",)),
        Act("form_page", "/form/contact", owner, contact, own),
        Act("form_save", "/form/save", owner, whole, ("code",)),
    ]


def _safety(owner: Registration) -> list[Act]:
    def reset(act: str) -> Callable[[], Body]:
        def asked() -> Body:
            save_resets.send_reset_code(owner.pk, by=me(owner), address="")
            given: Body = {"act": "ask", "login": LOGIN, "code": sent_to(owner)}
            if act == "ask":
                return given
            save_resets.ask_online(owner.pk, login=LOGIN, code=str(given["code"]), device="", address="", by=me(owner))
            if act == "set":
                SaveReset.objects.update(ready_at=season_now(owner.season_id) - timedelta(minutes=1))
            return {"act": act, "login": LOGIN, "save": "xin5bao9cun"}

        return asked

    def new_phone() -> Body:
        number = {"act": "send", "phone": _new_phone(owner)}
        client = Client()
        assert owner.account
        client.force_login(owner.account)
        client.post("/phone/change/", number)
        return {"code": sent_to(owner), "save_password": PASSWORD}

    def site_phone(body: Body) -> Callable[[], Body]:
        def asked() -> Body:
            clerk = Actor(kind=Party.SITE, id="", path=owner.path, label="周敏")
            card, nonce = document_of(owner), secrets.token_hex(8)
            ask_phone_reset(owner.pk, card, number=_new_phone(owner), reader="R01", nonce=nonce, by=clerk)
            return body

        return asked

    dispute: Body = {"act": "dispute", "password": PASSWORD}
    return [
        Act("form_forgot send", "/form/forgot", owner, lambda: {"act": "send"}),
        *(Act(f"form_forgot {act}", "/form/forgot", owner, reset(act)) for act in ("ask", "set", "cancel")),
        Act("messages", "/messages/", owner, lambda: {"shown": "2099-01-01T00:00:00+08:00"}),  # the save was told
        Act("changes mine", "/changes/", owner, lambda: {"act": "mine"}, writes=False),
        Act("changes send", "/changes/", owner, lambda: {"act": "send"}),
        Act("changes dispute", "/changes/", owner, lambda: dispute, ("code",)),
        Act("phone_site send", "/phone/site/", owner, site_phone({"act": "send"})),
        Act("phone_site cancel", "/phone/site/", owner, site_phone({"save_password": PASSWORD}), ("act", "code")),
        Act("phone_change send", "/phone/change/", owner, lambda: {"act": "send", "phone": _new_phone(owner)}),
        Act("phone_change bind", "/phone/change/", owner, new_phone, ("act", "phone")),
    ]


def _requests(owner: Registration) -> list[Act]:
    """Of somebody with two requests: one to be put right and withdrawn, one to be decided; and asking anew."""
    exemption, accommodation = asked(owner, "fee_exemption"), asked(owner, "accommodation")

    def new() -> Body:
        exemption.refresh_from_db()
        if exemption.state != cases.State.WITHDRAWN:
            do(exemption, cases.Act.WITHDRAW, me(owner), note="不申请了")
        hand_in(owner, "fee_exemption")
        return {"ground": "poverty"}

    def given_back() -> Body:
        do(exemption, cases.Act.RETURN, office(owner, "site"), reason="papers")
        hand_in(owner, "fee_exemption")
        return pressed(exemption, cases.Act.SUPPLY) | {"ground": "orphan"}

    def decided() -> Body:
        do(accommodation, cases.Act.FORWARD, office(owner, "site"))
        said = {"experts": ["李医生"], "assessed": ["市特教学校"], "assessment": ["需要"]}
        do(accommodation, cases.Act.FORWARD, office(owner, "city"), raw=said)
        do(accommodation, cases.Act.REFUSE, PROVINCE, reason="assessed_no")
        return pressed(accommodation, cases.Act.RECEIVE)

    def received() -> Body:
        accommodation.refresh_from_db()
        if accommodation.received_at is None:
            decided()
            do(accommodation, cases.Act.RECEIVE, me(owner))
        return pressed(accommodation, cases.Act.OBJECT) | {"note": "评估时没有带助视器"}

    def taken_back() -> Body:
        return pressed(exemption, cases.Act.WITHDRAW) | {"note": "不要了", "save_password": PASSWORD}

    first, second = (f"/requests/{case.pk}/act/" for case in (exemption, accommodation))
    return [
        Act("request_act supply", first, owner, given_back, ("note", "consent")),
        Act("request_act withdraw", first, owner, taken_back),
        Act("request_act receive", second, owner, decided, ("note",)),
        Act("request_act object", second, owner, received),
        Act("request_new", "/requests/new/fee_exemption/", owner, new, ("consent",)),
    ]


def pressed(case: Case, act: cases.Act) -> Body:
    """Return what a button of the case's page sends."""
    case.refresh_from_db()
    return {"act": act.value, "seen": str(case.newest)}


def sent_to(row: Registration) -> str:
    """Return the code that was sent to somebody last."""
    sent = Message.objects.filter(recipient=row.pk, template__endswith="_code").order_by("-at", "-pk")[0]
    text = keys().unseal(sent.text_sealed, context=f"outbox_message.text_sealed.{sent.pk}").decode()
    return text.partition("】")[2][:6]
