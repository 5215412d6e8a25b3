"""谁看过我的信息: what was done with the own registration and by whom, day by day (R30)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baoming.audit.actors import PARTY_NAMES, STRANGER, Party
from baoming.audit.queries import Deed, deeds
from baoming.organizations.models import Organization, Staff
from baoming.shared.moments import BEIJING, moment
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.office.words import ALL_VERBS, numbered

PAGE = 60
_LOOKED = {
    "see_candidate": "查看报名信息",
    "see_photo": "查看照片",
    "see_signed_page": "查看签字页",
    "find_elsewhere": "按证件号码查到报名点",
    "search_audit": "查看办理记录（审计）",
    "export_audit": "导出办理记录（审计）",
}
# An act that does or undoes a step is told by its own word; the step's event of the same instant says no more.
_TOLD_BY = {
    "step:form": {"save_form", "confirm_restore", "correct_form"},
    "step:identity": {"open_file", "retype_card"},
    "step:photo": {"take_photo", "pass_photo", "keep_photo", "accept_hand_in"},
    "undo:photo": {"return_photo"},
    "step:household": {"match_household"},
    "undo:household": {"return_household", "save_form"},
    "step:declarations": {"declare"},
    "step:eligibility": {"undo_review:returned"},
    "undo:eligibility": {"return_eligibility", "undo_review:passed"},
    "undo:moral_assessment": {"withdraw_assessment"},
    "undo:signature": {"void_signature"},
    "undo:completion": {"reopen"},
    "undo:final_review": {"undo_final_review"},
    "undo:number": {"void_number"},
    "hold:dispute": {"dispute"},
    "hold:case": {"case:open", "case:undo"},
    "clear:case": {"case:grant", "case:refuse", "case:withdraw"},
    "clear:dispute": {"release"},
    "clear:reverification": {"reread_card"},
    "hold:system_check": {"open_file", "retype_card", "ask_check", "answer_check"},
    "clear:system_check": {"reread_card", "retype_card", "ask_check", "answer_check"},
}
_INSTANT = timedelta(seconds=2)  # the events of one act lie closer together


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of act by one person on one day."""

    what: str
    who: str
    when: str


@require_safe
@candidate_required
def viewers(request: CandidateRequest) -> HttpResponse:
    """Everything of the own registration, newest first; `before`: the event from which an older page goes on."""
    before = request.GET.get("before", "")
    first = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = deeds(request.registration.pk, before=first, limit=PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "candidate/viewers.html", {"days": _days(found[:PAGE]), "more": more, "further": first})


def _days(found: Sequence[Deed]) -> list[tuple[str, list[Line]]]:
    """Return each day with its lines; who does the same several times a day stands there once."""
    who = _people(found)
    told = [one for one in found if not _is_told(one, found)]
    return [
        (day, [_line(same, who) for same in _together(list(deeds_of_day))])
        for day, deeds_of_day in groupby(told, key=lambda one: moment(one.at).partition("）")[0] + "）")
    ]


def _is_told(one: Deed, found: Sequence[Deed]) -> bool:
    """Whether another event of the same act tells it in a word of its own."""
    words = _TOLD_BY.get(one.verb, set())
    return any(
        other.verb in words and other.actor_id == one.actor_id and abs(other.at - one.at) < _INSTANT for other in found
    )


def _together(found: Sequence[Deed]) -> Iterable[list[Deed]]:
    alike: dict[tuple[object, ...], list[Deed]] = {}
    for one in found:
        alike.setdefault((one.verb, one.actor_id, one.actor_path, one.label, one.details.get("version")), []).append(
            one
        )
    return alike.values()


def _line(same: Sequence[Deed], who: dict[tuple[str, str], str]) -> Line:
    newest, oldest = same[0], same[-1]
    what = _LOOKED.get(newest.verb) or ALL_VERBS.get(newest.verb, newest.verb)
    if version := newest.details.get("version"):
        what = f"{what}（{numbered(newest.verb, version)}）"
    times = "—".join(dict.fromkeys((_clock(oldest.at), _clock(newest.at))))
    return Line(what, who[newest.actor_id, newest.actor_path], f"{times}，{len(same)}次" if len(same) > 1 else times)


def _people(found: Sequence[Deed]) -> dict[tuple[str, str], str]:
    """Return who acted, as office, post and name: two questions however many there are."""
    ids = {UUID(one.actor_id) for one in found if len(one.actor_id) == 36 and one.kind != Party.CANDIDATE}
    posts = {str(row.account_id): row.get_role_display() for row in Staff.objects.filter(account__in=ids)}
    paths = {one.actor_path for one in found}
    offices = dict(Organization.objects.filter(path__in=paths).values_list("path", "name"))
    return {(one.actor_id, one.actor_path): _who(one, posts, offices) for one in found}


def _who(one: Deed, posts: dict[str, str], offices: dict[str, str]) -> str:
    if one.kind == Party.CANDIDATE:
        return "本人"
    if one.kind == Party.SYSTEM:
        return one.label if one.label == STRANGER.label else "系统自动办理"
    office = offices.get(one.actor_path, "")
    post = posts.get(one.actor_id, "" if office else PARTY_NAMES[Party(one.kind)])
    return "　".join(part for part in (office, post, one.label) if part)


def _clock(at: datetime) -> str:
    local = at.astimezone(BEIJING)
    return f"{local.hour}:{local.minute:02d}"
