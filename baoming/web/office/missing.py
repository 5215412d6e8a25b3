"""还缺什么: by reason, how many people lack it, and who they are (R22)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baoming.reviews import missing_queries as missing
from baoming.reviews.missing_queries import REASONS
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, area_or_404
from baoming.web.office.paging import paged
from baoming.web.office.progress import Column, choose

_COLUMNS: tuple[Column, ...] = (
    ("考生", lambda counted: counted.there),
    ("县区未完成", lambda counted: counted.there - counted.past("complete")),
    ("有问题", lambda counted: counted.counts.problems),
    ("欠核验", lambda counted: counted.counts.debts),
)


@require_safe
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """What people of a county or a site lack, with counts and names; above the county, one is chosen."""
    area = area_or_404(request)
    above = [(reverse("office:candidates") + area.address(), "考生")]
    if not area.is_listed:
        return choose(request, area, "还缺什么", _COLUMNS, above=above)
    return render(request, "office/missing.html", {"area": area, "above": above, **_listed(request, area)})


def _listed(request: OfficeRequest, area: Area) -> dict[str, object]:
    reason = request.GET.get("reason", "") if request.GET.get("reason", "") in REASONS else ""
    counts = missing.missing_counts(request.season.pk, area.path)
    rows = missing.missing_rows(request.season.pk, area.path, reason, by_class=area.is_single)
    titles = {"": "全部"} | {key: one.title for key, one in REASONS.items()}
    tabs = [
        {"title": title, "count": counts[key], "current": key == reason, "href": area.address(reason=key)}
        for key, title in titles.items()
    ]
    page = paged(request, rows, counts[reason], area.address(reason=reason))
    lines = [(row, missing.lacking(row)) for row in page["rows"]]
    return {"tabs": tabs, "reason": reason, "lines": lines, **page}
