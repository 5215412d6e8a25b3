"""系统核验 at the desk: how it stands, who acts, and what was typed corrected with nothing lost (R26, R27)."""

import pytest
from django.test import Client

from baoming.audit.models import Event
from baoming.registrations.models import Registration, SystemCheck
from baoming.registrations.providers.base import Verdict
from baoming.registrations.queries import document_of
from tests import factories as make
from tests.registrations.checked import answered
from tests.web.conftest import signed_in
from tests.web.test_office import typed

pytestmark = pytest.mark.django_db
JUDGING = ("全部符合，通过", "要由上级审批的")


def opened(office: Client) -> tuple[Registration, str]:
    make.season()
    signed_in(office, make.staff(make.site()))
    office.post("/desk/typing/", typed(make.number()))
    row = Registration.objects.get()
    return row, f"/desk/{row.pk}/"


def page(office: Client, place: str) -> str:
    return office.get(place).content.decode()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (None, ("正在系统核验", "由系统办理", "可以先采集照片", "看结果", "重新核验", "更正录入")),
        ("mismatch", ("系统核验不相符", "请报名点", "之前对照证件核对", "到公安机关核实", "重新核验", "更正录入")),
        ("no_record", ("系统核验查无记录", "请报名点", "之前对照证件核对", "到公安机关核实", "重新核验", "更正录入")),
        ("match", ("系统核验相符", "公安人口信息", *JUDGING)),
    ],
)
def test_the_desk_says_who_acts_until_when(office: Client, outcome: Verdict | None, said: tuple[str, ...]) -> None:
    row, desk = opened(office)
    if outcome:
        answered(row, outcome)
    shown = page(office, desk)
    assert [words for words in said if words not in shown] == []
    assert "欠读卡核验" in shown
    judges = outcome == "match"
    assert [words in shown for words in JUDGING] == [judges] * 2
    assert ("重新核验" in shown) is not judges


def test_a_review_sent_all_the_same_is_refused_in_a_sentence(office: Client) -> None:
    row, desk = opened(office)
    answered(row, "mismatch")
    refused = office.post(f"{desk}review/", {"act": "pass"})
    assert refused.status_code == 422
    assert "系统核验不相符" in refused.content.decode()


def test_the_typing_form_asks_why_and_keeps_the_answer(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    shown = page(office, "/desk/typing/")
    assert all(words in shown for words in ("为什么手工录入", "二代证失效", "因故不能到场"))
    number = make.number()
    missing = office.post("/desk/typing/", {**typed(number), "reason": ""})
    assert "请选择手工录入的原因" in missing.content.decode()
    wrong = office.post("/desk/typing/", {**typed(number), "reason": "absent", "birth": ""}).content.decode()
    assert 'value="absent" checked' in wrong
    assert office.post("/desk/typing/", {**typed(number), "reason": "absent"}).status_code == 302
    assert SystemCheck.objects.get().reason == "absent"


def test_what_was_typed_is_corrected_and_the_number_is_shown_nowhere(office: Client) -> None:
    row, desk = opened(office)
    answered(row, "mismatch")
    number = document_of(row).number
    form = page(office, f"{desk}check/")
    assert number not in form
    assert "湘岭市青麓县" in form
    assert Event.objects.filter(subject=row.pk).latest("id").verb == "see_candidate"
    new = typed(make.number())
    wrong = office.post(f"{desk}check/", {**new, "number": "123", "name": "欧阳思源"})
    assert wrong.status_code == 422
    assert "欧阳思源" in wrong.content.decode()
    assert office.post(f"{desk}check/", {**new, "name": "欧阳思源"}).headers["Location"] == desk
    row.refresh_from_db()
    assert row.name == "欧阳思源"
    assert "正在系统核验" in page(office, desk)
    answered(row)
    late = office.post(f"{desk}check/", new)
    assert late.status_code == 422
    assert "没有待办的系统核验" in late.content.decode()


def test_the_button_asks_once_more(office: Client) -> None:
    row, desk = opened(office)
    answered(row, "no_record")
    assert office.post(f"{desk}check/", {"act": "again"}).headers["Location"] == desk
    assert list(SystemCheck.objects.order_by("pk").values_list("state", flat=True)) == ["no_record", "waiting"]
    answered(row)
    refused = office.post(f"{desk}check/", {"act": "again"})
    assert refused.status_code == 422
    assert "没有待办的系统核验" in refused.content.decode()
