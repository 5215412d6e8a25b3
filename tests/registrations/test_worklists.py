"""Where a person stands and what they wait for: every case is a line of a table written beforehand."""

from datetime import UTC, datetime

import pytest

from baoming.audit.actors import Party
from baoming.registrations.journey import BITS, JOURNEY, pack, rests_on
from baoming.registrations.worklists import APART, STAGES, TABS, Counts, Facts, stage_of, stuck, tabs_of
from baoming.schedule.windows import PhaseTime

OPEN = PhaseTime(open=True, opens=None, closes=None, over=False)
ALL_OPEN = {phase: OPEN for step in JOURNEY for phase in step.phases}
LATER = PhaseTime(open=False, opens=datetime(2022, 11, 10, 1, tzinfo=UTC), closes=None, over=False)
OVER = PhaseTime(open=False, opens=None, closes=datetime(2022, 11, 9, 9, tzinfo=UTC), over=True)


def done(*steps: str) -> int:
    return pack({*steps, *(before for step in steps for before in rests_on(step))})


WAY = {  # what was done last, with all before it: the stage
    "identity": "intake",
    "eligibility": "intake",
    "photo": "intake",
    "number": "form",
    "registration_fee": "form",
    "passwords": "form",
    "pledge": "form",
    "form": "sign",
    "signature": "moral",
}


@pytest.mark.parametrize(("step", "stage"), WAY.items())
def test_the_stage_is_the_first_step_that_is_waited_for(step: str, stage: str) -> None:
    assert stage_of(done(step)) == stage


def test_the_last_stages() -> None:
    both = done("signature", "moral_assessment")
    assert stage_of(both) == "complete"
    assert stage_of(both | BITS["completion"]) == "review"
    assert stage_of(both | BITS["completion"] | BITS["final_review"]) == "sent"
    assert stage_of(both, stopped=True) == "stopped"


def test_who_chose_another_way_is_not_left_behind() -> None:
    """Steps of some people only (specialty, declarations) keep nobody from the tab of the next office."""
    assert stage_of(done("signature", "moral_assessment")) == "complete"


@pytest.mark.parametrize("party", [Party.SITE, Party.COUNTY, Party.CITY, Party.PROVINCE])
def test_the_tabs_of_an_office_hold_everybody_once(party: Party) -> None:
    stages = [stage for tab in tabs_of(party) if tab.key != "all" for stage in tab.stages]
    assert sorted(stages) == sorted([*(stage for _, stage in STAGES), "sent", "stopped"])
    assert [tab.key for tab in tabs_of(party)][-len(APART) :] == list(APART)


def test_a_tab_counts_the_stages_it_gathers() -> None:
    counts = Counts({"intake": 3, "form": 4, "sent": 5}, approvals=2, problems=1, debts=6)
    assert {key: counts.under(TABS[key]) for key in ("all", "early", "sign", "handed")} == {
        "all": 12, "early": 7, "sign": 0, "handed": 5,
    }  # fmt: skip
    assert [counts.under(TABS[key]) for key in ("approval", "problem", "debts")] == [2, 1, 6]


