"""How far the parts of a city or a province have come, from counts that are kept (docs/decisions/0013)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from baoming.organizations.models import Organization
from baoming.registrations.attached_queries import has_booklet, has_declarations
from baoming.registrations.list_queries import Filters, counts
from baoming.registrations.worklists import Counts, tabs_of
from baoming.reports.queries import Area as Counted
from baoming.reports.queries import areas_below, counted_at, together
from baoming.web.access import OfficeRequest
from baoming.web.office.areas import Area

_BELOW = {Organization.Level.PROVINCE: "city", Organization.Level.CITY: "county"}
# (title, the stage that is left behind): each column counts who has come further than it.
_COLUMNS = (
    ("已发号", "intake"),
    ("已保存", "form"),
    ("已签字", "sign"),
    ("县区已完成", "complete"),
    ("已终审", "review"),
)


def progress(request: OfficeRequest, area: Area) -> HttpResponse:
    """Answer with one line for each office directly below, which opens it."""
    office = area.office
    found = areas_below(request.season.pk, office.path)
    key = _BELOW[Organization.Level(office.level)]
    below = Organization.objects.filter(parent=office).order_by("path")
    whole = together(found)
    context = {
        "area": area,
        "key": key,
        "columns": [title for title, _ in _COLUMNS],
        "lines": [_line(one, found[one.path]) for one in below if one.path in found],
        "empty": [one for one in below if one.path not in found],
        "whole": _line(office, whole),
        "at": counted_at(request.season.pk),
        "booklets": has_booklet(request.season),
        "declaring": has_declarations(request.season),
        "facts": [(tab.title, whole.counts.under(tab), tab.key) for tab in tabs_of(request.actor.kind)],
    }
    return render(request, "office/progress.html", context)


def counts_here(request: OfficeRequest) -> Counts:
    """Return the counts of the own area: counted now for a site or a county, kept ones above."""
    staff, season = request.staff, request.season.pk
    if staff.office.level in _BELOW:
        return together(areas_below(season, staff.path)).counts
    return counts(Filters(season, staff.path))


def _line(office: Organization, counted: Counted) -> dict[str, Any]:
    base = counted.there
    steps = [(people, f"{people * 100 / base:.1f}" if base else "—") for people in map(counted.past, _PAST)]
    return {
        "code": office.code,
        "name": office.name,
        "expected": counted.expected,
        "there": base,
        "steps": steps,
        "bar": [(steps[index][1] if base else "0", tone) for index, tone in ((1, "pale"), (2, "mid"), (4, ""))],
        "left": base - steps[-1][0],
        "problems": counted.counts.problems,
        "debts": counted.counts.debts,
        "overdue": counted.overdue,
        "stopped": counted.counts.stages["stopped"],
    }


_PAST = tuple(stage for _, stage in _COLUMNS)
