"""The desk, first half: a card read or typed entry opens the file (R6)."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization, SiteSeason
from baoming.registrations import names
from baoming.registrations.identity_documents import IdentityDocument, checked
from baoming.registrations.journey import STEPS
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.queries import document_context, find_by_number
from baoming.registrations.services.steps import complete_step, place_hold, require
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.moments import BEIJING
from baoming.vault.services import keys


class Duplicate(Refused):
    """This person is registered already. The sentence names the site: for staff only."""


@transaction.atomic
def open_file(
    document: IdentityDocument,
    *,
    season: Season,
    site: Organization,
    by: Actor,
    reader: str = "",
    roster_entry: int | None = None,
) -> Registration:
    """Open one person's file at `site`; `reader` is empty for typed entry, which leaves a debt (R26).

    Raises Invalid for what cannot be on a card, Duplicate for a person registered anywhere in the
    province, NotOpen outside the intake window or before the county has opened the site (R2).
    """
    now = season_now(season.pk)
    person = checked(document, today=now.astimezone(BEIJING).date(), real_season=season.is_real)
    _require_open(season, site)
    registration = _new(person, season=season, site=site)
    registration.reading = Registration.Reading.CARD if reader else Registration.Reading.TYPED
    registration.reader, registration.read_by, registration.read_at = reader, by.label, now
    registration.created_at = now
    require("identity", registration, by)
    _insert(registration, person)
    if roster_entry is not None:
        _tie(registration, roster_entry)
    if not reader:
        place_hold(
            registration,
            kind="reverification",
            steps=[],
            by=by,
            reason="证件信息是手工录入的，需要到报名点读卡核验",
        )
    complete_step(registration, "identity", by=by, at=now)
    record(
        "open_file",
        by=by,
        subject=registration.pk,
        path=registration.path,
        details={"reading": registration.reading},
    )
    return registration


def _require_open(season: Season, site: Organization) -> None:
    if not SiteSeason.objects.filter(season=season, site=site, opened_at__isnull=False).exists():
        raise NotOpen("本报名点还没有开通采集，请联系县（市、区）招考机构确认条件并开通")


def _new(person: IdentityDocument, *, season: Season, site: Organization) -> Registration:
    ring, pk = keys(), uuid4()
    return Registration(
        id=pk,
        season=season,
        site=site,
        path=site.path,
        name=person.name,
        name_key=names.pinyin_key(person.name),
        name_initials=names.initials(person.name),
        sex=person.sex,
        ethnicity=person.ethnicity,
        document_sealed=ring.seal(person.to_json(), context=document_context(pk)),
        number_blind=ring.blind(person.number, purpose="id", season=season.pk),
        last_four_blind=ring.blind(person.number[-4:], purpose="last4", season=season.pk),
        traits=["takes the culture exam or 对口", "takes an exam"],
    )


def _insert(registration: Registration, person: IdentityDocument) -> None:
    """Insert; the unique blind index decides between two counties at the same instant (FR3)."""
    try:
        with transaction.atomic():
            registration.save(force_insert=True)
    except IntegrityError:
        other = find_by_number(registration.season_id, person.number)
        if other is None:
            raise
        done = STEPS[other.current_step].zh if other.current_step else "全部步骤"
        raise Duplicate(
            f"这名考生已在{other.site.name}报名（现在到：{done}），一个人只能报名一次。请让考生到该报名点继续办理"
        ) from None


def _tie(registration: Registration, roster_entry: int) -> None:
    """Tie the roster's row to the file, and take class and student number from it."""
    entry = RosterEntry.objects.select_for_update().filter(pk=roster_entry, site=registration.site_id).first()
    if entry is None or entry.registration_id is not None:
        return
    entry.registration = registration
    entry.save(update_fields=["registration"])
    registration.class_name, registration.student_no = entry.class_name, entry.student_no
    registration.save(update_fields=["class_name", "student_no"])


def matching_entry(season_id: int, site_id: UUID, name: str) -> RosterEntry | None:
    """Return the one pupil of this name on the site's roster who has no file yet; None when there are two."""
    found = list(RosterEntry.objects.filter(season=season_id, site=site_id, name=name, registration=None)[:2])
    return found[0] if len(found) == 1 else None
