"""More time in a phase for one person, a class, a site, a county or a city (R1): one person asks, a second decides.

A granted area is one row that the calendar asks anyway. A class becomes a row for each of its people in one statement,
bounded by the size of a class: a condition on class names would cost every question of the calendar something.
Who joins the class later is not among them, and is asked for by name.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.announcements import LONGEST_TITLE, Notice
from baoming.messages.models import Announcement
from baoming.messages.services import tell_area, withdraw
from baoming.organizations.models import Organization
from baoming.registrations.extension_queries import concerned
from baoming.registrations.services.steps import require_two_hands, written_reason
from baoming.schedule.extending import ASKS, DECIDES, LONGEST_REASON, Scope, Wanted, may_ask, may_decide, problems
from baoming.schedule.models import ExtensionRequest, Phase
from baoming.schedule.services import end_extensions, extend_for_area, extend_for_people
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import moment

CLASS_MOST = 300  # people who are given rows of their own at once
State = ExtensionRequest.State


@transaction.atomic
def ask_extension(season: Season, wanted: Wanted, *, by: Actor) -> ExtensionRequest:
    """Ask for more time. Raises NotOpen for an office that may not ask for this, Invalid, Refused for nobody there."""
    if not may_ask(wanted.scope, by.kind, here=by.path, path=wanted.path):
        raise NotOpen(f"这个范围的延长由{_offices(ASKS[wanted.scope])}申请")
    now = season_now(season.pk)
    _refuse_wrong_time(season, wanted, now)
    assert wanted.closes is not None
    asked = ExtensionRequest(
        season=season, phase=wanted.phase, scope=wanted.scope, path=wanted.path, class_name=wanted.class_name,
        subject=wanted.subject, opens=wanted.opens, closes=wanted.closes, reason=wanted.reason.strip(),
        asked_at=now, asked_by=by.id, asked_label=by.label,
    )  # fmt: skip
    _refuse_nobody_or_crowd(asked)
    asked.save(force_insert=True)
    record("ask_extension", by=by, subject=_about(asked), path=asked.path, details=_details(asked))
    return asked


@transaction.atomic
def ask_end(request_id: UUID, *, reason: str, by: Actor) -> ExtensionRequest:
    """Ask to end a granted extension before its time. Raises NotOpen, Invalid, Refused while this is asked already."""
    granted = _locked(request_id)
    scope = Scope(granted.scope)
    asks = may_ask(scope, by.kind, here=by.path, path=granted.path)
    if not asks and not may_decide(scope, by.kind, here=by.path, path=granted.path):
        raise NotOpen(f"提前结束由{_offices(ASKS[scope] | DECIDES[scope])}申请")
    written = written_reason(reason, "提前结束", longest=LONGEST_REASON)
    now = season_now(granted.season_id)
    if granted.state != State.GRANTED or granted.ends_id or granted.closes <= now:
        raise Refused("这次延长已经结束，不用再提前结束")
    if ExtensionRequest.objects.filter(ends=granted, state=State.ASKED).exists():
        raise Refused("已经申请提前结束，正在等第二个人决定")
    asked = ExtensionRequest.objects.create(
        season=granted.season, ends=granted, phase=granted.phase, scope=granted.scope, path=granted.path,
        class_name=granted.class_name, subject=granted.subject, opens=granted.opens, closes=granted.closes,
        reason=written, asked_at=now, asked_by=by.id, asked_label=by.label,
    )  # fmt: skip
    record("ask_extension_end", by=by, subject=_about(asked), path=asked.path, details=_details(asked))
    return asked


@transaction.atomic
def grant(request_id: UUID, *, by: Actor) -> ExtensionRequest:
    """Grant what was asked: it takes effect at once, by the database's clock; an area is told by an announcement.

    Raises NotOpen for other offices and for who asked, Refused for what was decided already, Invalid where the time
    has become impossible since.
    """
    asked = _locked(request_id)
    _require_second(asked, by)
    now = season_now(asked.season_id)
    if asked.ends is not None:
        _end(asked.ends, now, by=by)
        record("grant_extension_end", by=by, subject=_about(asked), path=asked.path, details=_details(asked))
    else:
        _refuse_wrong_time(asked.season, _wanted(asked), now)
        _open(asked, now, by=by)
        record("grant_extension", by=by, subject=_about(asked), path=asked.path, details=_details(asked))
    _decide(asked, State.GRANTED, by=by, at=now)
    return asked


@transaction.atomic
def decline(request_id: UUID, *, by: Actor) -> ExtensionRequest:
    """Decline, for who decides; or take back, for who asked. Raises NotOpen for others, Refused once it is decided."""
    asked = _locked(request_id)
    if by.id != asked.asked_by:
        _require_decider(asked, by)
    _refuse_decided(asked)
    _decide(asked, State.DECLINED, by=by, at=season_now(asked.season_id))
    record("decline_extension", by=by, subject=_about(asked), path=asked.path, details=_details(asked))
    return asked


def _open(asked: ExtensionRequest, now: datetime, *, by: Actor) -> None:
    opens = max(asked.opens or now, now)
    people = _refuse_nobody_or_crowd(asked)
    if people:
        extend_for_people(asked, people, opens=opens, by=by)
    else:
        extend_for_area(
            asked.season_id, asked.phase, path=asked.path, opens=opens, closes=asked.closes, reason=asked.reason,
            by=by, request=asked,
        )  # fmt: skip
    if asked.subject is None:
        _announce(asked, now, by=by)


def _end(granted: ExtensionRequest, now: datetime, *, by: Actor) -> None:
    end_extensions(granted, now=now)
    granted.state = State.ENDED
    granted.save(update_fields=["state"])
    if Announcement.objects.filter(pk=granted.pk).exists():
        withdraw(granted.pk, by=by)


def _announce(asked: ExtensionRequest, now: datetime, *, by: Actor) -> None:
    """Tell the area. One person is nobody else's business: their own page shows the new time."""
    names = dict(Organization.objects.filter(path__in=[asked.path, by.path]).values_list("path", "name"))
    phase = Phase.objects.get(season=asked.season, key=asked.phase).name
    whom = f"{names[asked.path]}{asked.class_name}"
    text = f"“{phase}”延长到{moment(asked.closes)}，只适用于{whom}的考生。\n原因：{asked.reason}"
    part = asked.scope in (Scope.CLASS, Scope.SITE)  # of a county, whose others read the title as well
    notice = Notice(title=_title(phase, whom if part else ""), text=text, opens=now, closes=asked.closes)
    tell_area(asked.season, notice, key=asked.pk, path=asked.path, office=names.get(by.path, ""), by=by)


