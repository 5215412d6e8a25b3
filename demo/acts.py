"""Each act of the plan through the service that an office or a candidate uses."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from baoming.audit.actors import Actor, Party
from baoming.documents.queries import valid_print
from baoming.organizations.models import Organization
from baoming.payments.models import Order
from baoming.payments.queries import REGISTRATION_FEE
from baoming.payments.services import ask, mark_paid, open_order, take_notice
from baoming.registrations.absent_queries import ABSENT
from baoming.registrations.attached_queries import declaring_of
from baoming.registrations.form_queries import draft_context, draft_of, form_of, revision_of
from baoming.registrations.households import outside
from baoming.registrations.models import Draft, Registration, RosterEntry
from baoming.registrations.name_image_queries import lacking, name_image
from baoming.registrations.queries import roll_blind
from baoming.registrations.services import access
from baoming.registrations.services.claim import claim
from baoming.registrations.services.declarations import declare
from baoming.registrations.services.forms import keep_draft, save_form
from baoming.registrations.services.handovers import Guardian, hand_slip_over
from baoming.registrations.services.intake import open_file
from baoming.registrations.services.name_images import answer_name, confirm_name, framed, photograph_name
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.person_checks import open_check, settle_check, start_check
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.sheets import SHEET, open_correction, print_sheet, record_signature
from baoming.registrations.services.slips import print_slip
from baoming.registrations.services.system_checks import newest_check, settle
from baoming.reviews.services import (
    assess_morals,
    complete_registration,
    pass_eligibility,
    reopen,
    return_eligibility,
    review_finally,
)
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared.services import update
from baoming.vault.services import keys
from demo.cast import Pupil
from demo.outside import Cashier, Printer, code_sent_to, picture
from standins.cards import front, paper, photographed
from standins.faces import Sex

_PHONE = "Mozilla/5.0 (Linux; Android 12; demo) Mobile"
_MORAL = (
    "该生遵纪守法，尊敬师长，团结同学，积极参加集体活动。",
    "该生诚实守信，学习勤奋，乐于助人。",
    "该生思想进步，热爱集体，劳动认真。",
)


@dataclass
class Walk:
    """One pupil on the way. `file` is the registration, once there is one."""

    pupil: Pupil
    season: Season
    site: Organization
    offices: dict[str, Actor]  # by path of the office
    cashier: Cashier
    printer: Printer
    passwords: tuple[str, str]  # login and save
    file: UUID = field(init=False, repr=False)
    on_paper: bool = False  # whether the slip is really printed
    code: str = ""  # on the slip
    paper: bytes = b""

    def do(self, act: str) -> None:
        """Do one act of the plan now, by the season's clock."""
        ACTS[act](self)

    @property
    def by_site(self) -> Actor:
        return self.offices[self.site.path]

    @property
    def by_county(self) -> Actor:
        return self.offices[self.site.path[:9]]

    @property
    def by_city(self) -> Actor:
        return self.offices[self.site.path[:6]]

    @property
    def own(self) -> Actor:
        return Actor(kind=Party.CANDIDATE, id=str(self.file), path=self.site.path, label="考生本人")


def _open(walk: Walk) -> None:
    blind = roll_blind(walk.pupil.person.roll_number, walk.season.pk)
    entry = RosterEntry.objects.get(season=walk.season, roll_blind=blind)
    reader = "" if walk.pupil.typed or walk.pupil.other else "演示读卡器"
    row = open_file(
        walk.pupil.document, season=walk.season, site=walk.site, by=walk.by_site, reader=reader, roster_entry=entry.pk,
        reason=walk.pupil.why_typed, seen=walk.pupil.other is not None,
    )  # fmt: skip
    walk.file = row.pk
    if walk.pupil.typed and (check := newest_check(row)):
        settle(check.pk)


def _pass(walk: Walk) -> None:
    checks = [rule["key"] for rule in data(walk.season, "eligibility")["rules"]]
    far = outside(walk.pupil.document.address, province=walk.season.province)
    note = "户口簿：已由外省迁入本县，2021年" if far else ""
    pass_eligibility(walk.file, checks=checks, by=walk.by_site, note=note)


def _return(walk: Walk) -> None:
    return_eligibility(walk.file, reason="no_proof", note="户口簿没有带来，请带原件再来", by=walk.by_site)


def _photo(walk: Walk) -> None:
    sex: Sex = "男" if walk.pupil.person.sex == "男" else "女"
    take_photo(walk.file, picture(walk.pupil.seed, sex), by=walk.by_site, source="camera")
    if lacking(walk.pupil.person.name):
        _name(walk)


def _name(walk: Walk) -> None:
    """The name that no font draws is cut from a photograph of the card."""
    image = photograph_name(walk.file, photographed(front(walk.pupil.person.name)), by=walk.by_site)
    confirm_name(walk.file, image.pk, seen=framed(image), by=walk.by_site)


def _number(walk: Walk) -> None:
    issue_number(walk.file, by=walk.by_site)


def _slip(walk: Walk) -> None:
    walk.printer.on_paper = walk.on_paper
    if walk.pupil.why_typed == ABSENT:  # who cannot come sends somebody
        guardian = Guardian(f"{walk.pupil.person.name[0]}建华", "父亲", "居民身份证")
        walk.paper = hand_slip_over(walk.file, guardian, reason="在外地集训", by=walk.by_site)
    else:
        walk.paper = print_slip(walk.file, by=walk.by_site)
    walk.code = walk.printer.code


