"""The boxes of a class, written by hand: whose turn it is, and in a few words what keeps the pupil."""

import pytest

from baoming.audit.actors import Party
from baoming.registrations.class_progress import Known, place_of
from baoming.registrations.journey import Hold, State, rests_on
from baoming.registrations.tasklist import Status

NUMBERED = frozenset({"identity", "eligibility", "photo", "number"})
ACTIVE = NUMBERED | {"registration_fee", "person_check", "phone", "passwords"}
SAVED = ACTIVE | {"pledge", "form"}
SIGNED = SAVED | {"signature"}


def state(done: frozenset[str], **changes: object) -> State:
    return State(done=done, phases={}, **changes)  # type: ignore[arg-type]


def again(*steps: str) -> Known:
    return Known(signed_in=True, again=frozenset(steps))


# what is done · what is known · the boxes (# done, o the pupil's turn, w an office's, ! problem, - later) · the words
TABLE = [
    (frozenset({"identity"}), Known(), "w#------", "等资格审核"),
    (frozenset({"identity", "eligibility"}), Known(), "##w-----", "等采集照片"),
    (NUMBERED - {"number"}, Known(), "###w----", "等分配报名序号"),
    (NUMBERED, Known(), "####o---", "没有登录过"),
    (NUMBERED, Known(signed_in=True), "####o---", "未缴报名费"),
    (NUMBERED | {"registration_fee"}, Known(signed_in=True), "#####o--", "未做实人认证"),
    (ACTIVE - {"phone", "passwords"}, Known(signed_in=True), "#####o--", "未绑定手机"),
    (ACTIVE - {"passwords"}, Known(signed_in=True), "#####o--", "未设置密码"),
    (ACTIVE, Known(signed_in=True), "######o-", "未读承诺书"),
    (ACTIVE | {"pledge"}, Known(signed_in=True), "######o-", "没有开始填报"),
    (ACTIVE | {"pledge"}, Known(signed_in=True, drafted=True), "######o-", "草稿未保存"),
    (SAVED, Known(signed_in=True), "#######w", "等打印登记表"),
    (SAVED, Known(signed_in=True, printed=True), "#######w", "已打印，等签字"),
    (SIGNED, Known(signed_in=True), "########", "等品德考核"),
    (SIGNED | {"moral_assessment"}, Known(), "########", "等报名点上报"),
    (SIGNED | {"moral_assessment"}, Known(submitted=True), "########", "已上报，等县区完成"),
    (SIGNED | {"moral_assessment", "completion"}, Known(submitted=True), "########", "县区已完成，等市州终审"),
    (SIGNED | {"moral_assessment", "completion", "final_review"}, Known(), "########", "已终审"),
    # to be done again: what must be done, and whose turn it is
    (frozenset({"identity"}), again("eligibility"), "!#------", "资格审核已退回，等学生补办"),
    (SAVED - {"eligibility"}, again("eligibility"), "!######-", "资格审核已退回，等学生补办"),
    (SAVED - {"photo"}, again("photo", "signature"), "##!####-", "照片要重拍，请到报名点"),
    (SAVED - {"number"}, again("number"), "###w###-", "序号已作废，等重新分配"),
    (SAVED, again("signature"), "#######w", "签字已失效，等重新打印"),
    (SAVED, Known(again=frozenset({"signature"}), printed=True), "#######w", "已打印，等签字"),
    (SIGNED | {"moral_assessment"}, again("completion"), "########", "县区重新打开，等报名点上报"),
]  # fmt: skip
MARKS = {Status.DONE: "#", Status.TODO: "o", Status.DOING: "w", Status.PROBLEM: "!", Status.LATER: "-"}


@pytest.mark.parametrize(("done", "known", "drawn", "said"), TABLE)
def test_where_a_pupil_stands(done: frozenset[str], known: Known, drawn: str, said: str) -> None:
    place = place_of(state(done), known)
    assert "".join(MARKS[box.status] for box in place.boxes) == drawn
    assert place.said == said


def test_a_file_that_another_office_decides_says_which_also_after_a_return() -> None:
    asked = Known(again=frozenset({"eligibility"}), referred=True)
    for decider, words in ((Party.COUNTY, "等县区审批报考资格"), (Party.CITY, "等市州审批报考资格")):
        place = place_of(state(frozenset({"identity"}), only={"eligibility": decider}), asked)
        assert (place.said, place.status) == (words, Status.DOING)


def test_the_colour_of_the_words_is_that_of_the_box() -> None:
    assert place_of(state(NUMBERED), Known()).status is Status.TODO
    assert place_of(state(SAVED), Known()).status is Status.DOING
    assert place_of(state(SIGNED | {"moral_assessment", "completion", "final_review"}), Known()).status is Status.DONE


def test_one_who_has_not_been_to_the_desk_has_the_second_box_before_them() -> None:
    place = place_of(None, Known())
    assert "".join(MARKS[box.status] for box in place.boxes) == "-o------"
    assert place.said == "还没有到场采集"


def test_a_hold_is_a_problem_with_its_own_words() -> None:
    hold = Hold(steps=frozenset({"signature"}), reason="照片有阴影，请重拍")
    place = place_of(state(SAVED, holds=(hold,)), Known(printed=True))
    assert (place.boxes[7].status, place.said) == (Status.PROBLEM, "照片有阴影，请重拍")
    after = Hold(steps=frozenset({"completion"}), reason="思想品德考核不合格")
    place = place_of(state(SIGNED | {"moral_assessment"}, holds=(after,)), Known(submitted=True))
    assert (place.status, place.said) == (Status.PROBLEM, "思想品德考核不合格")
    debt = Hold(steps=frozenset(), reason="证件信息是手工录入的", todo="带身份证到报名点读卡")
    place = place_of(state(SIGNED | {"moral_assessment"}, holds=(debt,)), Known(submitted=True))
    assert (place.status, place.said) == (Status.PROBLEM, "带身份证到报名点读卡")


def test_who_has_stopped_waits_for_nothing() -> None:
    place = place_of(state(SAVED, stopped="报名已经中止"), Known())
    assert (place.said, place.status) == ("报名已中止", Status.PROBLEM)


def test_the_table_of_this_test_reaches_every_step_of_the_boxes() -> None:
    assert set(rests_on("signature")) | {"signature"} <= SIGNED
