"""What granting or refusing a case does beyond being known: each effect by the name that the season's kinds use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baoming.audit.actors import Actor
from baoming.registrations.models import Registration
from baoming.registrations.photo_queries import photos_of
from baoming.registrations.queries import current_photo
from baoming.registrations.services.retakes import send_back
from baoming.registrations.services.steps import refuse_if_disputed
from baoming.registrations.services.voids import void_number
from baoming.reviews.asked import Raw
from baoming.reviews.cases import ELIGIBILITY, Act, Kind
from baoming.reviews.models import Case, CaseAct
from baoming.reviews.services import referrals
from baoming.reviews.services.corrections import changes_asked, changes_shown, correct, open_again
from baoming.reviews.services.identity_changes import change_identity, identity_asked, identity_shown
from baoming.reviews.services.withdrawals import withdraw
from baoming.shared.errors import Refused
from baoming.shared.moments import short
from baoming.shared.services import update
from baoming.shared.text import serial

Extra = Mapping[str, Any]  # what a kind asks for beyond its questions, as it is kept
Problems = dict[str, str]


def _asks_nothing(_: Registration, __: Raw) -> tuple[Extra, Problems]:
    return {}, {}


def _does_nothing(_: Registration, __: Extra, *, by: Actor, at: datetime) -> None:
    """Known, and no more: others read it (`case_queries.granted`)."""


def _undoes_nothing(_: Registration, *, by: Actor, at: datetime) -> None:
    """What was only known is no longer; what cannot be taken back is `lasting` in the season's kinds."""


def _any_time(_: Registration, __: Kind, ___: Act | None) -> None:
    """As the kind's data says, and no more."""


def _not_frozen(registration: Registration, _: Kind, act: Act | None) -> None:
    """Whoever says that a change is not theirs has the form frozen: nothing is written over it from any side."""
    if act in (None, Act.SUPPLY, Act.FORWARD, Act.GRANT):
        refuse_if_disputed(registration)


def _follows_nothing(_: Registration, __: Kind, ___: Case, ____: CaseAct, *, by: Actor) -> None:
    """Nothing but a grant does anything."""


def _shows_nothing(_: Registration, __: Extra) -> list[tuple[str, str, str]]:
    return []


@dataclass(frozen=True, slots=True)
class Effect:
    """`read`: what is asked for beyond the questions, with problems. `shown`: what, old and new, in words.

    `granted`: done under the registration's lock, in the transaction that grants; `undone` in that which takes it back.
    `followed`: the same for every act, the opening among them. `moment`: raises NotOpen when none of them is in time
    (None: to be opened).
    """

    read: Callable[[Registration, Raw], tuple[Extra, Problems]] = _asks_nothing
    shown: Callable[[Registration, Extra], list[tuple[str, str, str]]] = _shows_nothing
    granted: Callable[..., None] = _does_nothing
    undone: Callable[..., None] = _undoes_nothing
    followed: Callable[..., None] = _follows_nothing
    moment: Callable[[Registration, Kind, Act | None], None] = _any_time
    undoing: str = ""  # what undoing a grant means beyond the case, for whoever is about to


def _photo_asked(registration: Registration, _: Raw) -> tuple[Extra, Problems]:
    photo = current_photo(registration)
    return ({"photo": str(photo.pk)} if photo is not None else {}), {}


def _photo_shown(registration: Registration, extra: Extra) -> list[tuple[str, str, str]]:
    """Say which photo is meant: another that was taken since stays in use."""
    photo = next((one for one in photos_of(registration) if str(one.pk) == extra.get("photo")), None)
    if photo is None:
        return []
    becomes = "作废，考生带身份证到报名点重拍" if photo.current else "已经换下，现在的照片不作废"
    return [("照片", f"{short(photo.taken_at)}采集的", becomes)]


def _retake(registration: Registration, extra: Extra, *, by: Actor, at: datetime) -> None:
    photo = current_photo(registration)
    if photo is None or str(photo.pk) != extra.get("photo"):
        raise Refused("提出以后照片已经换过，不能作废现在的照片。请办结为“不同意”；现在的也不是本人的，看过再另行提出")
    send_back(registration, by=by, at=at)
    open_again(registration, ("intake", "confirmation", "submission"), by=by, at=at)


def _stops(reason: str) -> Callable[..., None]:
    def stop(registration: Registration, _: Extra, *, by: Actor, at: datetime) -> None:
        withdraw(registration.pk, reason=reason, by=by)
        registration.refresh_from_db(fields=["stopped_at"])

    return stop


def _number_asked(registration: Registration, raw: Raw) -> tuple[Extra, Problems]:
    return {"number": registration.number, "why": " ".join("".join(raw.get("why", [])[:1]).split())}, {}


def _number_shown(registration: Registration, extra: Extra) -> list[tuple[str, str, str]]:
    """Say what falls with the number: nothing brings it back."""
    if not extra.get("number"):
        return []
    found = [("报名序号", serial(extra["number"]), "作废，永不再用，报名点重新发号"),
             ("号码通知单、登记表", "有效", "全部作废，考生手里的请收回")]  # fmt: skip
    if "passwords" not in registration.done_steps:
        found.append(("激活码", "有效", "失效，发新号以后另打通知单"))
    if "signature" in registration.done_steps:
        found.append(("登记表签字", "已签", "作废，重新打印以后重新签"))
    return found


def _void(registration: Registration, extra: Extra, *, by: Actor, at: datetime) -> None:
    if registration.number != extra["number"]:
        raise Refused("提出以后报名序号已经变动，不用作废。请退回")
    void_number(registration.pk, reason=extra["why"], by=by)
    registration.refresh_from_db()


def _consent(registration: Registration, _: Extra, *, by: Actor, at: datetime) -> None:
    registration.guardian_consented = True
    update(registration, "guardian_consented")


def _unconsent(registration: Registration, *, by: Actor, at: datetime) -> None:
    registration.guardian_consented = False
    update(registration, "guardian_consented")


EFFECTS: dict[str, Effect] = {
    "noted": Effect(),
    "retake": Effect(_photo_asked, _photo_shown, _retake),
    "correction": Effect(changes_asked, changes_shown, correct, moment=_not_frozen),
    "guardian": Effect(granted=_consent, undone=_unconsent),
    "withdrawal": Effect(granted=_stops("own_wish")),
    "admitted": Effect(granted=_stops("admitted")),
    "deceased": Effect(granted=_stops("deceased")),
    "void_number": Effect(_number_asked, _number_shown, _void),
    "identity": Effect(identity_asked, identity_shown, change_identity, moment=_not_frozen),
    ELIGIBILITY: Effect(
        followed=referrals.follow,
        moment=referrals.refuse_unless_judged_now,
        undoing="撤销后报考资格要重新审批，审批以前不能发号、不能完成县区确认；已发的报名序号、已缴的费用不变",
    ),
}