def _claim(walk: Walk) -> None:
    """First login; the page that signs in would note when."""
    one = walk.pupil.person
    mine = claim(
        season=walk.season, name=one.name, number=one.number, valid_to=one.valid_to, code=walk.code,
        address=f"demo-{walk.pupil.seed}",
    )  # fmt: skip
    assert mine.account is not None
    mine.account.last_login = season_now(walk.season.pk)
    update(mine.account, "last_login")
    if (image := name_image(mine)) is not None:
        answer_name(walk.file, image.pk, same=True, by=walk.own)


def _order(walk: Walk) -> None:
    open_order(walk.file, REGISTRATION_FEE, by=walk.own)


def _pay(walk: Walk) -> None:
    order = Order.objects.get(registration=walk.file)
    take_notice({}, order.number.encode())
    mark_paid(order.pk)


def _close(walk: Walk) -> None:
    walk.cashier.closed = True
    ask(Order.objects.get(registration=walk.file).pk)
    walk.cashier.closed = False


def _check(walk: Walk) -> None:
    check = start_check(walk.file, way="face", by=walk.own)
    open_check(check.pk)
    settle_check(check.pk)


def _phone(walk: Walk) -> None:
    access.send_phone_code(walk.file, walk.pupil.phone, by=walk.own, address=f"demo-{walk.pupil.seed}")
    access.confirm_phone(walk.file, code_sent_to(walk.file), by=walk.own)


def _passwords(walk: Walk) -> None:
    login, save = walk.passwords
    access.set_passwords(walk.file, login=login, save=save, by=walk.own)


def _pledge(walk: Walk) -> None:
    access.accept_pledge(walk.file, version=data(walk.season, "pledge")["version"], by=walk.own)


def _draft(walk: Walk) -> None:
    """Fill in the first two pages; nothing is saved."""
    for page in form_of(walk.season).pages[:2]:
        row = Registration.objects.get(pk=walk.file)
        revision = revision_of(row, draft_of(row))
        keep_draft(walk.file, page=page.key, raw=walk.pupil.answers(), revision=revision, by=walk.own)


def _save(walk: Walk, **changes: list[str]) -> None:
    """Save at once: the draft lies there whole, as the pages would have left it, and goes with the save."""
    row = Registration.objects.get(pk=walk.file)
    content = json.dumps({"raw": {**walk.pupil.answers(), **changes}, "other": {}}).encode()
    Draft.objects.filter(registration=row).delete()  # what was half filled in is typed over
    draft = Draft.objects.create(
        registration=row, base_version=row.version, revision=1, at=season_now(walk.season.pk),
        sealed=keys().seal(content, context=draft_context(row.pk)),
        pages=[page.key for page in form_of(walk.season).pages],
    )  # fmt: skip
    revision = revision_of(row, draft)
    save_form(walk.file, save_password=walk.passwords[1], device="", revision=revision, by=walk.own, agent=_PHONE)


def _declare(walk: Walk) -> None:
    """专项计划, with a drawn page for evidence."""
    declaring = declaring_of(walk.season)
    files = {declaring.kinds["LOCAL"].purpose: paper("户口簿 样例")}
    declare(
        walk.file, walk.season, kinds=["LOCAL"], none=False, files=files,
        consent=declaring.consent.version, save_password=walk.passwords[1], device="", revision="0", by=walk.own,
    )  # fmt: skip


def _resave(walk: Walk) -> None:
    _save(walk, postcode=["410016"], strengths=["长跑、书法"])


def _print(walk: Walk) -> None:
    print_sheet(walk.file, by=walk.by_site)


def _correct(walk: Walk) -> None:
    open_correction(walk.file, hours=72, by=walk.by_site)


def _sign(walk: Walk) -> None:
    printed = valid_print(walk.file, SHEET)
    assert printed is not None
    record_signature(walk.file, version=printed.version, by=walk.by_site)


def _assess(walk: Walk) -> None:
    assess_morals(walk.file, qualified=True, text=_MORAL[walk.pupil.seed % len(_MORAL)], by=walk.by_site)


def _object(walk: Walk) -> None:
    assess_morals(walk.file, qualified=False, text="受到处分，尚未解除，请县招考机构核实。", by=walk.by_site)


def _complete(walk: Walk) -> None:
    complete_registration(walk.file, by=walk.by_county)


def _reopen(walk: Walk) -> None:
    reopen(walk.file, reason="户口簿复核，学校名称需要更正", by=walk.by_county)


def _review(walk: Walk) -> None:
    review_finally(walk.file, by=walk.by_city)


ACTS: dict[str, Callable[[Walk], None]] = {
    "open": _open, "return": _return, "pass": _pass, "photo": _photo, "number": _number, "slip": _slip,
    "claim": _claim, "order": _order, "close": _close, "pay": _pay, "check": _check, "phone": _phone,
    "passwords": _passwords, "pledge": _pledge, "draft": _draft, "save": _save, "declare": _declare, "resave": _resave,
    "print": _print, "correct": _correct, "sign": _sign, "assess": _assess, "object": _object, "complete": _complete,
    "reopen": _reopen, "review": _review,
}  # fmt: skip
