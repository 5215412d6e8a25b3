"""What the audit administrator asks, read from a form, and each event found as the page and the file show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from baoming.audit.actors import PARTY_NAMES, STRANGER, Party
from baoming.organizations.models import Organization, Staff
from baoming.organizations.services.auditing import Asked, Found
from baoming.registrations.subject_queries import masked, subject_of
from baoming.shared.errors import Invalid
from baoming.shared.moments import BEIJING, full_stamp, typed_moment
from baoming.web.access import OfficeRequest
from baoming.web.office.words import ALL_VERBS, KINDS, numbered

FIELDS = ("since", "until", "actor", "office", "act", "about")
_USUAL = timedelta(days=7)  # looked back at where no beginning is given
_NAMESAKES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words. `subject`: what it was about, to be looked for alone."""

    time: str
    who: str
    role: str
    office: str
    act: str
    about: str
    subject: UUID | None
    told: str
    place: int | None


def read(request: OfficeRequest) -> Asked:
    """Read the form. Raises Invalid by field, with what to do."""
    sent = {name: request.POST.get(name, "").strip() for name in FIELDS}
    until = typed_moment(sent["until"][:30], "until") or _instant(request.POST.get("as_of", "")) or timezone.now()
    since = typed_moment(sent["since"][:30], "since") or until - _USUAL
    if since >= until:
        raise Invalid({"since": "开始时间要早于结束时间，请核对"})
    return Asked(
        since=since,
        until=until,
        verbs=_verbs(sent["act"]),
        actors=_actors(sent["actor"][:50]),
        office=_office(sent["office"][:50]),
        subject=_subject(request, sent["about"][:60]),
        before=_before(request.POST.get("before", "")),
    )


def acts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every act that can be looked for: kind by kind, each with itself as a whole first."""
    listed = [(kind, sorted(verbs, key=list(ALL_VERBS).index)) for kind, verbs in KINDS.items()]
    others = [verb for verb in ALL_VERBS if not any(verb in verbs for verbs in KINDS.values())]
    return [
        (kind, [(kind, f"{kind}：全部"), *((verb, ALL_VERBS[verb]) for verb in verbs)])
        for kind, verbs in [*listed, ("其他", others)]
    ]


def lines(found: Sequence[Found]) -> list[Line]:
    """Return the events in words: four questions however many they are."""
    staff = _staff(found)
    paths = {one.actor_path for one in found}
    offices = dict(Organization.objects.filter(path__in=paths).values_list("path", "name"))
    about = _about(found)
    return [_line(one, staff, offices, about) for one in found]


def _line(one: Found, staff: dict[str, Staff], offices: dict[str, str], about: dict[UUID, str]) -> Line:
    known = staff.get(one.actor_id)
    own = one.actor_kind == Party.CANDIDATE or one.actor_label == STRANGER.label  # of no office
    return Line(
        time=full_stamp(one.at),
        who=one.actor_label,
        role=known.get_role_display() if known else "" if own else PARTY_NAMES[Party(one.actor_kind)],
        office="" if own else offices.get(one.actor_path, ""),
        act=ALL_VERBS.get(one.verb, one.verb),
        about=about.get(one.subject, f"编号{str(one.subject)[:8]}…") if one.subject else "",
        subject=one.subject,
        told=_told(one.verb, one.details),
        place=one.place,
    )


def _told(verb: str, details: dict[str, object]) -> str:
    """Return what an event holds beside, as far as it says something: numbers of versions, how many of what."""
    said = [numbered(verb, details["version"])] if details.get("version") else []
    if isinstance(changed := details.get("changed"), list) and changed:
        said.append(f"改动{len(changed)}项")
    if device := details.get("device"):
        said.append(f"设备{str(device)[:6]}")
    return "，".join(said)


def _staff(found: Sequence[Found]) -> dict[str, Staff]:
    ids = {UUID(one.actor_id) for one in found if len(one.actor_id) == 36}
    return {str(row.account_id): row for row in Staff.objects.filter(account__in=ids)}


def _about(found: Sequence[Found]) -> dict[UUID, str]:
    """Return what events were about: people masked, offices, members of staff."""
    ids = {one.subject for one in found if one.subject}
    people = masked(ids)
    offices = dict(Organization.objects.filter(pk__in=ids - set(people)).values_list("pk", "name"))
    staff = dict(Staff.objects.filter(account__in=ids - set(people)).values_list("account_id", "name"))
    return {**staff, **offices, **people}


def _verbs(act: str) -> tuple[str, ...]:
    if not act:
        return ()
    found = next((tuple(verb for verb, _ in listed[1:]) for kind, listed in acts() if kind == act), ())
    if found or act in ALL_VERBS:
        return found or (act,)
    raise Invalid({"act": "请在列表里选择要找的操作"})


def _actors(wanted: str) -> tuple[str, ...]:
    """Return the accounts of this account name or this person's name."""
    if not wanted:
        return ()
    rows = Staff.objects.filter(Q(account__handle=wanted) | Q(name=wanted)).values_list("account_id", flat=True)
    if found := tuple(map(str, rows[:_NAMESAKES])):
        return found
    raise Invalid({"actor": "没有这个工作人员，请填写账号或完整的姓名"})


def _office(wanted: str) -> str:
    """Return the path of the one office of this name or code (0102, 0102-01)."""
    if not wanted:
        return ""
    county, _, site = wanted.partition("-")
    code = Q(code=site, parent__code=county, level="site") if site else Q(code=county, level="county")
    rows = Organization.objects.filter(code | Q(name__contains=wanted))[:6]
    exact = [row for row in rows if row.name == wanted] or list(rows)
    if len(exact) == 1:
        return exact[0].path
    names = "、".join(row.name for row in exact[:5])
    said = f"有几个单位符合：{names}，请填写全名或代码" if names else "没有这个单位，请填写全名，或代码如0102、0102-01"
    raise Invalid({"office": said})


def _subject(request: OfficeRequest, typed: str) -> UUID | None:
    """Return what is looked for: typed anew, or chosen before and kept in the form by its id alone."""
    typed = typed or request.POST.get("subject", "")[:60]
    if not typed or request.POST.get("drop"):
        return None
    if found := subject_of(request.season.pk, typed):
        return found
    raise Invalid({"about": "没有找到，请填写8位报名序号、18位身份证号码，或记录里的对象编号"})


def _before(text: str) -> tuple[datetime, int] | None:
    at, _, number = text.partition("|")
    moment = _instant(at)
    return (moment, int(number)) if moment and number.isascii() and number.isdigit() and len(number) < 19 else None


def _instant(text: str) -> datetime | None:
    """Read a time that this page itself has written; what is none counts as not given."""
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo and 2000 <= moment.year <= 2100 else None


def typed(moment: datetime) -> str:
    """Return a time as an input of type datetime-local holds it."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%dT%H:%M}"
