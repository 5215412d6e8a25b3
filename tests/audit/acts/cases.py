"""Special cases: opened, handed on, given back, decided, taken back, by offices and by candidates."""

from collections.abc import Mapping
from typing import Any

from baoming.forms.attached import Consent
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import consent_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from tests.audit.acts.candidate import inside
from tests.audit.acts.register import act, at, of, own
from tests.audit.walking import Ask
from tests.registrations import attached, confirmed
from tests.registrations.test_save_form import PASSWORD, me
from tests.reviews import files
from tests.reviews.asking import PROVINCE, after_sign_up, asked, do, hand_in, redraft
from tests.reviews.files import office

ASSESSED = {"experts": ["李医生、王老师"], "assessed": ["市特教学校"], "assessment": ["需要大字号试卷"]}


def acted(case: Case, row: Registration, role: Role, what: Act, **sent: Any) -> Ask:
    """A button of an office."""
    client = at(Organization.objects.get(path="43/"), role) if role is Role.PROVINCE else of(row, role)
    return Ask(client, f"/cases/{case.pk}/act/", pressed(case, what, sent), answers=(302,))


def asks(case: Case, row: Registration, what: Act, **sent: Any) -> Ask:
    """A button of the candidate."""
    files = {"proof.jpg": attached.paper("PROOF")} if what is Act.SUPPLY else {}
    body = {**pressed(case, what, sent), "consent": consent(row).version}
    return Ask(inside(row), f"/requests/{case.pk}/act/", body, files=files, answers=(302,))


def pressed(case: Case, what: Act, sent: Mapping[str, Any]) -> dict[str, Any]:
    case.refresh_from_db()
    return {"act": what.value, "seen": str(case.newest), **sent}


def consent(row: Registration) -> Consent:
    return consent_of(row.season)


def exemption(*, by: str = "") -> tuple[Registration, Case]:
    """Somebody who has asked for the fee to be remitted: by oneself, or by the site on paper."""
    row = after_sign_up()
    return row, asked(row, "fee_exemption", by=office(row, by) if by else None)


def handed_on(*, by: str = "") -> tuple[Registration, Case]:
    row, case = exemption(by=by)
    return row, do(case, Act.FORWARD, office(row, "site"))


def given_back(*, by: str = "") -> tuple[Registration, Case]:
    row, case = handed_on(by=by)
    return row, do(case, Act.RETURN, office(row, "county"), reason="papers")


def decided() -> tuple[Registration, Case]:
    """Somebody whose accommodation was refused; the receipt is not signed."""
    row = after_sign_up()
    case = asked(row, "accommodation")
    do(case, Act.FORWARD, office(row, "site"))
    return row, refuse_assessed(case, row)


def refuse_assessed(case: Case, row: Registration) -> Case:
    """Refuse an accommodation that waits at the city."""
    do(case, Act.FORWARD, office(row, "city"), raw=ASSESSED)
    return do(case, Act.REFUSE, PROVINCE, reason="assessed_no")


def received() -> tuple[Registration, Case]:
    row, case = decided()
    return row, do(case, Act.RECEIVE, me(row))


# an office


@act("office", "case_new")
def open_case() -> Ask:
    row = after_sign_up()
    files = {"proof.jpg": attached.paper("PROOF")}
    return Ask(of(row), own(row, "cases/fee_exemption/"), {"ground": "poverty"}, files=files, answers=(302,))


@act("office", "case_new/holding")
def open_holding() -> Ask:
    row = after_sign_up()
    sent = {"source": "户籍核查", "differs": "住址"}
    return Ask(of(row, Role.COUNTY), own(row, "cases/household_mismatch/"), sent, answers=(302,))


@act("office", "case_act/forward")
def forward() -> Ask:
    row, case = exemption()
    return acted(case, row, Role.OPERATOR, Act.FORWARD)


@act("office", "case_act/grant")
def grant() -> Ask:
    row, case = handed_on()
    return acted(case, row, Role.COUNTY, Act.GRANT)


@act("office", "case_act/grant_of_province")
def grant_of_province() -> Ask:
    row, case = received()
    do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    return acted(case, row, Role.PROVINCE, Act.GRANT, granted=["large_print"], grounds="复核后同意")


def mismatch() -> tuple[Registration, Case]:
    """A case that keeps the county from completing, and waits there."""
    row = after_sign_up()
    case = asked(row, "household_mismatch", by=office(row, "county"))
    return row, do(case, Act.FORWARD, office(row, "site"), raw={"found": ["看了户口簿原件"]})


@act("office", "case_act/grant_holding")
def grant_holding() -> Ask:
    row, case = mismatch()
    return acted(case, row, Role.COUNTY, Act.GRANT, ruling="同一住址的新旧写法")


@act("office", "case_act/undo_holding")
def undo_holding() -> Ask:
    row, case = mismatch()
    do(case, Act.GRANT, office(row, "county"), raw={"ruling": ["同一住址的新旧写法"]})
    return acted(case, row, Role.COUNTY, Act.UNDO, note="看错了")


@act("office", "case_act/grant_retake")
def grant_retake() -> Ask:
    row = confirmed.completed()
    case = asked(row, "wrong_photo", by=office(row, "site"))
    return acted(case, row, Role.COUNTY, Act.GRANT)


