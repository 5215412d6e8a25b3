"""R15, R20–R27, R32: special cases as services do them: opened, handed on, given back, decided, undone."""

import io
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from baoming.audit.actors import Party
from baoming.audit.models import Event
from baoming.messages.inbox import letters
from baoming.registrations.models import HoldRow, Registration
from baoming.registrations.queries import state_of
from baoming.reviews.case_queries import (
    TABS,
    acts_of,
    asked_in,
    case_counts,
    cases_within,
    content_of,
    granted,
    kind_of,
)
from baoming.reviews.cases import Act
from baoming.reviews.models import Case, CaseAct
from baoming.reviews.services import case_writing, complete_registration, transfer, withdraw
from baoming.reviews.services import cases as services
from baoming.reviews.services.case_notices import print_notice
from baoming.reviews.services.cases import act_on_case, open_case
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_save_form import me
from tests.reviews import case_table
from tests.reviews.asking import PROVINCE, WHY, Raw, after_sign_up, asked, do, hand_in, redraft
from tests.reviews.files import office

pytestmark = pytest.mark.django_db


def test_a_request_goes_from_the_site_to_the_county_to_the_city_and_is_granted() -> None:
    row = after_sign_up()
    case = asked(row)
    for act, level in ((Act.FORWARD, "site"), (Act.FORWARD, "county"), (Act.GRANT, "city")):
        assert case.holder == level
        case = do(case, act, office(row, level))
    assert (case.state, case.holder, case.due_at) == ("granted", "", None)
    assert [one.act for one in acts_of(case)] == ["open", "forward", "forward", "grant"]
    assert granted(row, "correction") == case
    verbs = Event.objects.filter(subject=row.pk, verb__startswith="case:").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["case:open", "case:forward", "case:forward", "case:grant"]


def test_who_decides_late_is_seen_by_the_term() -> None:
    row = after_sign_up()
    case = asked(row)
    assert case.due_at is not None
    assert (case.due_at - case.since).days == 2


def test_what_is_missing_is_said_at_once_and_nothing_is_lost() -> None:
    row = after_sign_up()
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "correction", raw={}, by=me(row))
    assert set(refusal.value.fields) == {"why", "application", "changes"}
    redraft(row)
    hand_in(row, "correction")
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "correction", raw={"why": [" "]}, by=me(row))
    assert set(refusal.value.fields) == {"why"}, "the picture that was sent is there"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"why": ["长" * 201]}, "why"),
        ({"why": ["a\x00b"]}, "why"),
        ({"why": ["a\ud800b"]}, "why"),
        ({"ground": ["rich"]}, "ground"),
        ({"ground": ["poverty", "orphan"]}, "ground"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_named(raw: Raw, field: str) -> None:
    row = after_sign_up()
    kind = "correction" if field == "why" else "fee_exemption"
    redraft(row)
    hand_in(row, kind)
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, kind, raw=raw, by=me(row))
    assert set(refusal.value.fields) == {field}


def test_a_button_pressed_twice_opens_one_and_forwards_once() -> None:
    row = after_sign_up()
    case = asked(row)
    assert open_case(row.pk, "correction", raw=WHY, by=me(row)) == case
    by = office(row, "site")
    for _ in range(2):
        act_on_case(case.pk, Act.FORWARD, seen=1, by=by)
    case.refresh_from_db()
    assert (case.desk, case.newest) == (1, 2)


def test_another_of_the_kind_is_not_opened_beside_it() -> None:
    row = after_sign_up()
    asked(row)
    with pytest.raises(Refused, match="已经有一件同类的事项在办理"):
        open_case(row.pk, "correction", raw={"why": ["另一处也错了"]}, by=me(row))


def test_whoever_decides_what_they_have_not_seen_is_stopped() -> None:
    """Approval races with withdrawal: the withdrawal was first."""
    row = after_sign_up()
    case = asked(row)
    do(case, Act.WITHDRAW, me(row), note="不改了")
    with pytest.raises(Changed, match="刚刚有新的办理"):
        act_on_case(case.pk, Act.FORWARD, seen=1, by=office(row, "site"))
    case.refresh_from_db()
    assert case.state == "withdrawn"


@pytest.mark.parametrize("level", ["county", "city"])
def test_an_office_out_of_turn_is_told_who_has_it(level: str) -> None:
    row = after_sign_up()
    case = asked(row)
    with pytest.raises(NotOpen, match="现在由报名点办理"):
        do(case, Act.GRANT, office(row, level))


def test_a_decided_case_is_not_decided_again() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    do(case, Act.FORWARD, office(row, "site"))
    do(case, Act.GRANT, office(row, "county"))
    with pytest.raises(NotOpen, match="已经决定"):
        do(case, Act.REFUSE, office(row, "county"), reason="rules")