SITE, COUNTY, CITY = Party.SITE, Party.COUNTY, Party.CITY
READY = done("signature", "moral_assessment")
RETURNED = READY & ~BITS["eligibility"]
SENTENCES = [  # facts, who reads, the sentence, whether it is quiet
    (Facts(done("identity")), SITE, "请审核报考资格", False),
    (Facts(done("identity")), COUNTY, "等报名点审核报考资格", True),
    (Facts(done("identity"), decider=COUNTY), SITE, "等县（市、区）招考机构审批报考资格", True),
    (Facts(done("identity"), decider=COUNTY), COUNTY, "请审核报考资格", False),
    (Facts(done("eligibility")), SITE, "请采集照片", False),
    (Facts(done("eligibility", "photo")), SITE, "请分配报名序号", False),
    (Facts(done("number")), SITE, "等考生缴报名费", True),
    (Facts(done("registration_fee")), SITE, "等考生做实人认证", True),
    (Facts(done("person_check")), SITE, "等考生绑定手机", True),
    (Facts(done("phone")), SITE, "等考生设置密码", True),
    (Facts(done("passwords")), SITE, "等考生签承诺书", True),
    (Facts(done("pledge")), SITE, "等考生填报并保存", True),
    (Facts(done("form"), version=1), SITE, "请打印登记表", False),
    (Facts(done("form"), version=1), COUNTY, "等报名点打印登记表", True),
    (Facts(done("form"), version=1, printed_version=1), SITE, "等考生到场签字", True),
    (Facts(done("form"), version=2, printed_version=1), SITE, "打印后又改了，请重打", False),
    (Facts(done("form"), version=2, printed_version=1), COUNTY, "打印后又改了，等报名点重打", True),
    (
        Facts(done("form"), version=2, printed_version=2, fallen=BITS["signature"]),
        SITE,
        "等考生重新签字",
        True,
    ),
    (Facts(done("signature"), version=1, printed_version=1), SITE, "请录入品德考核意见", False),
    (Facts(done("signature"), version=1, printed_version=1), CITY, "等报名点录入品德考核意见", True),
    (Facts(READY, version=1, printed_version=1), COUNTY, "请完成县区确认", False),
    (Facts(READY, version=1, printed_version=1), SITE, "等县（市、区）完成确认", True),
    (Facts(READY, version=1, printed_version=1, debts=1), COUNTY, "补读身份证后才能完成县区确认", False),
    (Facts(READY, version=1, printed_version=1, holds=("品德考核不合格",)), COUNTY, "品德考核不合格", False),
    (Facts(READY | BITS["completion"], version=1, printed_version=1), CITY, "请终审", False),
    (
        Facts(READY | BITS["completion"] | BITS["final_review"], version=1, printed_version=1),
        CITY,
        "已终审，报名办完",
        True,
    ),
    (Facts(READY, version=1, submitted=False), SITE, "请上报县（市、区）", False),
    (Facts(READY, version=1, submitted=False), COUNTY, "等报名点上报", True),
    (Facts(READY, version=1, fallen=BITS["completion"]), COUNTY, "重新打开过，改好后请再完成确认", False),
    (Facts(READY, version=1, fallen=BITS["completion"]), SITE, "重新打开过，等县（市、区）再完成确认", True),
    (
        Facts(READY, version=1, fallen=BITS["completion"], submitted=False),
        SITE,
        "重新打开过，改好后请再上报",
        False,
    ),
    (Facts(READY | BITS["completion"], version=1, fallen=BITS["final_review"]), CITY, "请重新终审", False),
    (Facts(READY, stopped=True, holds=("什么都有",)), COUNTY, "报名已中止", True),
    (
        Facts(READY & ~BITS["eligibility"], version=1, printed_version=1, fallen=BITS["eligibility"]),
        SITE,
        "资格审核已退回，请重新审核",
        False,
    ),
    (Facts(RETURNED, fallen=BITS["eligibility"]), COUNTY, "资格审核已退回，等报名点重新审核", True),
    (
        Facts(RETURNED, fallen=BITS["eligibility"], decider=CITY),
        COUNTY,
        "资格审核已退回，等报名点补正后再报",
        True,
    ),
    (Facts(RETURNED, fallen=BITS["eligibility"], decider=CITY), SITE, "资格审核已退回，请补正后再报", False),
    (Facts(RETURNED, fallen=BITS["eligibility"], decider=COUNTY, referred=True), COUNTY, "请审核报考资格", False),
    (Facts(done("form") & ~BITS["photo"], version=1, fallen=BITS["photo"]), SITE, "照片要重拍", False),
    (Facts(done("form"), version=1, photo="faulty"), SITE, "照片有问题，请处理", False),
    (Facts(done("form"), version=1, photo="faulty"), COUNTY, "照片有问题，等报名点处理", True),
    (Facts(done("form"), version=1, photo="retake"), COUNTY, "照片要重拍，等报名点重新采集", True),
    (Facts(done("form") & ~BITS["number"], fallen=BITS["number"]), SITE, "报名序号已作废，请重新分配", False),
    (Facts(done("form") & ~BITS["number"], fallen=BITS["number"]), CITY, "报名序号已作废，等报名点重新分配", True),
]


@pytest.mark.parametrize(("facts", "viewer", "words", "quiet"), SENTENCES)
def test_one_sentence_says_who_must_act(facts: Facts, viewer: Party, words: str, quiet: bool) -> None:
    found = stuck(facts, viewer, ALL_OPEN)
    assert (found.words, found.quiet) == (words, quiet)


def test_a_step_that_is_not_open_says_when_or_that_it_has_ended() -> None:
    facts = Facts(done("form"), version=1)
    later = stuck(facts, SITE, {**ALL_OPEN, "confirmation": LATER})
    assert (later.words, later.quiet) == ("登记表校对签字11月10日9:00开放", True)
    over = stuck(Facts(done("pledge")), SITE, {**ALL_OPEN, "sign_up": OVER, "proof_correction": OVER})
    assert (over.words, over.quiet) == ("报名信息已于11月9日17:00结束", False)
