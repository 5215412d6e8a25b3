"""Confirmation: print, sign, assess, submit, complete, review; classes and batches of them."""

from uuid import uuid4

from baoming.documents.models import Print
from baoming.documents.services import void_prints
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations import attached_queries
from baoming.registrations.models import Batch, Registration, ScannedPage
from baoming.registrations.services import household
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.sheets import SHEET
from baoming.registrations.services.steps import return_step
from baoming.reviews import services as reviews
from baoming.reviews.services import class_acts
from tests import factories as make
from tests.audit.acts.register import act, at, of, office_of, own
from tests.audit.walking import Ask
from tests.registrations import attached, confirmed
from tests.registrations.classes import CLASS, operator, pupil, pupils
from tests.registrations.confirmed import MORAL
from tests.registrations.scanned import signed_page
from tests.reviews import files
from tests.reviews.test_class_kinds import completed, do, submitted


@act("office", "paper_drafts")
def drafts() -> Ask:
    make.season()
    return Ask(at(make.site(), Role.OPERATOR), "/prints/drafts/", {"count": "2"}, answers=(200,))


def here(stage: str = "printed") -> Registration:
    make.season("confirmation")
    return pupil(make.site(), stage=stage)


def assessed() -> Registration:
    row = here("signed")
    reviews.assess_morals(row.pk, qualified=True, text=MORAL, by=files.site(row))
    return row


def finished() -> Registration:
    row = assessed()
    reviews.complete_registration(row.pk, by=files.county(row))
    return row


@act("office", "sheet")
def sheet() -> Ask:
    row = confirmed.saved()
    return Ask(of(row), own(row, "sheet/"), answers=(200,))


@act("office", "prints_scans")
def scans() -> Ask:
    row = here()
    sent = {"key": str(uuid4())}
    return Ask(of(row), "/prints/scans/", sent, files={"files.pdf": b"%PDF-1.7"}, answers=(302,))


@act("office", "prints_signatures_print")
def resign_list() -> Ask:
    row = here("signed")
    void_prints(row.pk, SHEET, reason="照片已更换", at=row.created_at)
    return_step(row, "signature", by=operator(row.site), at=row.created_at, reason="照片采集有变动")
    return Ask(of(row), "/prints/signatures/print/", answers=(200,))


def waiting_page() -> ScannedPage:
    row = here()
    return signed_page(row, print_id=Print.objects.get(subject=row.pk).pk)


@act("office", "prints_scans_confirm")
def confirm_scans() -> Ask:
    page = waiting_page()
    sent = {"key": str(uuid4()), "pick": str(page.pk)}
    return Ask(of(page.registration), "/prints/scans/confirm/", sent, answers=(302,))


@act("office", "prints_scans_drop")
def drop_scans() -> Ask:
    page = waiting_page()
    return Ask(of(page.registration), "/prints/scans/drop/", {"page": str(page.pk)}, answers=(302,))


@act("office", "signature")
def signature() -> Ask:
    row = here()
    return Ask(of(row), own(row, "signature/"), {"version": "1"}, answers=(302,))


def with_booklet() -> tuple[Registration, dict[str, str]]:
    row = attached.saved()
    attached.upload(row)
    pages = attached_queries.booklet_of(row.season).pages
    return row, {"seen": household.shown(attached_queries.pictures_of(row), pages), "version": "1"}


@act("office", "household/match")
def match_household() -> Ask:
    row, sent = with_booklet()
    return Ask(of(row), own(row, "household/"), {**sent, "act": "match"}, answers=(302,))


@act("office", "household/original")
def match_original() -> Ask:
    row = attached.saved()
    return Ask(of(row), own(row, "household/"), {"act": "original", "version": "1"}, answers=(302,))


@act("office", "household/return")
def return_household() -> Ask:
    row, sent = with_booklet()
    return Ask(of(row), own(row, "household/"), {**sent, "act": "return", "reason": "unreadable"}, answers=(302,))


@act("office", "moral")
def moral() -> Ask:
    row = here()
    return Ask(of(row), own(row, "moral/"), {"qualified": "yes", "text": MORAL}, answers=(302,))


@act("office", "moral/not_qualified")
def not_qualified() -> Ask:
    row = here()
    return Ask(of(row), own(row, "moral/"), {"qualified": "no", "text": MORAL}, answers=(302,))


@act("office", "moral/mended")
def mended() -> Ask:
    row = here()
    reviews.assess_morals(row.pk, qualified=False, text=MORAL, by=files.site(row))
    return Ask(of(row), own(row, "moral/"), {"qualified": "yes", "text": MORAL}, answers=(302,))


@act("office", "submission")
def submission() -> Ask:
    row = assessed()
    return Ask(of(row), own(row, "submission/"), answers=(302,))


@act("office", "completion")
def completion() -> Ask:
    row = assessed()
    return Ask(of(row, Role.COUNTY), own(row, "completion/"), answers=(302,))


