"""签字: who of the site has signed, who is waited for, and the list of those who must sign again (R20)."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from baoming.registrations.services.resign_lists import print_resign_list
from baoming.registrations.signature_queries import TABS, SignatureLine, signature_lines
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import pdf
from baoming.web.office.classes import NAMELESS, class_address

PAGE = 100
EMPTY = {
    "again": "没有要重签的人：签过字的登记表都还有效。考生保存新版本或换照片以后，签过的表作废，人会列在这里",
    "waiting": "没有等签字的人：打印过的都已签字，或还没有打印",
    "unprinted": "没有等打印的人：保存过的都已打印",
    "signed": "还没有人签字。打印登记表，考生校对签字以后登记，或上传签字页",
}


@require_safe
@staff_may("sign_sheet")
def index(request: OfficeRequest) -> HttpResponse:
    """One tab of the list, of one class or of all."""
    return _page(request)


@require_POST
@staff_may("sign_sheet")
def print_list(request: OfficeRequest) -> HttpResponse:
    """重签名单 as a PDF. A print is logged, so this is never a GET."""
    chosen = request.POST.get("class", "")
    lines = [one for one in _lines(request, chosen) if one.tab == "again"]
    title = chosen or "全部班级"
    try:
        made = print_resign_list(lines, season=request.season, site=request.staff.office, title=title, by=request.actor)
    except Invalid as refusal:
        return _page(request, refusal.fields)
    return pdf(made, "resign-list.pdf")


def _lines(request: OfficeRequest, chosen: str) -> list[SignatureLine]:
    lines = signature_lines(request.season.pk, request.staff.path)
    return [one for one in lines if chosen in ("", one.person.class_name)]


def _page(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    everybody = _lines(request, "")
    classes = list(dict.fromkeys(one.person.class_name for one in everybody if one.person.class_name))
    chosen = request.GET.get("class", "")
    chosen = chosen if chosen in classes else ""
    lines = [one for one in everybody if chosen in ("", one.person.class_name)]
    tab = next((key for key in TABS if key == request.GET.get("tab")), "again")
    shown = [one for one in lines if one.tab == tab]
    address = f"?{urlencode({'class': chosen, 'tab': tab})}&page="
    context = {
        "tabs": [_tab(key, lines, chosen, current=key == tab) for key in TABS],
        "tab": tab,
        "classes": [("", "全部"), *((name, name) for name in classes)],
        "chosen": chosen,
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "total": len(shown),
        "address": address,
        "empty": EMPTY[tab],
        "class_page": class_address(request.staff.office_id, chosen) if chosen else "",
        "nameless": NAMELESS,
        "errors": errors or {},
    }
    return render(request, "office/signatures.html", context, status=422 if errors else 200)


def _tab(key: Any, lines: list[SignatureLine], chosen: str, *, current: bool) -> dict[str, Any]:
    count = sum(1 for one in lines if one.tab == key)
    return {
        "title": TABS[key], "count": count, "current": current, "tone": "problem" if key == "again" and count else "",
        "href": f"?{urlencode({'class': chosen, 'tab': key})}",
    }  # fmt: skip