@act("office", "case_act/grant_correction")
def grant_correction() -> Ask:
    row = confirmed.completed()
    case = asked(row)
    do(case, Act.FORWARD, office(row, "site"))
    do(case, Act.FORWARD, office(row, "county"))
    return acted(case, row, Role.CITY, Act.GRANT)


@act("office", "case_act/grant_identity")
def grant_identity() -> Ask:
    row = confirmed.completed()
    case = asked(row, "identity_change", by=office(row, "site"))
    do(case, Act.FORWARD, office(row, "county"))
    return acted(case, row, Role.CITY, Act.GRANT)


@act("office", "case_new/eligibility")
def open_eligibility() -> Ask:
    row = files.opened()
    sent = files.REFERRED["migrant"]
    handed = {f"{paper}.jpg": attached.paper(paper) for paper in ("form", "booklet", "permit", "school_roll")}
    return Ask(of(row), own(row, "cases/migrant/"), dict(sent), files=handed, answers=(302,))


def judging() -> tuple[Registration, Case]:
    row = files.opened()
    return row, files.give_on(row)


@act("office", "case_act/grant_eligibility")
def grant_eligibility() -> Ask:
    row, case = judging()
    return acted(case, row, Role.COUNTY, Act.GRANT, rules=files.checks(row))


@act("office", "case_act/return_eligibility")
def return_eligibility() -> Ask:
    row, case = judging()
    return acted(case, row, Role.COUNTY, Act.RETURN, reason="no_proof")


@act("office", "case_act/undo_eligibility")
def undo_eligibility() -> Ask:
    row = files.county_passed()
    return acted(Case.objects.get(registration=row), row, Role.COUNTY, Act.UNDO, note="看错了")


@act("office", "case_act/grant_withdrawal")
def grant_withdrawal() -> Ask:
    row = confirmed.signed()
    case = asked(row, "withdrawal")
    do(case, Act.FORWARD, office(row, "site"))
    return acted(case, row, Role.COUNTY, Act.GRANT)


@act("office", "case_act/grant_void")
def grant_void() -> Ask:
    row = confirmed.signed()
    case = asked(row, "void_number", by=office(row, "site"))
    return acted(case, row, Role.COUNTY, Act.GRANT)


@act("office", "case_act/refuse")
def refuse() -> Ask:
    row, case = handed_on()
    return acted(case, row, Role.COUNTY, Act.REFUSE, reason="rules")


@act("office", "case_act/return")
def give_back() -> Ask:
    row, case = exemption()
    return acted(case, row, Role.OPERATOR, Act.RETURN, reason="papers", note="证明没有盖章")


@act("office", "case_act/supply")
def supply() -> Ask:
    row, case = given_back(by="site")
    ask = acted(case, row, Role.OPERATOR, Act.SUPPLY, ground="poverty")
    return Ask(ask.client, ask.place, ask.body, files={"proof.jpg": attached.paper("AGAIN")}, answers=(302,))


@act("office", "case_act/withdraw")
def withdraw() -> Ask:
    row, case = exemption()
    return acted(case, row, Role.OPERATOR, Act.WITHDRAW, note="考生书面撤回")


@act("office", "case_act/undo")
def undo() -> Ask:
    row, case = handed_on()
    return acted(case, row, Role.OPERATOR, Act.UNDO, note="点错了")


@act("office", "case_act/receive")
def receive() -> Ask:
    row, case = decided()
    return acted(case, row, Role.OPERATOR, Act.RECEIVE)


@act("office", "case_act/object")
def object_on_paper() -> Ask:
    row, case = received()
    return acted(case, row, Role.OPERATOR, Act.OBJECT, note="评估时没有带助视器")


@act("office", "case_notice")
def print_notice() -> Ask:
    row, case = decided()
    return Ask(of(row), f"/cases/{case.pk}/notice/", {})


# a candidate


@act("candidate", "request_new")
def request_new() -> Ask:
    row = after_sign_up()
    sent = {"ground": "poverty", "consent": consent(row).version}
    files = {"proof.jpg": attached.paper("PROOF")}
    return Ask(inside(row), "/requests/new/fee_exemption/", sent, files=files, answers=(302,))


@act("candidate", "request_new/holding")
def request_correction() -> Ask:
    row = after_sign_up()
    redraft(row)
    hand_in(row, "correction")
    return Ask(inside(row), "/requests/new/correction/", {"why": "邮政编码抄错了一位"}, answers=(302,))


@act("candidate", "request_act/supply")
def request_supply() -> Ask:
    row, case = given_back()
    return asks(case, row, Act.SUPPLY, ground="poverty")


@act("candidate", "request_act/withdraw")
def request_withdraw() -> Ask:
    row, case = exemption()
    return asks(case, row, Act.WITHDRAW, note="不申请了", save_password=PASSWORD)


@act("candidate", "request_act/receive")
def request_receive() -> Ask:
    row, case = decided()
    return asks(case, row, Act.RECEIVE)


@act("candidate", "request_act/object")
def request_object() -> Ask:
    row, case = received()
    return asks(case, row, Act.OBJECT, note="评估时没有带助视器")
