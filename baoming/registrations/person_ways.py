"""The ways to prove that it is oneself (实人认证, R10): which are offered to whom, and what each failure asks for.

Face is never the only way: the card shown at the site is always one of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baoming.registrations.providers.base import Failure

FACE, NETWORK, CARD = "face", "network", "card"
ONLINE = (FACE, NETWORK)
NAMES = {FACE: "人脸识别", NETWORK: "国家网络身份认证（网号、网证）", CARD: "到报名点出示身份证"}
_OTHERS = "也可以换下面的其他方式"
SENTENCES: Mapping[Failure, str] = {
    Failure.NAME_NUMBER: "姓名、证件号和公安机关的记录对不上。请带身份证到报名点核对",
    Failure.NOT_SAME: f"没能确认是同一个人。可以换个光线好的地方、正对镜头再做一次，{_OTHERS}",
    Failure.LIVENESS: f"没有拍清楚真人的脸。请摘下口罩和帽子，在光线好的地方再做一次，{_OTHERS}",
    Failure.NO_RECORD: "查不到可以核对的记录，再做一次也不会通过。请换其他方式",
    Failure.DECLINED: f"您没有允许核对。可以重新做一次，{_OTHERS}",
    Failure.EXPIRED: f"页面已经过时，这次没有做完。可以重新做一次，{_OTHERS}",
    Failure.TRIES: "这种方式今天不能再试了。请换其他方式，或者明天再来",
    Failure.BROKEN: f"认证服务中途出了问题，不是您的原因。可以再做一次，{_OTHERS}",
    Failure.OTHER: f"这次没有通过。可以再做一次，{_OTHERS}",
}
ANOTHERS_NUMBER = "another"  # a 网号 with which somebody else has passed: kept as a failure of ours, not of a service
CORRECTED = "corrected"  # name or number were changed while the check lay open: likewise ours
_NO_NETWORK = f"没有查到您的网号、网证。请先在“国家网络身份认证”应用里申领，再来做，{_OTHERS}"
_ANOTHERS = "这个网号已用于另一名考生的认证。请用您本人的网证，或者到报名点出示身份证"
_CORRECTED = "认证期间，您登记的姓名或证件号码有变更，这次认证不算。请按现在登记的信息重新做一次"
_YOUNG = "未满{age}周岁，做人脸识别要先由监护人同意：请监护人到报名点签同意书。不用等，也可以换下面的其他方式"


@dataclass(frozen=True, slots=True)
class Ways:
    """What the season says. `guardian_under`: years of age below which a face needs the guardian's consent."""

    keys: tuple[str, ...]
    guardian_under: int
    consent: str  # its version
    tick: str
    articles: tuple[str, ...]

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> "Ways":
        """Read person_check.json. Raises ValueError for an unknown way, and where the card is none."""
        keys, consent = tuple(content["ways"]), content["consent"]
        if unknown := set(keys) - NAMES.keys():
            raise ValueError(f"unknown ways of the person check: {', '.join(sorted(unknown))}")
        if CARD not in keys:
            raise ValueError("the card shown at the site must be one of the ways: a face is never the only one")
        return cls(
            keys, int(content["guardian_under"]), consent["version"], consent["tick"], tuple(consent["articles"])
        )


@dataclass(frozen=True, slots=True)
class Person:
    """What decides which ways somebody has. `consented`: the guardian has, in writing."""

    birth: date
    consented: bool


def offered(ways: Ways, *, served: Collection[str]) -> list[str]:
    """Return the ways of the season for which there is a service; the card needs none."""
    return [key for key in ways.keys if key == CARD or key in served]


def obstacle(ways: Ways, way: str, person: Person, *, today: date) -> str:
    """Return why this person cannot go this way now, in a sentence; empty when they can (个人信息保护法 31)."""
    if way == FACE and not person.consented and age(person.birth, today=today) < ways.guardian_under:
        return _YOUNG.format(age=ways.guardian_under)
    return ""


def age(birth: date, *, today: date) -> int:
    """Return full years. Who is born on 29 February has the birthday on 1 March of other years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def sentence(failure: str, way: str = FACE) -> str:
    """Return what to do about a check that was not passed."""
    if failure == ANOTHERS_NUMBER:
        return _ANOTHERS
    if failure == CORRECTED:
        return _CORRECTED
    if (failure, way) == (Failure.NO_RECORD.value, NETWORK):
        return _NO_NETWORK
    known = failure in Failure._value2member_map_
    return SENTENCES[Failure(failure) if known else Failure.OTHER]