def test_given_back_it_waits_for_whoever_asked_and_comes_back_to_the_same_desk() -> None:
    row = after_sign_up()
    case = asked(row)
    do(case, Act.FORWARD, office(row, "site"))
    case = do(case, Act.RETURN, office(row, "county"), reason="papers", note="申请没有签字")
    assert (case.state, case.holder, case.due_at) == ("returned", "candidate", None)
    case = do(case, Act.SUPPLY, me(row), raw={"why": ["邮政编码抄错了一位，申请已补签字"]})
    assert (case.state, case.holder) == ("waiting", "county")
    assert content_of(asked_in(acts_of(case)))["answers"] == {"why": "邮政编码抄错了一位，申请已补签字"}


@pytest.mark.parametrize("act", [Act.RETURN, Act.REFUSE])
def test_giving_back_and_refusing_say_why(act: Act) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    do(case, Act.FORWARD, office(row, "site"))
    for reason, note in (("", ""), ("nobody", ""), ("other", " ")):
        with pytest.raises(Invalid):
            do(case, act, office(row, "county"), reason=reason, note=note)
    assert do(case, act, office(row, "county"), reason="other", note="证明不是主管部门出具的").state != "waiting"


def test_the_candidate_is_told_of_news_and_not_of_what_kind() -> None:
    row = after_sign_up()
    case = asked(row)
    do(case, Act.RETURN, office(row, "site"), reason="papers")
    said = letters(row.pk, row.season)[0]
    assert said.title == "申请需要补正"
    assert "信息变更" not in said.text


def test_an_open_case_of_a_holding_kind_keeps_the_county_from_completing() -> None:
    row = after_sign_up()
    case = asked(row)
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=office(row, "site"))
    with pytest.raises(NotOpen, match="信息变更申请正在办理"):
        complete_registration(row.pk, by=office(row, "county"))
    do(case, Act.WITHDRAW, me(row), note="不改了")
    complete_registration(row.pk, by=office(row, "county"))


def test_control_without_the_hold_the_county_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_writing, "holding", lambda *_: False)
    row = after_sign_up()
    asked(row)
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=office(row, "site"))
    complete_registration(row.pk, by=office(row, "county"))
    row.refresh_from_db()
    assert "completion" in row.done_steps


def test_a_mismatch_that_was_confirmed_goes_on_holding_and_undoing_gives_it_back() -> None:
    row = after_sign_up()
    case = open_case(
        row.pk, "household_mismatch", raw={"source": ["户籍核查"], "differs": ["住址"]}, by=office(row, "county")
    )
    do(case, Act.FORWARD, office(row, "site"), raw={"found": ["看了户口簿原件"]})
    case = do(case, Act.REFUSE, office(row, "county"), reason="mismatch")
    assert HoldRow.objects.get(registration=row, cleared_at=None).kind == "case:household_mismatch"
    case = do(case, Act.UNDO, office(row, "county"), note="看错了")
    do(case, Act.GRANT, office(row, "county"), raw={"ruling": ["同一住址的新旧写法"]})
    assert not HoldRow.objects.filter(registration=row, cleared_at=None).exists()
    assert not state_of(Registration.objects.get(pk=row.pk)).holds


def test_where_two_are_required_whoever_opened_does_not_decide() -> None:
    row = after_sign_up()
    case = asked(row, "duplicate", by=office(row, "county"))
    with pytest.raises(NotOpen, match="两个人办理"):
        do(case, Act.GRANT, office(row, "county"), raw={"ruling": ["不是同一人"]})
    other = replace(office(row, "county"), id="county-2")
    assert do(case, Act.GRANT, other, raw={"ruling": ["不是同一人"]}).state == "granted"


def test_control_without_the_second_hand_one_person_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_require_other_hand", lambda *_: None)
    row = after_sign_up()
    case = asked(row, "duplicate", by=office(row, "county"))
    assert do(case, Act.GRANT, office(row, "county"), raw={"ruling": ["不是同一人"]}).state == "granted"


@pytest.mark.parametrize("kind", sorted(case_table.TIMES))
def test_a_case_is_opened_in_its_time_only(kind: str) -> None:
    row = confirmed.signed()
    for phase, may in case_table.TIMES[kind].items():
        make.season(phase)
        row.refresh_from_db()
        why_not = services.may_open_now(row, kind_of(row.season, kind))
        assert (why_not == "") is may, (phase, why_not)


@pytest.mark.parametrize("kind", sorted(case_table.OPENERS))
def test_only_the_named_parties_open_a_case(kind: str) -> None:
    row = after_sign_up()
    for party in ("candidate", "site", "county", "city"):
        by = me(row) if party == "candidate" else office(row, party)
        with transaction.atomic(), pytest.raises(Refused) as refusal:
            open_case(row.pk, kind, raw={}, by=by)
        refused = "提出" in str(refusal.value) and isinstance(refusal.value, NotOpen)
        assert refused is not (party in case_table.OPENERS[kind]) or "请先完成" in str(refusal.value)


def test_nothing_is_opened_or_decided_once_the_registration_has_stopped() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    withdraw(row.pk, reason="own_wish", by=office(row, "county"))
    with pytest.raises(NotOpen, match="已经中止"):
        do(case, Act.FORWARD, office(row, "site"))
    with pytest.raises(NotOpen, match="已经中止"):
        asked(row, "wrong_photo", by=office(row, "site"))


