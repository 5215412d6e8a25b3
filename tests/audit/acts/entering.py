"""How candidates get in and out: the first time, by password, and by a code when it is forgotten."""

import pytest
from django.test import Client

from baoming.accounts.models import candidate_handle
from baoming.audit.actors import Actor, Party
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import logins, phone_resets, slips
from baoming.registrations.services.numbers import issue_number
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.audit.acts.candidate import NEW_PHONE, inside, ready
from tests.audit.acts.people import one_try_left
from tests.audit.acts.register import CODE, LOGIN, act
from tests.audit.walking import Ask
from tests.registrations.test_save_form import PASSWORD
from tests.reviews import files


@act("candidate", "claim")
def claim() -> Ask:
    make.season()
    row = make.registration(make.site(), done=make.before("number"))
    make.segment(row.site)
    issue_number(row.pk, by=files.site(row))
    code = _printed(row)
    make.season("sign_up")
    sent = {"name": row.name, "number": document_of(row).number, "valid_to": "2031-03-18", "code": code}
    return Ask(Client(), "/claim/", sent, answers=(302,))


def _printed(row: Registration) -> str:
    """Print the slip; return the code on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slips, "new_activation_code", lambda: "7G2K-0000-0000-0000")
        slips.print_slip(row.pk, by=files.site(row))
    return "7G2K-0000-0000-0000"


def typed(row: Registration, password: str) -> dict[str, str]:
    return {"number": document_of(row).number, "password": password}


@act("candidate", "sign_in")
def sign_in() -> Ask:
    return Ask(Client(), "/sign-in/", typed(ready(), LOGIN), answers=(302,))


@act("candidate", "sign_in/wrong")
def wrong() -> Ask:
    return Ask(Client(), "/sign-in/", typed(ready(), "x"), answers=(422,))


@act("candidate", "sign_in/last_try")
def last_try() -> Ask:
    row = ready()
    one_try_left(f"in:{candidate_handle(row.season_id, bytes(row.number_blind))}")
    return Ask(Client(), "/sign-in/", typed(row, "x"), answers=(422,))


@act("candidate", "sign_out")
def sign_out() -> Ask:
    return Ask(inside(ready()), "/sign-out/", answers=(302,))


def forgot(row: Registration, **sent: str) -> Ask:
    who = {"number": document_of(row).number, "valid_to": "2031-03-18"}
    return Ask(Client(), "/forgot/", {**who, **sent}, answers=(200,))


@act("candidate", "forgot_login/send")
def send_login_code() -> Ask:
    return forgot(ready(), act="send")


@act("candidate", "forgot_login/set")
def recover_login() -> Ask:
    row = ready()
    logins.send_login_code(row.pk)
    return forgot(row, act="set", code=CODE, login="xin3deng8lu")


def changing_phone(row: Registration) -> Registration:
    """Another phone is taken down at the site, and confirmed; nothing is bound for a day."""
    clerk = Actor(kind=Party.SITE, id="a", path=row.path, label="周敏")
    phone_resets.ask_phone_reset(
        row.pk, document_of(row), number=NEW_PHONE, reader="R01", nonce="n1", by=clerk
    )  # fmt: skip
    other = Actor(kind=Party.COUNTY, id="b", path=row.path, label="王秀兰")
    phone_resets.confirm_phone_reset(row.pk, NEW_PHONE, by=other)
    return row


@act("candidate", "forgot_login/new_phone")
def recover_by_new_phone() -> Ask:
    row = changing_phone(ready())
    make.at(season_now(row.season_id) + make.A_MINUTE * 60 * 25)
    logins.send_login_code(row.pk)
    return forgot(row, act="set", code=CODE, login="xin3deng8lu")


@act("candidate", "forgot_login/old_phone")
def recover_by_old_phone() -> Ask:
    row = changing_phone(ready())
    logins.send_login_code(row.pk)
    return forgot(row, act="set", code=CODE, login="xin3deng8lu")


@act("candidate", "phone_site/send")
def send_cancel_code() -> Ask:
    return Ask(inside(changing_phone(ready())), "/phone/site/", {"act": "send"}, answers=(302,))


@act("candidate", "phone_site/cancel")
def cancel_phone() -> Ask:
    sent = {"act": "cancel", "save_password": PASSWORD}
    return Ask(inside(changing_phone(ready())), "/phone/site/", sent, answers=(302,))
