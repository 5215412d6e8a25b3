"""What candidates do once they are in, and the notice of the cashier."""

import hashlib
import hmac
import json
import time
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client

from baoming.accounts.models import Account
from baoming.messages.services import send
from baoming.payments import services as payments
from baoming.payments.models import Order
from baoming.registrations.form_queries import form_of
from baoming.registrations.models import Registration
from baoming.registrations.services import access, rebinding, save_resets
from baoming.registrations.services.name_images import confirm_name, framed, photograph_name
from baoming.seasons.queries import data, season_now
from standins.cards import front, photographed
from tests import factories as make
from tests.audit.acts.desk import RARE
from tests.audit.acts.people import one_try_left
from tests.audit.acts.register import CODE, LOGIN, SMS_SECRET, act
from tests.audit.walking import Ask
from tests.forms.samples import FILLED
from tests.registrations import attached
from tests.registrations.test_recoveries import NEW
from tests.registrations.test_save_form import PASSWORD, me, now, save, type_in
from tests.registrations.test_save_form import candidate as at_the_form
from tests.reviews import files

HERE = {"device": "", "address": "127.0.0.1"}
NEW_PHONE = "19900006022"


def inside(row: Registration) -> Client:
    client = Client()
    assert row.account
    client.force_login(row.account)
    return client


def before(step: str) -> Registration:
    """A person with an account, who comes to this step."""
    make.season("sign_up")
    row = make.registration(make.site(), done=make.before(step))
    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password=make_password(LOGIN))
    row.save()
    return row


def ready() -> Registration:
    """A person at the form, with both passwords and a bound phone."""
    row = at_the_form()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    return row


def saved() -> Registration:
    row = ready()
    type_in(row)
    save(row)
    return row


@act("candidate", "care")
def care() -> Ask:
    make.season()
    return Ask(Client(), "/care/", {"care": "1"})


@act("candidate", "review_form")
def review_form() -> Ask:
    make.season()
    return Ask(Client(), "/review-form/", {"name": "欧阳思远"}, answers=(200,))


@act("candidate", "fee")
def fee() -> Ask:
    return Ask(inside(before("registration_fee")), "/fee/", {"no_refund": "1"}, answers=(302,))


def ordered() -> Order:
    row = before("registration_fee")
    order = payments.open_order(row.pk, "registration_fee", by=me(row))
    payments.open_cashier(order.pk)
    return Order.objects.select_related("registration__account").get(pk=order.pk)


@act("candidate", "fee/again")
def fee_again() -> Ask:
    order = ordered()
    assert order.opened_at
    Order.objects.update(opened_at=order.opened_at - make.A_MINUTE * 60)
    return Ask(inside(order.registration), "/fee/", answers=(302,))


@act("candidate", "fee_ask")
def fee_ask() -> Ask:
    return Ask(inside(ordered().registration), "/fee/ask/", answers=(302,))


@act("candidate", "notices/wechat")
def notice() -> Ask:
    order = ordered()
    return Ask(Client(), "/notices/wechat", headers={"event": "E1"}, raw=order.number, answers=(200,))


@act("candidate", "messages")
def read_messages() -> Ask:
    row = ready()
    send("passwords_set", season=row.season, recipient=row.pk, number=NEW_PHONE, phone=row.site.phone)
    return Ask(inside(row), "/messages/", {"shown": "2030-01-01T00:00:00+08:00"}, answers=(302,))


@act("candidate", "notices/sms")
def receipts() -> Ask:
    make.season()
    body = json.dumps([{"reference": f"{uuid4()}.1.sms", "arrived": True}])
    stamp = str(int(time.time()))
    proof = hmac.new(SMS_SECRET, f"{stamp}\n{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"x-timestamp": stamp, "x-signature": proof}
    return Ask(Client(), "/notices/sms", headers=headers, raw=body, answers=(200,))


@act("candidate", "person_check")
def person_check() -> Ask:
    return Ask(inside(before("person_check")), "/person-check/", {"consent": "1"}, answers=(302,))


@act("candidate", "browsers")
def browsers() -> Ask:
    row = ready()
    inside(row)
    return Ask(inside(row), "/browsers/", answers=(302,))


@act("candidate", "phone/send")
def send_phone_code() -> Ask:
    return Ask(inside(before("phone")), "/phone/", {"act": "send", "phone": "19900006021"}, answers=(200,))


@act("candidate", "phone")
def phone() -> Ask:
    row = before("phone")
    access.send_phone_code(row.pk, "19900006021", by=me(row), address="127.0.0.1")
    return Ask(inside(row), "/phone/", {"code": CODE}, answers=(302,))


@act("candidate", "phone_change/send")
def send_rebind_code() -> Ask:
    return Ask(inside(ready()), "/phone/change/", {"act": "send", "phone": NEW_PHONE}, answers=(200,))


@act("candidate", "phone_change")
def change_phone() -> Ask:
    row = ready()
    rebinding.send_rebind_code(row.pk, NEW_PHONE, by=me(row), address="127.0.0.1")
    return Ask(inside(row), "/phone/change/", {"code": CODE, "save_password": PASSWORD}, answers=(302,))


@act("candidate", "phone_change/last_try")
def last_rebinding() -> Ask:
    ask = change_phone()
    one_try_left(f"save:{Account.objects.get().pk}")
    return Ask(ask.client, ask.place, {**ask.body, "save_password": "x"}, answers=(422,))


@act("candidate", "passwords")
def passwords() -> Ask:
    row = before("passwords")
    return Ask(inside(row), "/passwords/", {"login": "wode-mima-2022", "save": "lvcha-xiang-58"}, answers=(302,))


@act("candidate", "pledge")
def pledge() -> Ask:
    row = before("pledge")
    version = data(row.season, "pledge")["version"]
    return Ask(inside(row), "/pledge/", {"accepted": "1", "version": version}, answers=(302,))


@act("candidate", "form_page")
def draft() -> Ask:
    row = ready()
    page = form_of(row.season).page("contact")
    filled = {name: FILLED[name] for one in page.fields for name in one.inputs if name in FILLED}
    sent = {**filled, "asked": [one.key for one in page.fields], "revision": now(row)}
    return Ask(inside(row), "/form/contact", sent, answers=(302,))


@act("candidate", "form_save")
def form_save() -> Ask:
    row = ready()
    type_in(row)
    return Ask(inside(row), "/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": now(row)})


