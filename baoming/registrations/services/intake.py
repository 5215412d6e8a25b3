"""The desk, first half: a card read or typed entry opens the file (R6); a later reading ends its debt (R26)."""

import hashlib
from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.organizations.models import Organization, SiteSeason
from baoming.registrations.absent_queries import ABSENT
from baoming.registrations.card_readings import FRESH
from baoming.registrations.document_numbers import Kind
from baoming.registrations.document_queries import Accepted
from baoming.registrations.identity_documents import IdentityDocument, checked, validity_problem
from baoming.registrations.journey import STEPS, undone_by
from baoming.registrations.models import CardUse, Registration, RosterEntry
from baoming.registrations.name_queries import bare
from baoming.registrations.overflow_queries import overflows_of
from baoming.registrations.queries import DEBT, document_context, document_of, find_by_number, state_of
from baoming.registrations.services import system_checks
from baoming.registrations.services.hand_ins import end_hand_ins
from baoming.registrations.services.name_images import retire_name_images
from baoming.registrations.services.other_documents import (
    beyond_chip,
    name_document,
    reading_of,
    require_handed_in,
    require_undecided,
    stated_as_before,
)
from baoming.registrations.services.person_checks import end_open_checks
from baoming.registrations.services.sheets import void_sheets
from baoming.registrations.services.steps import (
    clear_holds,
    complete_step,
    locked,
    place_hold,
    refuse_if_stopped,
    require,
)
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared import names
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import BEIJING, day
from baoming.shared.services import insert, update
from baoming.shared.text import halfwidth, without_dot
from baoming.vault.services import keys

_OWN = ("ethnicity", "address")  # of the person; name, number, sex and birth are compared before
_CARDS = ("issuer", "valid_from", "valid_to")  # of the piece of plastic: every new card has others
_TYPED = (  # columns that are written when what was typed is corrected
    "name", "name_key", "name_initials", "sex", "ethnicity", "document_sealed", "number_blind", "last_four_blind",
    "too_wide", "read_by", "read_at", "reading", "document_kind", "lifelong_blind",
    "reader",
)  # fmt: skip
_KEPT = 3 * FRESH  # longer than any reading of now can be fresh, whatever the clocks of two computers say


class Duplicate(Refused):
    """This person is registered already. The sentence names the site: for staff only. `file`: what they have."""

    def __init__(self, message: str, *, file: UUID) -> None:
        super().__init__(message)
        self.file = file


@transaction.atomic
def open_file(
    document: IdentityDocument,
    *,
    season: Season,
    site: Organization,
    by: Actor,
    reader: str = "",
    nonce: str = "",
    reason: str = "",
    seen: bool = False,
    roster_entry: int | None = None,
) -> Registration:
    """Open one person's file at `site`; `reader` is empty for typed entry, which leaves a debt (R26).

    `reason`: of typed entry, one of the season's; the registers are asked for what was typed (系统核验).
    A document of another kind (R24) leaves no debt: the site has `seen` the original and has the statement.
    `nonce` is the reading's: it opens one file, and sent again it gives that file again (a button
    clicked twice). Raises Refused for a reading used elsewhere, Invalid for what cannot be on a card,
    Duplicate for a person registered anywhere in the province, NotOpen outside the intake window or
    before the county has opened the site (R2).
    """
    now = season_now(season.pk)
    person = checked(document, today=now.astimezone(BEIJING).date(), real_season=season.is_real)
    terms = _require_grounds(season, person, reader=reader, reason=reason, seen=seen)
    _require_open(season, site)
    registration = _new(person, season=season, site=site)
    registration.reading = reading_of(person, reader=reader)
    registration.reader, registration.read_by, registration.read_at = reader, by.label, now
    registration.created_at = now
    require("identity", registration, by)
    if (there := _insert(registration, person)) is not None:
        if there.site_id == site.pk and _used_for(there, reader, nonce):
            return there
        raise _duplicate(there)
    if nonce:
        use_reading(registration, reader, nonce)
    if roster_entry is not None:
        _tie(registration, roster_entry)
    if owing := _owing(person, reader=reader, today=now.astimezone(BEIJING).date()):
        place_hold(registration, kind=DEBT, steps=[], by=by, reason=owing)
    if not reader and terms.registers:
        system_checks.ask(registration, reason=reason, by=by, at=now)
    complete_step(registration, "identity", by=by, at=now)
    details = {"reading": registration.reading}
    record("open_file", by=by, subject=registration.pk, path=registration.path, details=details)
    return registration


