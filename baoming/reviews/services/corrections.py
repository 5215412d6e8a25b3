"""Corrections after the deadline: what the candidate changed in the draft becomes the next version once granted (R15).

The draft is where a candidate changes the form at all times. A request takes what the draft says at that moment.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.forms.definition import as_raw
from baoming.forms.fields import Values
from baoming.registrations.exam_fees import SENTENCES, Change, change, exam_fee
from baoming.registrations.form_queries import (
    bound_phone,
    draft_of,
    form_of,
    newest_version,
    traits_of,
    typed_of,
    values_of,
    version_of,
)
from baoming.registrations.models import Registration
from baoming.registrations.services.forms import write_version
from baoming.registrations.services.openings import keep_open
from baoming.reviews.asked import Raw
from baoming.reviews.case_queries import granted
from baoming.seasons.queries import data
from baoming.shared.errors import Refused
from baoming.shared.money import yuan

REDONE_IN = timedelta(days=7)  # for signing, completing and sending up again what a decision undid
_WHY = "事项办结后重新办理"


def changes_asked(registration: Registration, _: Raw) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return the whole form as the draft has it, and the version that it is to follow; or what is wrong with it."""
    form, draft = form_of(registration.season), draft_of(registration)
    values, problems = form.clean(typed_of(registration, draft).raw, bound_phone=bound_phone(registration))
    if draft is None or values == values_of(newest_version(registration)):
        return {}, {"changes": "还没有改动。请先到报名信息里把要改的地方改好，草稿会自动保存，再回到这里提出"}
    if problems:
        return {}, {"changes": f"改动里还有{len(problems)}处要处理：{next(iter(problems.values()))}。改好再提出"}
    return {"base": registration.version, "values": values}, {}


def changes_shown(registration: Registration, extra: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, old and new of each field that the request changes, and of the exam fee where that changes."""
    if not extra:
        return []
    form, old = form_of(registration.season), values_of(version_of(registration, extra["base"]))
    shown = [(one.label, one.old, one.new) for one in form.differences(old, extra["values"])]
    due, becomes, what = _fee(registration, old, extra["values"])
    if what is not Change.NONE:
        # What it means is told until it is done: whoever has paid since has not paid too little.
        means = f"（{SENTENCES[what]}）" if registration.version == extra["base"] else ""
        shown.append(("高考考试费", f"{yuan(due)}元", f"{yuan(becomes)}元{means}"))
    return shown


def correct(registration: Registration, extra: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Write the next version as it was asked for; print, signature and completion fall with it. Call after `locked`.

    What falls may be done again for seven days where its time is over. Raises Refused where something was saved
    since it was asked, or the form has changed meanwhile: nobody decides what nobody has read.
    """
    if registration.version != extra["base"]:
        raise Refused(f"提出以后又保存了第{registration.version}版，请退回补正，由考生核对后再报")
    form = form_of(registration.season)
    values, problems = form.clean(as_raw(extra["values"]), bound_phone=bound_phone(registration))
    if problems or values != extra["values"]:
        raise Refused("填报项目在提出以后有调整，请退回补正，由考生按现在的项目改好再报")
    before = values_of(newest_version(registration))
    *_, what = _fee(registration, before, values)
    version = write_version(registration, values, at=at, by=by, before=before)
    details = {"version": version.number, "changed": list(version.changed)}
    record("correct_form", by=by, subject=registration.pk, path=registration.path, details=details)
    fee = ("exam_fee",) if what in _TO_PAY else ()
    open_again(registration, ("confirmation", "submission", *fee), by=by, at=at)


def _fee(registration: Registration, old: Values, new: Values) -> tuple[int, int, Change]:
    """Return the exam fee by the old form and by the new one, in fen, and what becomes of it; the exempt pay none."""
    if granted(registration, "fee_exemption"):
        return 0, 0, Change.NONE
    fees, paid = data(registration.season, "fees"), "exam_fee" in registration.done_steps
    due, becomes = (exam_fee(fees, values, traits_of(registration, values)) for values in (old, new))
    return due, becomes, change(due, becomes, paid=paid)


_TO_PAY = (Change.OWED, Change.OTHER, Change.MORE)


def open_again(registration: Registration, phases: tuple[str, ...], *, by: Actor, at: datetime) -> None:
    """Let `phases` be open for this one person for seven days at least: those that are over or end sooner."""
    for phase in phases:
        keep_open(registration, phase, until=at + REDONE_IN, reason=_WHY, by=by, at=at)