def _title(phase: str, whom: str) -> str:
    """Name the part of the county that it is for, if there is room."""
    title = f"{phase}延长"
    named = f"{title}（{whom}）" if whom else title
    return named if len(named) <= LONGEST_TITLE else title


def _refuse_nobody_or_crowd(asked: ExtensionRequest) -> dict[UUID, str]:
    """Return the people who are given rows of their own (to the path of their site); empty for an area."""
    if asked.scope not in (Scope.PERSON, Scope.CLASS):
        return {}
    people = dict(concerned(asked).values_list("pk", "path")[: CLASS_MOST + 1])
    if not people:
        raise Refused("找不到要延长的考生，可能已经转走或退出报名，请核对后再办")
    if len(people) > CLASS_MOST:
        raise Refused(f"这个班超过{CLASS_MOST}人，请县（市、区）按报名点申请延长")
    return people


def _refuse_wrong_time(season: Season, wanted: Wanted, now: datetime) -> None:
    phase = Phase.objects.filter(season=season, key=wanted.phase).first()
    days = phase.extension_days if phase else None
    if found := problems(wanted, phase.window() if phase else None, days, now=now):
        raise Invalid(found)


def _wanted(asked: ExtensionRequest) -> Wanted:
    return Wanted(
        Scope(asked.scope), asked.path, asked.phase, asked.opens, asked.closes, asked.reason, asked.class_name,
        asked.subject,
    )  # fmt: skip


def _locked(request_id: UUID) -> ExtensionRequest:
    rows = ExtensionRequest.objects.select_for_update(of=("self",)).select_related("season", "ends")
    return rows.get(pk=request_id)


def _require_decider(asked: ExtensionRequest, by: Actor) -> None:
    scope = Scope(asked.scope)
    if not may_decide(scope, by.kind, here=by.path, path=asked.path):
        raise NotOpen(f"这个范围的延长由{_offices(DECIDES[scope])}决定")


def _require_second(asked: ExtensionRequest, by: Actor) -> None:
    _require_decider(asked, by)
    if by.id == asked.asked_by:
        raise NotOpen("延长要两个人办理，申请的人自己不能决定")
    require_two_hands(asked.asked_by, by)
    _refuse_decided(asked)


def _refuse_decided(asked: ExtensionRequest) -> None:
    if asked.state != State.ASKED:
        raise Refused("这件申请已经办过，请刷新后核对")


def _decide(asked: ExtensionRequest, state: ExtensionRequest.State, *, by: Actor, at: datetime) -> None:
    asked.state, asked.decided_at, asked.decided_by, asked.decided_label = state, at, by.id, by.label
    asked.save(update_fields=["state", "decided_at", "decided_by", "decided_label"])


def _about(asked: ExtensionRequest) -> UUID:
    """Return whom an event of this request is about: the person where it is one."""
    return asked.subject or asked.pk


def _details(asked: ExtensionRequest) -> dict[str, object]:
    return {"phase": asked.phase, "kind": asked.scope}


def _offices(parties: frozenset[Party]) -> str:
    return "、".join(PARTY_NAMES[party] for party in Party if party in parties)