@act("office", "reopening")
def reopening() -> Ask:
    row = finished()
    return Ask(of(row, Role.COUNTY), own(row, "reopening/"), {"reason": "考生申请"}, answers=(302,))


@act("office", "final_review")
def final_review() -> Ask:
    row = finished()
    make.season("submission")
    return Ask(of(row, Role.CITY), own(row, "final-review/"), answers=(302,))


def back(row: Registration, what: str, role: Role = Role.OPERATOR) -> Ask:
    sent = {"what": what, "back_reason": "录错了人"}
    return Ask(of(row, role), own(row, "take-back/"), sent, answers=(302,))


@act("office", "take_back/signature")
def void_signature() -> Ask:
    return back(here("signed"), "signature")


@act("office", "take_back/moral")
def withdraw_moral() -> Ask:
    return back(assessed(), "moral")


@act("office", "take_back/submission")
def withdraw_submission() -> Ask:
    row = assessed()
    reviews.submit_registration(row.pk, by=files.site(row))
    return back(row, "submission")


@act("office", "take_back/review")
def undo_review() -> Ask:
    row = finished()
    make.season("submission")
    reviews.review_finally(row.pk, by=files.office(row, "city"))
    return back(row, "review", Role.CITY)


# classes


def in_class(site: Organization, kind: str, role: Role = Role.OPERATOR, **sent: object) -> Ask:
    offices = {Role.COUNTY: site.parent, Role.CITY: site.parent.parent if site.parent else None}
    office = offices.get(role, site)
    assert office
    place = f"/classes/{site.pk}/class/{kind}/?name={CLASS}"
    return Ask(at(office, role), place, {"key": str(uuid4()), **sent}, answers=(302,))


def class_of(number: int = 2, stage: str = "printed") -> tuple[Organization, list[Registration]]:
    make.season("confirmation")
    site = make.site()
    return site, pupils(site, number, stage=stage)


def shown(rows: list[Registration], version: int) -> list[str]:
    return [f"{row.pk}.{version}" for row in rows]


@act("office", "classes_act/class_print")
def class_print() -> Ask:
    site, _ = class_of(stage="saved")
    return in_class(site, "class_print")


@act("office", "classes_act/signature")
def class_signature() -> Ask:
    site, rows = class_of()
    return in_class(site, "signature", pick=shown(rows, 1))


@act("office", "classes_act/moral")
def class_moral() -> Ask:
    site, rows = class_of()
    return in_class(site, "moral", text=MORAL, pick=shown(rows, 0))


@act("office", "classes_act/submission")
def class_submission() -> Ask:
    site, rows = class_of(stage="signed")
    for row in rows:
        reviews.assess_morals(row.pk, qualified=True, text=MORAL, by=operator(site))
    return in_class(site, "submission")


def sent_up(number: int = 2) -> Organization:
    make.season("confirmation")
    site = make.site()
    submitted(site, number)
    return site


def all_done(number: int = 2) -> Organization:
    make.season("confirmation")
    site = make.site()
    completed(site, number)
    make.season("submission")
    return site


@act("office", "classes_act/completion")
def class_completion() -> Ask:
    return in_class(sent_up(), "completion", Role.COUNTY)


@act("office", "classes_act/review")
def class_review() -> Ask:
    return in_class(all_done(), "review", Role.CITY)


def of_area(ask: Ask, kind: str) -> Ask:
    ask.place = f"/classes/all/{kind}/"
    return ask


def reviewed(number: int = 2) -> Organization:
    site = all_done(number)
    do("review", site, list(Registration.objects.filter(site=site)))
    return site


@act("office", "upward")
def send_upward() -> Ask:
    sent = {"key": str(uuid4()), "people": "2", "category": "all"}
    city = office_of(Registration.objects.filter(site=reviewed())[0], Role.CITY)
    return Ask(at(city, Role.CITY), "/upward/", sent, answers=(302,))


@act("office", "classes_all/submission")
def all_submission() -> Ask:
    return of_area(class_submission(), "submission")


@act("office", "classes_all/completion")
def all_completion() -> Ask:
    return of_area(class_completion(), "completion")


@act("office", "classes_all/review")
def all_review() -> Ask:
    return of_area(class_review(), "review")


def signed_batch(by: Staff, rows: list[Registration]) -> Batch:
    options = {"versions": {str(row.pk): 1 for row in rows}}
    ids = [row.pk for row in rows]
    return start_batch(rows[0].season, "signature", ids, key=uuid4(), about="", options=options, by=by.actor)


@act("office", "classes_batch_undo")
def undo_batch() -> Ask:
    site, rows = class_of()
    batch = signed_batch(make.staff(site), rows)
    class_acts.run(batch.pk)
    return Ask(at(site, Role.OPERATOR), f"/batches/{batch.pk}/undo/", {"reason": "选错了班"}, answers=(302,))