def test_a_photo_of_somebody_else_falls_with_what_stands_on_it() -> None:
    row = confirmed.completed()
    case = asked(row, "wrong_photo", by=office(row, "site"))
    do(case, Act.GRANT, office(row, "county"))
    row.refresh_from_db()
    assert row.photo_state == "retake"
    assert not {"photo", "signature", "completion"} & row.done_steps


def test_accommodation_ends_with_a_receipt_and_one_objection() -> None:
    row = after_sign_up()
    case = asked(row, "accommodation")
    do(case, Act.FORWARD, office(row, "site"))
    said = {"experts": ["李医生、王老师"], "assessed": ["11月12日，市特教学校"], "assessment": ["需要大字号试卷"]}
    do(case, Act.FORWARD, office(row, "city"), raw=said)
    case = do(case, Act.REFUSE, PROVINCE, reason="assessed_no")
    do(case, Act.RECEIVE, me(row))
    case = do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    assert (case.state, case.holder, case.objected) == ("waiting", "province", True)
    case = do(case, Act.GRANT, PROVINCE, raw={"granted": ["large_print"], "grounds": ["复核后同意大字号试卷"]})
    case = do(case, Act.RECEIVE, me(row))
    with pytest.raises(NotOpen):
        do(case, Act.OBJECT, me(row), note="再次提出")


def test_cases_follow_a_person_to_another_site() -> None:
    row = after_sign_up()
    case = asked(row)
    there = make.site("02")
    transfer(row.pk, to=there, reason="moved_school", note="", by=office(row, "county"))
    case.refresh_from_db()
    assert case.path == there.path


def test_acts_are_neither_changed_nor_deleted_and_lie_sealed() -> None:
    row = after_sign_up()
    case = asked(row)
    for act in (
        lambda: CaseAct.objects.update(reason="other"), lambda: CaseAct.objects.all().delete(),
        lambda: Case.objects.update(kind="bonus"), lambda: Case.objects.filter(pk=case.pk)._raw_delete("default"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            act()
    assert "邮政编码" not in acts_of(case)[0].content_sealed


def test_lists_say_who_has_what_and_their_counts_agree() -> None:
    row = after_sign_up()
    mine = asked(row)
    other = asked(row, "fee_exemption")
    do(other, Act.FORWARD, office(row, "site"))
    closed = asked(row, "wrong_photo", by=office(row, "site"))
    do(closed, Act.WITHDRAW, office(row, "site"), note="看错了")
    season, path = row.season_id, row.site.path
    found = {tab: [one.id for one in cases_within(season, path, tab=tab, party=Party.SITE, size=9)] for tab in TABS}
    assert found == {"mine": [mine.pk], "others": [other.pk], "closed": [closed.pk]}
    assert case_counts(season, path, Party.SITE) == {"mine": 1, "others": 1, "closed": 1}
    assert case_counts(season, make.site("03", of="0103").path, Party.SITE) == dict.fromkeys(TABS, 0)
    assert (Case.objects.get(pk=mine.pk).papers, Case.objects.get(pk=closed.pk).papers) == (1, 0)


def test_a_decision_on_accommodation_is_given_in_writing_with_the_way_against_it() -> None:
    row = after_sign_up()
    case = asked(row, "accommodation")
    with pytest.raises(Refused, match="还没有作出决定"):
        print_notice(case.pk, by=office(row, "site"))
    do(case, Act.FORWARD, office(row, "site"))
    said = {"experts": ["李医生"], "assessed": ["11月12日"], "assessment": ["需要"]}
    do(case, Act.FORWARD, office(row, "city"), raw=said)
    do(case, Act.GRANT, PROVINCE, raw={"granted": ["large_print"], "grounds": ["双眼矫正视力0.1"]})
    pages = PdfReader(io.BytesIO(print_notice(case.pk, by=office(row, "site")))).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for words in ("告知书", row.name, "大字号试卷", "双眼矫正视力0.1", "教学〔2017〕4号", "签收之日起5天内"):
        assert words in text


@pytest.mark.parametrize("act", [Act.UNDO, Act.OBJECT])
def test_a_closed_case_is_not_opened_again_beside_another_of_its_kind(act: Act) -> None:
    row = after_sign_up()
    if act is Act.UNDO:
        first = asked(row, "fee_exemption")
        do(first, Act.FORWARD, office(row, "site"))
        do(first, Act.REFUSE, office(row, "county"), reason="rules")
        kind, by = "fee_exemption", office(row, "county")
    else:
        first = asked(row, "accommodation")
        do(first, Act.FORWARD, office(row, "site"))
        said = {"experts": ["李医生"], "assessed": ["11月12日"], "assessment": ["需要"]}
        do(first, Act.FORWARD, office(row, "city"), raw=said)
        do(first, Act.REFUSE, PROVINCE, reason="assessed_no")
        do(first, Act.RECEIVE, me(row))
        kind, by = "accommodation", me(row)
    asked(row, kind)
    with pytest.raises(Refused, match="又提出了一件同类的事项"):
        do(first, act, by, note="看错了")