def _require_grounds(season: Season, person: IdentityDocument, *, reader: str, reason: str, seen: bool) -> Accepted:
    """Return the season's terms of the document, once what it asks for is there: a reason, or a statement."""
    if person.kind is not Kind.RESIDENT:
        return require_handed_in(season, person, seen=seen or bool(reader))
    if not reader:
        _require_reason(season, reason)
    return Accepted(person.kind)


def _require_open(season: Season, site: Organization) -> None:
    if not SiteSeason.objects.filter(season=season, site=site, opened_at__isnull=False).exists():
        raise NotOpen("本报名点还没有开通采集，请联系县（市、区）招考机构确认条件并开通")


def typing_reasons(season: Season) -> list[tuple[str, str]]:
    """Return why a card may be typed, key and words."""
    return [(item["key"], item["title"]) for item in data(season, "eligibility")["typing"]]


def _require_reason(season: Season, reason: str) -> None:
    if reason not in dict(typing_reasons(season)):
        raise Invalid({"reason": "请选择手工录入的原因"})


def _owing(person: IdentityDocument, *, reader: str, today: date) -> str:
    """Return why a card has still to be read, empty when it has been."""
    if person.kind is not Kind.RESIDENT:
        return ""
    if not reader:
        return "证件信息是手工录入的，需要到报名点读卡核验"
    if validity_problem(person, today=today):
        return "证件已到期，换领新证后需要到报名点读卡核验"
    return ""


def _new(person: IdentityDocument, *, season: Season, site: Organization) -> Registration:
    traits = ["takes the culture exam or 对口", "takes an exam"]
    registration = Registration(id=uuid4(), season=season, site=site, path=site.path, traits=traits)
    _name(registration, person)
    _take_over(registration, person)
    return registration


def _name(registration: Registration, person: IdentityDocument) -> None:
    """Say who it is: what a later reading of the card must not change."""
    ring, season = keys(), registration.season_id
    registration.name, registration.sex = person.name, person.sex
    registration.name_key, registration.name_initials = names.pinyin_key(person.name), names.initials(person.name)
    registration.number_blind = ring.blind(person.number, purpose="id", season=season)
    registration.last_four_blind = ring.blind(person.number[-4:], purpose="last4", season=season)
    name_document(registration, person)


def _insert(registration: Registration, person: IdentityDocument) -> Registration | None:
    """Insert, or return the file this person has."""
    return write_unique(partial(insert, registration), registration, person)


def write_unique(
    write: Callable[[], object], registration: Registration, person: IdentityDocument
) -> Registration | None:
    """Write, or return the file this person has; the unique blind index decides between two counties (FR3).

    Raises IntegrityError for what breaks another rule of the table.
    """
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        for number in filter(None, (person.number, person.lifelong)):
            if other := find_by_number(registration.season_id, number):
                return other
        raise
    return None


def _duplicate(other: Registration) -> Duplicate:
    if other.stopped_at is not None:
        return Duplicate(
            f"这名考生已在{other.site.name}报名，报名后来中止。一个人只能报名一次，"
            "要继续报名请联系该报名点，由其县（市、区）招考机构撤销中止",
            file=other.pk,
        )
    done = STEPS[other.current_step].zh if other.current_step else "全部步骤"
    return Duplicate(
        f"这名考生已在{other.site.name}报名（现在到：{done}），一个人只能报名一次。请让考生到该报名点继续办理",
        file=other.pk,
    )


