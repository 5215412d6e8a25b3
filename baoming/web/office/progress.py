"""How far the parts of a city or a province have come, and choosing one, from kept counts (docs/decisions/0013)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from baoming.organizations.models import Organization
from baoming.registrations.attached_queries import has_booklet, has_declarations
from baoming.registrations.list_queries import Filters, counts
from baoming.registrations.worklists import Counts
from baoming.reports.queries import Area as Counted
from baoming.reports.queries import areas_below, counted_at, together
from baoming.web.access import OfficeRequest
from baoming.web.office.areas import Area

Column = tuple[str, Callable[[Counted], int]]  # a title, and which of the kept counts stands under it
_BELOW = {Organization.Level.PROVINCE: "city", Organization.Level.CITY: "county"}
# (title, the stage that is left behind): each column counts who has come further than it.
_COLUMNS = (
    ("已发号", "intake"),
    ("已保存", "form"),
    ("已签字", "sign"),
    ("县区已完成", "complete"),
    ("已终审", "review"),
)


@dataclass(frozen=True, slots=True)
class Below:
    """The offices directly below one, which `key` opens; those without a site stand apart. `at`: of which minute."""

    key: str
    counted: list[tuple[Organization, Counted]]
    empty: list[Organization]
    at: datetime | None

    @property
    def whole(self) -> Counted:
        return together(counted for _, counted in self.counted)


def progress(request: OfficeRequest, area: Area) -> HttpResponse:
    """Answer with one line for each office directly below, which opens it."""
    below = _below(request, area)
    context = {
        "area": area,
        "below": below,
        "columns": [title for title, _ in _COLUMNS],
        "lines": [_line(office, counted) for office, counted in below.counted],
        "whole": _line(area.office, below.whole),
        "booklets": has_booklet(request.season),
        "declaring": has_declarations(request.season),
    }
    return render(request, "office/progress.html", context)


def choose(
    request: OfficeRequest, area: Area, title: str, columns: Sequence[Column], *, above: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """Answer with the offices directly below and what is kept of each: one is opened to see its list.

    `above`: address and title of the pages that the list stands under.
    """
    below = _below(request, area)
    context = {
        "area": area,
        "below": below,
        "title": title,
        "above": above,
        "columns": [words for words, _ in columns],
        "lines": [(office, [count(counted) for _, count in columns]) for office, counted in below.counted],
        "whole": [count(below.whole) for _, count in columns],
    }
    return render(request, "office/choose.html", context)


def _below(request: OfficeRequest, area: Area) -> Below:
    found = areas_below(request.season.pk, area.office.path)
    offices = list(Organization.objects.filter(parent=area.office).order_by("path"))
    return Below(
        key=_BELOW[Organization.Level(area.office.level)],
        counted=[(one, found[one.path]) for one in offices if one.path in found],
        empty=[one for one in offices if one.path not in found],
        at=counted_at(request.season.pk),
    )


def counts_here(request: OfficeRequest) -> Counts:
    """Return the counts of the own area: counted now for a site or a county, kept ones above."""
    staff, season = request.staff, request.season.pk
    if staff.office.level in _BELOW:
        return together(areas_below(season, staff.path).values()).counts
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
