"""Special cases brought where a test wants them, by the services themselves."""

from collections.abc import Mapping, Sequence

from baoming.audit.actors import Actor, Party
from baoming.registrations.models import Registration
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services.cases import act_on_case, open_case
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.test_save_form import me, type_in
from tests.reviews.files import JPEG, REFERRED, hand_in, office

__all__ = ["JPEG", "hand_in"]
Raw = Mapping[str, Sequence[str]]
WHY: Raw = {"why": ["邮政编码抄错了一位"]}
ASKED: Mapping[str, Raw] = {
    "correction": WHY,
    "fee_exemption": {"ground": ["poverty"]},
    "accommodation": {"items": ["large_print", "time30"], "why": ["视力残疾二级"]},
    "household_mismatch": {"source": ["户籍核查"], "differs": ["住址"]},
    "roll_mismatch": {"source": ["学籍核查"], "differs": ["查无"]},
    "police_mismatch": {"source": ["公安身份核查"], "differs": ["姓名"]},
    "other_province": {"source": ["外省重复报名核查"], "differs": ["外省有报名"]},
    "duplicate": {"other": ["01020002"]},
    "wrong_photo": {"found": ["同学指出"]},
    "withdrawal": {"why": ["出国读书"]},
    "admitted": {"college": ["湘岭职业技术学院"]},
    "deceased": {"known": ["监护人告知"]},
    "void_number": {"why": ["读错证件"]},
    "identity_change": {"name": ["欧阳思源"], "why": ["户籍更名"]},
    **REFERRED,
}
PROVINCE = Actor(Party.PROVINCE, "province-1", "/", "刘建国")


def after_sign_up() -> Registration:
    row = confirmed.signed()
    make.season("confirmation")
    return row


def redraft(row: Registration, postcode: str = "410019") -> None:
    """Change the draft, as a candidate who has found a mistake."""
    type_in(row, {**FILLED, "postcode": [postcode]})


def asked(row: Registration, kind: str = "correction", raw: Raw | None = None, by: Actor | None = None) -> Case:
    """Open a case with all that it needs, for the candidate unless `by` says for whom."""
    if kind == "correction":
        redraft(row)
    by = by or me(row)
    hand_in(row, kind, by)
    return open_case(row.pk, kind, raw=ASKED[kind] if raw is None else raw, by=by)


def do(case: Case, act: Act, by: Actor, **more: object) -> Case:
    case.refresh_from_db()
    return act_on_case(case.pk, act, seen=case.newest, by=by, **more)  # type: ignore[arg-type]


def refused_accommodation(row: Registration, *, reason: str = "assessed_no", note: str = "") -> Case:
    """Ask for an accommodation, have it assessed, and refuse it: it waits to be signed for."""
    case = asked(row, "accommodation")
    do(case, Act.FORWARD, office(row, "site"))
    experts = {"experts": ["李医生"], "assessed": ["市特教学校"], "assessment": ["需要"]}
    do(case, Act.FORWARD, office(row, "city"), raw=experts)
    return do(case, Act.REFUSE, PROVINCE, reason=reason, note=note)


def through(case: Case, row: Registration, *levels: str) -> Case:
    """Hand the case on at each of `levels`, and grant it at the last."""
    for level in levels[:-1]:
        do(case, Act.FORWARD, office(row, level))
    return do(case, Act.GRANT, office(row, levels[-1]))
