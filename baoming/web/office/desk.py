"""The desk of a site: card, eligibility, photo, number, slip (R5–R8)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.audit.services import record
from baoming.organizations.queries import is_opened
from baoming.registrations.absent_queries import handed_in, is_absent
from baoming.registrations.document_numbers import Kind
from baoming.registrations.document_queries import Accepted
from baoming.registrations.form_queries import code_sets
from baoming.registrations.households import outside
from baoming.registrations.identity_documents import IdentityDocument, validity_problem
from baoming.registrations.list_queries import half_done
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.photo_queries import photo_work
from baoming.registrations.queries import (
    document_of,
    expected_pupils,
    newest_slip,
    owes_reading,
    tasks_of,
)
from baoming.registrations.segment_queries import next_number
from baoming.registrations.services.intake import Duplicate, matching_entry, open_file, reread_card, typing_reasons
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import pass_photo, take_photo
from baoming.registrations.services.slips import print_slip
from baoming.registrations.services.system_checks import OPEN, newest_check
from baoming.reviews.case_queries import judging_kinds, open_judging
from baoming.reviews.queries import last_review, review_reasons, said_of
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, Refused
from baoming.shared.moments import BEIJING
from baoming.shared.text import unmapped
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import pdf
from baoming.web.office.cards import read_card, reader_agent, typed_card
from baoming.web.office.decisions import judge
from baoming.web.office.division import site_numbers
from baoming.web.office.documents import (
    CHOOSE,
    NO_CARD,
    asked_document,
    choose,
    document_choices,
    facts,
    other_form,
    read_other,
    typed_other,
)
from baoming.web.office.name_parts import name_picture, name_work
from baoming.web.office.no_card import guidance
from baoming.web.office.scope import one
from baoming.web.office.story.pictures import at_desk
from baoming.web.office.words import TITLES
from baoming.web.uploads import sent_file, sent_id

_PAGES = {NO_CARD: guidance, CHOOSE: choose}  # in place of a form
PAGE = 60  # pupils of the roster on one page


@require_safe
@staff_may("intake")
def queue(request: OfficeRequest) -> HttpResponse:
    """Who is expected, who is half done, and the card reader."""
    return _queue(request)


@require_POST
@staff_may("intake")
def open_by_card(request: OfficeRequest) -> HttpResponse:
    """Open a file from a reading that the paired reader has signed; who has one at this site is shown it."""
    try:
        reading = read_card(request.POST.get("card", ""))
        if reading.document.kind is not Kind.RESIDENT:
            raise Refused(f"这是{reading.document.title}。请点“其他证件”，选这种证件，写好情况说明再读卡")
        return _opened(request, reading.document, reader=reading.reader, nonce=reading.nonce)
    except Duplicate as refusal:
        if Registration.objects.filter(pk=refusal.file, site=request.staff.office).exists():
            return redirect("office:desk_file", refusal.file)
        return _queue(request, {"card": str(refusal)})
    except Refused as refusal:
        return _queue(request, {"card": str(refusal)})


@require_POST
@staff_may("intake")
def reread(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Read the card of a file that was typed: the debt of typed entry ends with it (R26)."""
    registration = one(request, registration_id)
    try:
        reading = read_card(request.POST.get("card", ""))
        reread_card(registration.pk, reading.document, reader=reading.reader, nonce=reading.nonce, by=request.actor)
    except Refused as refusal:
        return show_file(request, registration, {"card": str(refusal)})
    return redirect("office:desk_file", registration.pk)


@require_http_methods(["GET", "POST"])
@staff_may("intake")
def open_by_typing(request: OfficeRequest) -> HttpResponse:
    """Open a file by typed entry, marked so; errors stand at their fields and nothing typed is lost."""
    if not is_opened(request.season.pk, request.staff.office_id):
        return redirect("office:desk")  # which says what is to be done first
    if terms := asked_document(request, request.POST.dict() or request.GET.dict()):
        return _open_other(request, terms)
    if request.method != "POST" and (page := _PAGES.get(request.GET.get("document", ""))):
        return page(request)
    if request.method != "POST":
        entry = RosterEntry.objects.filter(pk=_entry(request.GET.dict()) or 0, site=request.staff.office).first()
        return typing(request, {}, {"name": entry.name, "sex": entry.sex, "entry": str(entry.pk)} if entry else {})
    typed = {key: request.POST.get(key, "") for key in request.POST}
    try:
        return _opened(request, typed_card(typed), reader="", reason=typed["reason"], entry=_entry(typed))
    except Invalid as refusal:
        return typing(request, refusal.fields, typed)
    except Refused as refusal:
        return typing(request, {"number": str(refusal)}, typed)


