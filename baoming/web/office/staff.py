"""Accounts of staff: opened, changed and closed by system administrators and counties; guarded roles by two persons."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from baoming.accounts.services.invitations import activate as set_first_password
from baoming.audit.services import record
from baoming.organizations.models import Staff
from baoming.organizations.queries import offices_of, staff_below, waiting_proposals
from baoming.organizations.roles import LEVELS, ROLE_NAMES, SECOND_FACTOR, Role
from baoming.organizations.services.staff import Outcome, Wanted, add, change, decide, takes_two
from baoming.registrations.identity_numbers import canonical
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import clean_name
from baoming.vault.services import keys
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.addresses import client_address
from baoming.web.office.second_step import enter

PAGE = 100  # accounts shown at once; choosing an office shows the others
_ALL = tuple(LEVELS)
_CITY = len("43/01/")  # of a path, as far as the city
_FIELDS = ("office", "role", "number")


@require_http_methods(["GET", "POST"])
@staff_may("see_staff")
def index(request: OfficeRequest) -> HttpResponse:
    """The list; POST opens an account."""
    if request.method != "POST":
        return _page(request)
    if not request.staff.may("manage_staff"):
        raise Http404
    try:
        wanted = _wanted(request, handle=request.POST.get("handle", "").strip())
        return _page(request, done=add(wanted, by=request.staff), about=f"{wanted.name}（{wanted.handle}）")
    except Refused as refusal:
        return _page(request, errors=_errors(refusal), typed=request.POST.dict())


@require_POST
@staff_may("manage_staff")
def act(request: OfficeRequest) -> HttpResponse:
    """Change, disable or enable one account of this office's area, or give it a new code.

    What ends somebody's way in is first shown on a page of its own, which sends it again with `sure`.
    """
    kind = request.POST.get("act", "")
    if kind == "change":
        return _change(request)
    one = get_object_or_404(_reach(request), account=_uuid(request, "account"))
    if kind not in ("code", "factor", "disable", "enable"):
        raise Http404
    if kind != "enable" and not request.POST.get("sure"):
        guarded = takes_two(kind, Role(one.role))
        return render(request, "office/staff_confirm.html", {"one": one, "act": kind, "guarded": guarded})
    try:
        done = change(one.pk, kind, by=request.staff)
    except Refused as refusal:
        return _page(request, errors={"staff": str(refusal)})
    return _page(request, done=done, about=f"{one.name}（{one.account.handle}）")


@require_POST
@staff_may("approve_staff")
def answer(request: OfficeRequest) -> HttpResponse:
    """Approve or decline what a system administrator proposes."""
    proposal = get_object_or_404(waiting_proposals(request.staff.path), pk=_uuid(request, "proposal"))
    if request.POST.get("act") not in ("approve", "decline"):
        raise Http404
    try:
        done = decide(proposal.pk, approve=request.POST["act"] == "approve", by=request.staff)
    except Refused as refusal:
        return _page(request, errors={"proposals": str(refusal)})
    return _page(request, done=done, about=f"{proposal.name}（{proposal.handle}）")


@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """The owner of a new account sets the password; one sentence for a wrong name and a wrong code."""
    errors: dict[str, str] = {}
    handle = request.POST.get("handle", "").strip()[:40]
    if request.method == "POST":
        code, password = request.POST.get("code", ""), request.POST.get("password", "")
        try:
            if password != request.POST.get("again", ""):
                raise Invalid({"again": "两次填写的密码不一致，请再填一次"})
            account = set_first_password(handle, code, password, address=client_address(request))
            record("activate", by=account.staff.actor, subject=account.pk, path=account.staff.path)
            return enter(request, account)
        except Refused as refusal:
            errors = refusal.fields if isinstance(refusal, Invalid) else {"code": str(refusal)}
    context = {"errors": errors, "handle": handle}
    return render(request, "office/activate.html", context, status=422 if errors else 200)


def _change(request: OfficeRequest) -> HttpResponse:
    """Give the account that is named another office or role."""
    try:
        one = _reach(request).filter(account__handle=request.POST.get("who", "").strip()[:40]).first()
        if one is None:
            raise Invalid({"who": "本机构管理的账号里没有这个账号，请核对"})
        wanted = _wanted(request, handle=one.account.handle, name=one.name, prefix="to_")
        done = change(one.pk, "change", by=request.staff, wanted=wanted)
    except Refused as refusal:
        errors = {f"to_{key}" if key in _FIELDS else key: text for key, text in _errors(refusal, "who").items()}
        return _page(request, errors=errors, typed=request.POST.dict())
    return _page(request, done=done, about=f"{one.name}（{one.account.handle}）")


def _levels(request: OfficeRequest) -> tuple[str, ...]:
    return ("site",) if request.staff.role == Role.COUNTY else _ALL


def _reach(request: OfficeRequest) -> QuerySet[Staff]:
    """The accounts that this office may see."""
    return staff_below(request.staff.path, levels=_levels(request))


def _wanted(request: OfficeRequest, *, handle: str, name: str = "", prefix: str = "") -> Wanted:
    """Read the form. Raises Invalid by field for what no office or role is."""
    sent = {key: request.POST.get(prefix + key, "") for key in _FIELDS} | {"name": request.POST.get("name", "")}
    levels = _levels(request)
    office = offices_of(request.staff.path, levels=levels).filter(path=sent["office"][:24]).first()
    if office is None:
        raise Invalid({"office": "请选择单位"})
    if sent["role"] not in set(Role):
        raise Invalid({"role": "请选择岗位"})
    name = name or clean_name(sent["name"][:60])
    return Wanted(office, Role(sent["role"]), name, handle, _person(sent["number"][:40]))


def _person(number: str) -> str:
    """Return the key by which a person is known again; the number itself is not kept."""
    if not number.strip():
        return ""
    try:
        return keys().blind(canonical(number), purpose="staff", season=0).hex()
    except ValueError:
        raise Invalid({"number": "公民身份号码不正确，请核对"}) from None


def _uuid(request: OfficeRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _errors(refusal: Refused, field: str = "handle") -> dict[str, str]:
    return refusal.fields if isinstance(refusal, Invalid) else {field: str(refusal)}


def by_city(offices: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return path → name as groups to choose from, a city's offices under its name; what has no city stands first."""
    groups = dict[str, list[tuple[str, str]]]()
    for path, name in offices.items():
        city = offices.get(path[:_CITY], "") if len(path) >= _CITY else ""
        groups.setdefault(city, []).append((path, name))
    return list(groups.items())


def _page(
    request: OfficeRequest, *, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None,
    done: Outcome | None = None, about: str = "",
) -> HttpResponse:  # fmt: skip
    """Answer with everything; `done` shows a code once, in the answer to the act alone."""
    levels = _levels(request)
    offices = {one.path: one.name for one in offices_of(request.staff.path, levels=levels)}
    chosen = request.GET.get("office", "")
    shown = _reach(request).filter(path=chosen) if chosen in offices else _reach(request)
    rows = list(shown[: PAGE + 1])
    roles = [role for level in levels for role in LEVELS[level]]
    context = {
        "rows": rows[:PAGE],
        "more": len(rows) > PAGE,
        "proposals": [] if levels == ("site",) else list(waiting_proposals(request.staff.path)[:PAGE]),
        "county": levels == ("site",),
        "offices": by_city(offices),
        "chosen": chosen,
        "with_factor": SECOND_FACTOR,
        "roles": [(role.value, ROLE_NAMES[role]) for role in roles],
        "errors": errors or {},
        "typed": typed or {},
        "done": done,
        "about": about,
    }
    return render(request, "office/staff.html", context, status=422 if errors else 200)
