"""Where each pupil of a class stands: the eight official boxes, and in a few words what keeps them."""

from dataclasses import dataclass, replace

from baoming.audit.actors import Party
from baoming.registrations.journey import JOURNEY, STEPS, State
from baoming.registrations.tasklist import Box, Status, boxes

_NOBODY = State(done=frozenset(), phases={})
# What a pupil waits for while this step is the first that is not done.
_WAITS = {
    "identity": "还没有到场采集",
    "eligibility": "等资格审核",
    "photo": "等采集照片",
    "number": "等分配报名序号",
    "registration_fee": "未缴报名费",
    "person_check": "未做实人认证",
    "phone": "未绑定手机",
    "passwords": "未设置密码",
    "pledge": "未读承诺书",
    "form": "没有开始填报",
    "signature": "等打印登记表",
    "moral_assessment": "等品德考核",
    "final_review": "县区已完成，等市州终审",
}
# What they wait for while it is to be done again; the pupil must come for the first two.
_AGAIN = {
    "eligibility": "资格审核已退回，等学生补办",
    "photo": "照片要重拍，请到报名点",
    "number": "序号已作废，等重新分配",
    "signature": "签字已失效，等重新打印",
}
_MUST_COME = ("eligibility", "photo")
_COMPLETION = {  # whether the county opened them again, whether the site has submitted them
    (False, False): "等报名点上报",
    (False, True): "已上报，等县区完成",
    (True, False): "县区重新打开，等报名点上报",
    (True, True): "县区重新打开，等再完成",
}
_DECIDERS = {
    Party.COUNTY: "等县区审批报考资格", Party.CITY: "等市州审批报考资格", Party.PROVINCE: "等省里审批报考资格",
}  # fmt: skip
_AFTER_BOXES = ("moral_assessment", "completion", "final_review")


@dataclass(frozen=True, slots=True)
class Known:
    """What more than the finished steps is known of one pupil."""

    signed_in: bool = False  # ever
    drafted: bool = False
    printed: bool = False  # the newest version
    submitted: bool = False
    again: frozenset[str] = frozenset()  # steps that fell, or were given back
    referred: bool = False  # to the office that decides about eligibility, which has not answered


@dataclass(frozen=True, slots=True)
class Place:
    """Where one pupil stands; `status` is the colour of `said`: whose turn it is."""

    boxes: list[Box]
    said: str
    status: Status


def place_of(state: State | None, known: Known) -> Place:
    """Return where a pupil stands; `state` is None for one who has not been to the desk."""
    if state is None:
        drawn = [replace(box, status=Status.TODO if box.letter == "身" else Status.LATER) for box in boxes(_NOBODY)]
        return Place(drawn, _WAITS["identity"], Status.TODO)
    drawn = boxes(state)
    if state.stopped:
        return Place(drawn, "报名已中止", Status.PROBLEM)
    letter = next((box.letter for box in drawn if box.status is Status.TODO), "")
    waiting = [step.key for step in JOURNEY if step.box == letter] if letter else list(_AFTER_BOXES)
    key = next((key for key in waiting if state.applies(key) and key not in state.done), "")
    if not key:
        return Place(drawn, "已终审", Status.DONE)
    status = _whose(key, state, known)
    holds = state.holds_on(key)
    said = (holds[0].todo or holds[0].reason) if holds else _said(key, state, known)
    return Place([replace(box, status=status) if box.letter == letter else box for box in drawn], said, status)


def _whose(key: str, state: State, known: Known) -> Status:
    if state.holds_on(key) or (key in _MUST_COME and _given_back(key, known)):
        return Status.PROBLEM
    return Status.TODO if Party.CANDIDATE in STEPS[key].actors else Status.DOING


def _given_back(key: str, known: Known) -> bool:
    """Whether it is to be done again and nobody has taken it up yet."""
    return key in known.again and not (key == "eligibility" and known.referred)


def _said(key: str, state: State, known: Known) -> str:
    if key == "registration_fee" and not known.signed_in:
        return "没有登录过"
    if key == "form" and known.drafted:
        return "草稿未保存"
    if key == "signature" and known.printed:
        return "已打印，等签字"
    if key == "completion":
        return _COMPLETION[key in known.again, known.submitted]
    if key in _AGAIN and _given_back(key, known):
        return _AGAIN[key]
    if key == "eligibility":
        return _DECIDERS.get(state.actors(key)[0], _WAITS[key])
    return _WAITS[key]