def _tie(registration: Registration, roster_entry: int) -> None:
    """Tie the roster's row to the file, and take class and student number from it."""
    entry = RosterEntry.objects.select_for_update().filter(pk=roster_entry, site=registration.site_id).first()
    if entry is None or entry.registration_id is not None:
        return
    entry.registration = registration
    update(entry, "registration")
    registration.class_name, registration.student_no = entry.class_name, entry.student_no
    update(registration, "class_name", "student_no")


def matching_entry(season_id: int, site_id: UUID, name: str) -> RosterEntry | None:
    """Return the one pupil of this name on the site's roster who has no file yet; None when there are two.

    Schools write the dot and blanks as they like, or leave them out.
    """
    alike = RosterEntry.objects.filter(season=season_id, site=site_id, registration=None).annotate(own=bare())
    found = list(alike.filter(own=without_dot(name))[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def retype_card(registration_id: UUID, document: IdentityDocument, *, reason: str, by: Actor) -> Registration:
    """Correct what was typed while the registers have not confirmed it, and have them asked anew; the debt stays.

    Nothing has been judged by it: the hold of the check saw to that. A name cut from a picture is of another name.
    A document of another kind is corrected until an office has it before it: its kind, too.
    Raises Invalid; NotOpen outside intake and for others than the site; Refused once it was confirmed; Duplicate.
    """
    registration = locked(registration_id)
    now = require("identity", registration, by)
    season, another = registration.season, document.kind is not Kind.RESIDENT
    if another:
        require_undecided(registration)
    else:
        system_checks.open_check(registration)
    entered = stated_as_before(document, document_of(registration))
    person = checked(entered, today=now.astimezone(BEIJING).date(), real_season=season.is_real)
    terms = _require_grounds(season, person, reader="", reason=reason, seen=another)
    if person.name != registration.name:
        retire_name_images(registration)
    _name(registration, person)
    _take_over(registration, person)
    registration.read_by, registration.read_at = by.label, now
    registration.reading, registration.reader = reading_of(person, reader=""), ""
    if (there := write_unique(partial(update, registration, *_TYPED), registration, person)) is not None:
        raise _duplicate(there)
    end_open_checks(registration)
    if reason != ABSENT:  # who can come after all
        end_hand_ins(registration, by=by, at=now)
    complete_step(registration, "identity", by=by, at=now)
    record("retype_card", by=by, subject=registration.pk, path=registration.path)
    if terms.registers:
        system_checks.ask(registration, reason=reason, by=by, at=now)
    return registration


@transaction.atomic
def reread_card(
    registration_id: UUID, document: IdentityDocument, *, reader: str, nonce: str, by: Actor
) -> Registration:
    """Take a valid card, read at the site, over into an open file, and clear the debt of typed entry (R26).

    Asked in no phase: a new card comes when it comes, and the ticket waits for it. What falls:
    - nothing, when ethnicity and address are as before. A new card always has another validity;
      that is what the debt waited for, so it undoes no review and no signature. Only a sheet not
      yet signed is void: its next print shows the new card.
    - all that falls with `identity`, when ethnicity or address differ: eligibility was judged, and
      the sheet signed, by them. Refused where the site could not do these again (eligibility closed,
      or the county has completed): the county decides first, by an extension or by reopening.

    The same reading sent again gives the same answer. Raises Invalid; NotOpen for others than the
    site; Refused for another person's card, another name, a card run out, or a reading used elsewhere.
    """
    registration = locked(registration_id)
    if by.kind not in STEPS["identity"].actors:
        raise NotOpen(f"重新读卡由{PARTY_NAMES[Party.SITE]}办理")
    refuse_if_stopped(registration)
    if _used_for(registration, reader, nonce):
        return registration
    now = season_now(registration.season_id)
    today = now.astimezone(BEIJING).date()
    person = checked(document, today=today, real_season=registration.season.is_real)
    require_same(registration, person, today=today)
    old = document_of(registration)
    if person.kind is not Kind.RESIDENT:
        person = beyond_chip(person, old)
    changed = [field for field in (*_OWN, *_CARDS) if _differs(field, old, person)]
    moved = any(field in changed for field in _OWN)
    if moved:
        _require_can_redo(registration)
    use_reading(registration, reader, nonce)
    _take_over(registration, person)
    registration.reading, registration.reader = reading_of(person, reader=reader), reader
    registration.read_by, registration.read_at = by.label, now
    update(registration, "document_sealed", "ethnicity", "too_wide", "reading", "reader", "read_by", "read_at")
    if moved or (changed and "signature" not in registration.done_steps):
        void_sheets(registration, reason="重新读卡，证件信息有变动", at=now)
    if moved:
        complete_step(registration, "identity", by=by, at=now)
    clear_holds(registration, DEBT, by=by, at=now)
    system_checks.end_checks(registration, by=by, at=now)
    end_hand_ins(registration, by=by, at=now)
    record("reread_card", by=by, subject=registration.pk, path=registration.path, details={"changed": changed})
    return registration


def require_same(registration: Registration, person: IdentityDocument, *, today: date) -> None:
    blind = keys().blind(person.number, purpose="id", season=registration.season_id)
    if blind != bytes(registration.number_blind):
        raise Refused(
            "读到的证件号码和这份报名的不同，没有接收。请核对证件是不是考生本人的；"
            "如果录入时号码有误，请报县（市、区）招考机构处理"
        )
    if person.name != registration.name:
        raise Refused("证件上的姓名和报名时登记的不同，没有接收。请报县（市、区）招考机构核对后处理")
    if person.valid_to and person.valid_to < today:
        raise Refused(f"这张证件已于{day(person.valid_to)}到期，不能用来核验。请考生换领新证以后再来读卡")


def require_present(
    registration: Registration, document: IdentityDocument, *, reader: str, nonce: str, today: date
) -> None:
    """Raise Refused unless the person is there with their own valid document, read just now and never used before.

    What no reader reads (R24) has been seen by the site, its number typed from it: `reader` is empty then.
    """
    require_same(registration, document, today=today)
    if reader:
        use_reading(registration, reader, nonce)
    elif registration.document_kind == Kind.RESIDENT:
        raise Refused("请把考生本人的身份证放到读卡器上，再读卡受理")


def _differs(field: str, old: IdentityDocument, new: IdentityDocument) -> bool:
    """Whether the card says something else; spaces and full-width digits of typed entry are no difference."""
    was, now = getattr(old, field), getattr(new, field)
    return halfwidth(was) != halfwidth(now) if isinstance(was, str) else was != now


def _require_can_redo(registration: Registration) -> None:
    """Raise Refused where the site could not do again what would fall."""
    falls = registration.done_steps.intersection(undone_by("identity")[1:])
    closed = "eligibility" in falls and state_of(registration).open_phase("eligibility") is None
    if closed or "completion" in falls:
        raise Refused(
            "证件上的民族或住址和报名时登记的不同，要重新审核报考资格，现在还不能办理。"
            "请报县（市、区）招考机构决定，由其延长审核时间或重新打开后再来读卡"
        )


def _take_over(registration: Registration, person: IdentityDocument) -> None:
    registration.ethnicity = person.ethnicity
    registration.too_wide = len(overflows_of(registration.season, person))
    registration.document_sealed = keys().seal(person.to_json(), context=document_context(registration.pk))


def _used_for(registration: Registration, reader: str, nonce: str) -> bool:
    """Whether this very reading was used for this very file."""
    return bool(nonce) and CardUse.objects.filter(registration=registration, digest=_digest(reader, nonce)).exists()


def use_reading(registration: Registration, reader: str, nonce: str) -> None:
    """Keep that this reading is used up; the unique digest decides. Raises Refused for a second use."""
    clock = timezone.now()
    past = CardUse.objects.filter(expires_at__lt=clock).select_for_update(skip_locked=True)
    CardUse.objects.filter(pk__in=list(past.values_list("pk", flat=True)[:100])).delete()
    try:
        with transaction.atomic():
            insert(CardUse(registration=registration, digest=_digest(reader, nonce), expires_at=clock + _KEPT))
    except IntegrityError:
        raise Refused("这次读卡已经用过，请重新读卡") from None


def _digest(reader: str, nonce: str) -> bytes:
    return hashlib.sha256(f"{reader}\n{nonce}".encode()).digest()