def _open_other(request: OfficeRequest, terms: Accepted) -> HttpResponse:
    """Open a file by a document of another kind, typed or read, with the statement (R24)."""
    typed = request.POST.dict()
    if request.method != "POST":
        return other_form(request, terms, {}, {})
    try:
        if reading := read_other(typed):
            return _opened(request, reading.document, reader=reading.reader, nonce=reading.nonce)
        return _opened(request, typed_other(typed, terms.kind), reader="", seen=True)
    except Invalid as refusal:
        return other_form(request, terms, refusal.fields, typed)
    except Refused as refusal:
        return other_form(request, terms, {"card" if typed.get("card") else "number": str(refusal)}, typed)


@require_safe
@staff_may("intake")
def file(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One file on the desk; looking at it leaves its own trace."""
    return show_file(request, one(request, registration_id))


@require_POST
@staff_may("intake")
def review(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Pass the eligibility review, or return it with a reason."""
    registration = one(request, registration_id)
    try:
        judge(request, registration)
    except Refused as refusal:  # also what another office did meanwhile: the words that were typed stay
        errors = refusal.fields if isinstance(refusal, Invalid) else {"note": str(refusal)}
        return show_file(request, one(request, registration_id), errors)
    return redirect("office:desk_file", registration.pk)


@require_POST
@staff_may("intake")
def photo(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Take an uploaded photo; a refused one says why, beside the field."""
    registration = one(request, registration_id)
    try:
        upload = sent_file(request, "photo", missing="请先选择照片，再上传")
        source: Literal["camera", "handed_in"] = "handed_in" if request.POST.get("source") == "handed_in" else "camera"
        take_photo(registration.pk, upload.read(), by=request.actor, source=source)
    except Refused as refusal:
        return show_file(request, registration, {"photo": str(refusal)})
    return redirect("office:desk_file", registration.pk)


@require_POST
@staff_may("intake")
def let_pass(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Let a photo with a fault pass, with a reason and words; what was typed stays beside the refusal."""
    registration = one(request, registration_id)
    why, seen = request.POST.get("why", ""), request.POST.get("seen", "")
    try:
        pass_photo(registration.pk, sent_id(request, "photo"), reason=why, note=seen, by=request.actor)
    except Invalid as refusal:
        return show_file(request, registration, refusal.fields)
    except Refused as refusal:
        return show_file(request, registration, {"why": str(refusal)})
    return redirect("office:desk_file", registration.pk)


@require_POST
@staff_may("intake")
def number(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Issue the registration number."""
    registration = one(request, registration_id)
    issue_number(registration.pk, by=request.actor)
    return redirect("office:desk_file", registration.pk)


@require_POST
@staff_may("intake")
def slip(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Print the slip. Each print has a new activation code, so this is never a GET."""
    registration = one(request, registration_id)
    return pdf(print_slip(registration.pk, by=request.actor), "slip.pdf")


def _opened(
    request: OfficeRequest, document: IdentityDocument, *, reader: str, nonce: str = "", entry: int | None = None,
    reason: str = "", seen: bool = False,
) -> HttpResponse:  # fmt: skip
    site = request.staff.office
    if entry is None and (match := matching_entry(request.season.pk, site.pk, document.name)):
        entry = match.pk
    registration = open_file(
        document, season=request.season, site=site, by=request.actor, reader=reader, nonce=nonce, roster_entry=entry,
        reason=reason, seen=seen,
    )  # fmt: skip
    return redirect("office:desk_file", registration.pk)


def _queue(request: OfficeRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    context = {
        "errors": errors or {},
        "agent": reader_agent(),
        "opened": is_opened(request.season.pk, request.staff.office_id),
        **_expected(request),
        "photo_work": photo_work(request.season.pk, request.staff.path),
        "handed_in": handed_in(request.season.pk, request.staff.path),
        "half_done": half_done(request.season.pk, request.staff.path),
        "next_number": next_number(request.season.pk, request.staff.office_id),
        "alarms": [one for one in site_numbers(request, request.staff.path) if one.warning],
        "titles": TITLES,
    }
    return render(request, "office/desk_queue.html", context, status=422 if errors else 200)


def _expected(request: OfficeRequest) -> dict[str, Any]:
    """Who on the roster has not come yet: one page of them, and how many they all are."""
    asked, season, path = request.GET.get("page", ""), request.season.pk, request.staff.path
    page = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    pupils = expected_pupils(season, path, first=(page - 1) * PAGE, limit=PAGE)
    if not pupils and page > 1:  # they have come meanwhile
        page, pupils = 1, expected_pupils(season, path, limit=PAGE)
    total, first = (pupils[0].total if pupils else 0), (page - 1) * PAGE  # type: ignore[attr-defined]
    return {"pupils": pupils, "expected": (first + 1, first + len(pupils), total, page, -(-total // PAGE))}


def typing(
    request: OfficeRequest, errors: dict[str, str], typed: dict[str, str], *, file: Registration | None = None
) -> HttpResponse:
    """Answer with the form of typed entry; `file`: whose entry is corrected."""
    context = {
        "errors": errors,
        "typed": typed,
        "file": file,
        "documents": document_choices(request),
        "typing_reasons": typing_reasons(request.season),
        "ethnicities": list(code_sets()["Ethnicity"].labels.items()),
    }
    return render(request, "office/desk_typing.html", context, status=422 if errors else 200)


def show_file(request: OfficeRequest, registration: Registration, errors: dict[str, str] | None = None) -> HttpResponse:
    """Answer with one file; after a refusal, with what was judged and chosen still there. A view, either way."""
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    document = document_of(registration)
    context = {
        "errors": errors or {},
        "registration": registration,
        "document": document,
        "ethnicity": code_sets()["Ethnicity"].labels.get(document.ethnicity, ""),
        **facts(document),
        "typed": request.POST.dict() if errors else {},
        "owing": owes_reading(registration),
        **_check(registration),
        "slip": newest_slip(registration) if registration.number else None,
        "done": registration.done_steps,
        "tasks": {task.key: task for task in tasks_of(registration, request.actor.kind, clock=request.clock).all},
        **_judging(request, registration),
        "by_city": document.kind is not Kind.RESIDENT,
        **at_desk(request, registration),
        "next_number": next_number(request.season.pk, registration.site_id),
        "expired": validity_problem(document, today=request.clock.now.astimezone(BEIJING).date()),
        "outside": outside(document.address, province=request.season.province),
        "away": is_absent(registration),
        "agent": reader_agent(),
        "name_work": name_work(registration),
        "name_picture": name_picture(registration),
        "name_read": "、".join(f"U+{ord(one):04X}" for one in document.name_read if unmapped(one) != one),
    }
    return render(request, "office/desk_file.html", context, status=422 if errors else 200)


def _check(registration: Registration) -> dict[str, Any]:
    """How the check of typed identity stands, and whether it keeps the file waiting."""
    check = newest_check(registration) if registration.reading == Registration.Reading.TYPED else None
    return {"check": check, "unchecked": check is not None and check.state in OPEN}


def _judging(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """What the middle panel needs: rules, reasons, the newest decision with its words, and where others judge it."""
    lists, last = data(request.season, "eligibility"), last_review(registration)
    another = registration.document_kind != Kind.RESIDENT  # it is the city's, by whatever reason
    judging = judging_kinds(request.season)
    above = [one for one in judging if not another or one.chain[-1].by is Party.CITY]
    return {
        "eligibility": {**lists, "rules": _rules_for(registration, lists["rules"])},
        "reasons": [(item["key"], item["title"]) for item in lists["reasons"]],
        "judged_above": [(kind.key, kind.title) for kind in above],
        "for_outside": next((kind for kind in judging if kind.chain[-1].by is not Party.CITY), None),
        "review": last,
        "review_note": said_of(last) if last else "",
        "why": review_reasons(request.season).get(last.reason) if last else None,
        "case": open_judging(registration) if last and last.case_id else None,
        "decider": PARTY_NAMES[Party(registration.decider)],
    }


def _rules_for(registration: Registration, rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules as they read for this person: who could not come was seen by nobody (R27)."""
    if not is_absent(registration):
        return [dict(rule) for rule in rules]
    return [
        {**rule, "title": rule["of"]["absent"], "hint": ""} if "absent" in rule.get("of", {}) else dict(rule)
        for rule in rules
    ]


def _entry(typed: Mapping[str, str]) -> int | None:
    entry = typed.get("entry", "")
    return int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 12 else None
