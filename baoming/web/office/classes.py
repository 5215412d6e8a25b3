"""Classes: those of a site with their counts, and one class with where each pupil stands (R21, R22).

The class teacher sees the own classes, as progress only: no candidate's page, no act, no number of a document.
"""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baoming.organizations.models import Organization
from baoming.organizations.queries import namesakes, sites_of
from baoming.organizations.roles import Role
from baoming.registrations.class_progress import Place
from baoming.registrations.class_queries import ClassCount, Member, class_counts, members, site_counts
from baoming.registrations.models import Registration
from baoming.registrations.tasklist import Status
from baoming.reviews.class_queries import facts_of_members, places_of, plan_of, submitted_by
from baoming.reviews.services.class_acts import KINDS
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest, staff_may

NAMELESS = "（没有班级）"
MOST_IN_ONE = 25  # pupils in one column
# What the page of each act says: its heading, and what to know before it is done.
TITLES = {
    "class_print": ("打印登记表", "按学号一人一张，前面附签字名单；打印以后考生又保存的，要重新打印"),
    "signature": ("登记签字", "收齐签了字的登记表，对照名单：没有签的去掉勾"),
    "moral": ("录入品德考核意见", "全班用一份意见，个别不同的在本人一行单独填写"),
    "submission": ("上报县（市、区）", "每人以现在保存的版本上报；上报以后要更正，先撤回上报"),
    "completion": ("县区完成", "完成以后考生不能再修改；要改须由本县重新打开"),
    "review": ("市州终审", "每人以签字的版本上报，版本和指纹从此不变"),
}
AREA = ("submission", "completion", "review")  # acts that look at no paper: also done for a whole area


@dataclass(frozen=True, slots=True)
class Button:
    """One act on the class as a button: how many it can be done to now, and how many it will skip."""

    title: str
    href: str
    ready: int
    skipped: int
    filled: bool  # what comes next: at most one


@require_safe
@staff_may("see_classes")
def index(request: OfficeRequest) -> HttpResponse:
    """The classes of the own site; above it, the sites with their counts."""
    if request.staff.office.level == Organization.Level.SITE:
        return _classes(request, request.staff.office)
    sites = [site for site, _ in sites_of(request.season.pk, request.staff.path)]
    counts = site_counts(request.season.pk, [site.pk for site in sites])
    sent = submitted_by("site", Registration.objects.filter(season=request.season).within(request.staff.path))
    rows = [(site, counts[site.pk], sent.get(site.pk, 0)) for site in sites]
    return render(request, "office/classes_sites.html", {"rows": rows, "acts": _acts_of_area(request)})


@require_safe
@staff_may("see_classes")
def of_site(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """The classes of one site."""
    return _classes(request, site_in_scope(request, site_id))


@require_safe
@staff_may("see_classes")
def one(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """One class: its pupils in the order of their numbers, and what can be done to all of them."""
    site, name = site_in_scope(request, site_id), request.GET.get("name", "")
    pupils = class_in_scope(request, site, name)
    facts = facts_of_members(pupils, clock=request.clock)
    places = places_of(pupils, facts)
    party, half = request.actor.kind, (len(places) + 1) // 2 if len(places) > MOST_IN_ONE else len(places)
    mine = [key for key in TITLES if request.staff.may(KINDS[key].action)]
    plans = {key: plan_of(key, pupils, facts, by=party) for key in mine}
    context = {
        "here": site,
        "name": name,
        "title": name or NAMELESS,
        "columns": [part for part in (places[:half], places[half:]) if part],
        "counts": _counts(places),
        "buttons": _buttons(site, name, {key: (len(plan.ready), len(plan.skipped)) for key, plan in plans.items()}),
        "open_story": request.staff.may("see_candidates"),
    }
    return render(request, "office/classes_one.html", context)


def site_in_scope(request: OfficeRequest, site_id: UUID) -> Organization:
    sites = Organization.objects.within(request.staff.path).filter(level=Organization.Level.SITE)
    return get_object_or_404(sites, pk=site_id)


def class_in_scope(request: OfficeRequest, site: Organization, name: str) -> list[Member]:
    """Return the pupils of a class; 404 for one that is not there, or that another teacher has."""
    teacher = _teacher(request)
    theirs = class_counts(request.season.pk, site.pk, teacher=teacher) if teacher else None
    pupils = members(request.season.pk, site.pk, name)
    if not pupils or (theirs is not None and name not in {one.name for one in theirs}):
        raise Http404
    return pupils


def class_address(site_id: UUID, name: str, route: str = "classes_one", **parts: str) -> str:
    return f"{reverse(f'office:{route}', kwargs={'site_id': site_id, **parts})}?{urlencode({'name': name})}"


def _classes(request: OfficeRequest, site: Organization) -> HttpResponse:
    teacher = _teacher(request)
    found = class_counts(request.season.pk, site.pk, teacher=teacher)
    if teacher and len(found) == 1:
        return redirect(class_address(site.pk, found[0].name))
    sent = submitted_by("class_name", Registration.objects.filter(season=request.season, site=site))
    rows = [(one, one.name or NAMELESS, class_address(site.pk, one.name), sent.get(one.name, 0)) for one in found]
    context = {"here": site, "rows": rows, "total": _total(found, sum(row[3] for row in rows)), "acts": []}
    if request.staff.office.level == Organization.Level.SITE:
        context["acts"] = _acts_of_area(request)
    return render(request, "office/classes.html", context)


def _total(found: list[ClassCount], sent: int) -> dict[str, int]:
    keys = found[0].counts if found else {}
    counts = {key: sum(one.counts[key] for one in found) for key in keys}
    return {"pupils": sum(one.pupils for one in found), "sent": sent, **counts}


def _teacher(request: OfficeRequest) -> str:
    """The name by which the roster knows a class teacher; empty for everybody else."""
    if request.staff.role != Role.TEACHER:
        return ""
    if not request.staff.name or namesakes(request.staff):  # whose classes they are cannot be told by the name
        raise Refused("本报名点有同名的班主任账号，不能确定班级；请报名点在名册和账号里把姓名区分开（如“李强（一）”）")
    return request.staff.name


def _counts(places: list[tuple[Member, Place]]) -> dict[str, int]:
    rows = [member.row for member, _ in places if member.row is not None]
    return {
        "all": len(places),
        "absent": len(places) - len(rows),
        "saved": sum(1 for row in rows if row.version),
        "signed": sum(1 for row in rows if row.signed_version),
        "problem": sum(1 for _, place in places if place.status is Status.PROBLEM),
    }


def _buttons(site: Organization, name: str, sizes: dict[str, tuple[int, int]]) -> list[Button]:
    following = next((key for key, (ready, _) in sizes.items() if ready), "")
    return [
        Button(
            KINDS[key].title, class_address(site.pk, name, "classes_act", kind=key), ready, skipped, key == following
        )
        for key, (ready, skipped) in sizes.items()
    ]


def _acts_of_area(request: OfficeRequest) -> list[tuple[str, str]]:
    """The acts that this office may do for its whole area at once."""
    keys = [key for key in AREA if request.staff.may(KINDS[key].action)]
    return [(KINDS[key].title, reverse("office:classes_all", kwargs={"kind": key})) for key in keys]