@act("candidate", "form_save/moved")
def moved() -> Ask:
    row = attached.saved()
    attached.upload(row)
    attached.check(row)
    make.season("sign_up")
    type_in(row, attached.FILLED_2025 | {"household.county": ["430103"]})
    return Ask(inside(row), "/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": now(row)})


@act("candidate", "household")
def household() -> Ask:
    row = attached.saved()
    pages = {f"{key}.jpg": attached.paper() for key in ("household-first", "household-own")}
    return Ask(inside(row), "/household/", {"consent": "2025.1"}, files=pages, answers=(302,))


@act("candidate", "declarations")
def declarations() -> Ask:
    row = attached.saved(2023, "declarations")
    sent = {"kinds": ["MARTYR"], "consent": "2023.1", "save_password": PASSWORD, "revision": "0"}
    files = {"declaration-MARTYR.jpg": attached.paper()}
    return Ask(inside(row), "/declarations/", sent, files=files, answers=(302,))


@act("candidate", "declarations/last_try")
def last_try_at_declaring() -> Ask:
    row = attached.saved(2023, "declarations")
    one_try_left(f"save:{row.account_id}")
    return Ask(
        inside(row), "/declarations/", {"kinds": ["none"], "save_password": "x", "revision": "0"}, answers=(422,)
    )


@act("candidate", "form_save/wrong")
def wrong_save() -> Ask:
    row = ready()
    type_in(row)
    sent = {"save_password": "x", "revision": now(row), "subjects": "yes"}
    return Ask(inside(row), "/form/save", sent, answers=(422,))


@act("candidate", "form_save/last_try")
def last_save() -> Ask:
    ask = wrong_save()
    one_try_left(f"save:{Account.objects.get().pk}")
    return ask


def reset(row: Registration, **sent: str) -> Ask:
    return Ask(inside(row), "/form/forgot", sent, answers=(302,))


@act("candidate", "form_forgot/send")
def send_reset_code() -> Ask:
    return reset(ready(), act="send")


@act("candidate", "form_forgot/ask")
def ask_reset() -> Ask:
    row = ready()
    save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    return reset(row, act="ask", login=LOGIN, code=CODE)


def asked_reset() -> Registration:
    row = ready()
    save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    save_resets.ask_online(row.pk, login=LOGIN, code=CODE, by=me(row), **HERE)
    return row


@act("candidate", "form_forgot/set")
def set_save_password() -> Ask:
    row = asked_reset()
    make.at(season_now(row.season_id) + make.A_MINUTE * 60 * 25)
    return reset(row, act="set", login=LOGIN, save=NEW)


@act("candidate", "form_forgot/cancel")
def cancel_reset() -> Ask:
    return reset(asked_reset(), act="cancel")


@act("candidate", "changes/mine")
def mine() -> Ask:
    return Ask(inside(saved()), "/changes/", {"act": "mine"}, answers=(302,))


@act("candidate", "changes/send")
def send_dispute_code() -> Ask:
    return Ask(inside(saved()), "/changes/", {"act": "send"}, answers=(302,))


@act("candidate", "changes/last_try")
def last_claim() -> Ask:
    ask = not_mine()
    one_try_left(f"save:{Account.objects.get().pk}")
    return Ask(ask.client, ask.place, {"password": "x"}, answers=(422,))


@act("candidate", "changes/not_mine")
def not_mine() -> Ask:
    return Ask(inside(saved()), "/changes/", {"password": PASSWORD}, answers=(302,))


def shown_a_name() -> tuple[Registration, dict[str, str]]:
    """A person with an account whose name is a picture, which the site has confirmed."""
    row = before("phone")
    Registration.objects.filter(pk=row.pk).update(name=RARE)
    image = photograph_name(row.pk, photographed(front(RARE)), by=files.site(row))
    confirm_name(row.pk, image.pk, seen=framed(image), by=files.site(row))
    return row, {"image": str(image.pk)}


@act("candidate", "name/yes")
def name_is_mine() -> Ask:
    row, sent = shown_a_name()
    return Ask(inside(row), "/name/", {**sent, "same": "yes"}, answers=(302,))


@act("candidate", "name/no")
def name_is_not_mine() -> Ask:
    row, sent = shown_a_name()
    return Ask(inside(row), "/name/", {**sent, "same": "no"}, answers=(302,))
