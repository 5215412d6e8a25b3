"""What every page's frame knows. Reads only what the middleware attached: an error page asks no database."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from baoming.organizations.models import Staff
from baoming.organizations.roles import Role
from baoming.seasons.models import Season
from baoming.web.candidate.app import in_wechat
from baoming.web.candidate.area import Contact, hotlines
from baoming.web.cookies import kept
from baoming.web.sessions import itself

# (title, URL name, action of the role table)
_NAV = (
    ("今天", "office:today", "see_calendar"),
    ("受理", "office:desk", "intake"),
    ("照片", "office:photos", "see_photos"),
    ("考生", "office:candidates", "see_candidates"),
    ("待审批", "office:approvals", "see_approvals"),
    ("事项", "office:cases", "see_cases"),
    ("可疑改动", "office:alarms", "see_alarms"),
    ("班级", "office:classes", "see_classes"),
    ("打印", "office:prints", "print_sheet"),
    ("学籍名册", "office:rosters", "import_roster"),
    ("导入", "office:imports", "import_facts"),
    ("公告", "office:announcements", "announce"),
    ("暂停", "office:pause", "pause"),
    ("短信", "office:senders", "see_senders"),
    ("报名点", "office:sites", "see_segments"),
    ("号段", "office:segments", "see_segments"),
    ("工作人员", "office:staff", "see_staff"),
    ("审计", "office:audit", "see_audit"),
    ("县代码", "office:codes", "add_code"),
    ("演示时间", "office:clock", "set_clock"),
)

_ASIDE = {("office:classes", Role.PROVINCE)}  # it acts on no class, and its lists count by area: thousands of sites


@dataclass(frozen=True)
class Signed:
    """The signed-in member of staff as a page shows them; `may` asks the role table."""

    name: str
    office_name: str
    staff: Staff

    def may(self, action: str) -> bool:
        return self.staff.may(action)


@dataclass(frozen=True)
class Titled:
    """The season as pages show it."""

    name: str
    title: str
    is_real: bool
    kind: str = "演示"  # 正式, 演练, 演示
    paused: str = ""  # the reason, while candidates' acts are paused


def page(request: HttpRequest) -> dict[str, Any]:
    """Return season, now (and what its clock is called), care, site, nav, staff, itself, csrf_input for every frame."""
    season, staff = getattr(request, "season", None), getattr(request, "staff", None)
    clock = getattr(request, "clock", None)
    return {
        "season": _titled(season) if season else None,
        "now": clock.now if clock else timezone.now(),
        "clock_name": "北京时间" if season is None or season.is_real else f"{season.get_kind_display()}时间",
        "care": kept(request, "care") == "1",
        "wechat": in_wechat(request),
        "site": _contact(request),
        "hotlines": partial(hotlines, request),
        "staff": Signed(staff.name, staff.office.name, staff) if staff else None,
        "nav": _nav(request, staff) if staff and settings.PORTAL == "office" else [],
        "itself": partial(itself, request),
        "csrf_input": SimpleLazyObject(partial(csrf_input, request)),  # one token for all forms of a page
    }


def _titled(season: Season) -> Titled:
    paused = season.pause_reason if season.paused_at else ""
    title = f"{season.name}网上报名"
    return Titled(f"{season.year}年高考报名", title, season.is_real, season.get_kind_display(), paused)


def _contact(request: HttpRequest) -> Contact | None:
    registration = getattr(request, "registration", None)
    return Contact(registration.site.name, registration.site.phone) if registration else None


def _nav(request: HttpRequest, staff: Staff) -> list[tuple[str, str, bool]]:
    here = request.resolver_match.view_name if request.resolver_match else ""  # an unknown address has none
    return [
        (title, name, here == name or here.startswith(f"{name}_"))
        for title, name, action in _NAV
        if staff.may(action) and (name, staff.role) not in _ASIDE
    ]
