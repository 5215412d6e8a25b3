"""Reading registrations: their state, their document, and the lists of offices."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet, Window

from baoming.audit.actors import Party
from baoming.forms.attached import Booklet
from baoming.registrations import journey
from baoming.registrations.document_numbers import canonical_any
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import (
    Activation,
    AlarmLine,
    Dispute,
    HoldRow,
    HouseholdCheck,
    Photo,
    Registration,
    RosterEntry,
    StepLog,
)
from baoming.registrations.tasklist import TaskList, task_list
from baoming.schedule.queries import extended, phase_times, phase_times_of
from baoming.schedule.windows import PhaseTime
from baoming.seasons.queries import Clock, data
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept, kept_one
from baoming.shared.scope_queries import at_people, enter_people
from baoming.vault.file_services import SealedFiles
from baoming.vault.services import keys

STOPPED = "这份报名已经中止，各项办理都已停止。如果有误，请联系报名点，由县（市、区）招考机构撤销中止"
PHOTOS = SealedFiles(Photo, "file", "photos", "照片文件读不出，请在受理台重新采集照片；其余资料都在")
NOBODY = UUID(int=0)  # no registration has it: ours are random
_RETURNED = Registration.HouseholdState.RETURNED
DEBT = "reverification"  # kind of the hold that typed entry, or a card run out, leaves (R26)
_TODO = {DEBT: "带身份证到报名点读卡"}  # by kind of hold, what the candidate does to end it


def state_of(registration: Registration, *, clock: Clock | None = None, extended: bool | None = None) -> journey.State:
    """Return the journey's state. Called after the lock, openness is decided here, by the database's clock.

    `extended`: whether the person or an area was granted more; else as the row was annotated, or asked.
    """
    more = getattr(registration, "extended", True) if extended is None else extended
    return _state(
        registration,
        phases=phase_times(
            registration.season_id, path=registration.path, subject=registration.pk, clock=clock, extended=more
        ),
        holds=[_hold(row) for row in _open_holds(registration)],
    )


def _open_holds(registration: Registration) -> Sequence[HoldRow]:
    """The row says how many there are: mostly none, and then nothing is asked."""
    return _holds(registration) if registration.held or registration.debts else ()


@Kept
def _holds(registration: Registration) -> QuerySet[HoldRow]:
    return HoldRow.objects.filter(registration=registration, cleared_at=None)


def _hold(row: HoldRow) -> journey.Hold:
    return journey.Hold(steps=frozenset(row.steps), reason=row.reason, todo=_TODO.get(row.kind, ""))


def states_of(rows: Sequence[Registration], *, clock: Clock) -> dict[UUID, journey.State]:
    """As `state_of`, for many people of one season, in two questions.

    For previews; what decides asks with the rows locked, and takes its `clock` after that.
    """
    if not rows:
        return {}
    holds: dict[UUID, list[journey.Hold]] = {}
    for hold in HoldRow.objects.filter(registration__in=[row.pk for row in rows], cleared_at=None):
        holds.setdefault(hold.registration_id, []).append(_hold(hold))
    times = phase_times_of(rows[0].season_id, {row.pk: row.path for row in rows}, clock=clock)
    return {row.pk: _state(row, phases=times[row.pk], holds=holds.get(row.pk, ())) for row in rows}


def _state(row: Registration, *, phases: Mapping[str, PhaseTime], holds: Iterable[journey.Hold]) -> journey.State:
    acting = _household_with(row)
    return journey.State(
        done=row.done_steps,
        phases=journey.with_booklet_at_site(phases) if acting["household"] is Party.SITE else phases,
        traits=row.trait_set,
        holds=tuple(holds),
        only={"eligibility": Party(row.decider)} | acting,
        stopped=STOPPED if row.stopped_at else "",
    )


def _household_with(row: Registration) -> dict[str, Party]:
    """Who acts on the household booklet: the candidate hands it in, then it is the site's, which may give it back."""
    handed_in = row.household_state in (Registration.HouseholdState.WAITING, Registration.HouseholdState.MATCHED)
    return {"household": Party.SITE if handed_in else Party.CANDIDATE}


def tasks_of(
    registration: Registration, viewer: Party, *, clock: Clock | None = None, state: journey.State | None = None
) -> TaskList:
    """Return the live task list, the same for candidate and office but for who acts; `state` where it is known."""
    log = step_log(registration)
    done_at = {row.step: row.at for row in log if row.done}
    returned = {row.step: f"{row.reason}，请到报名点重拍" for row in log if row.step == "photo" and not row.done}
    if viewer is not Party.CANDIDATE:  # why the county opened somebody again was written for offices
        returned |= {row.step: f"重新打开过：{row.reason}" for row in log if row.step == "completion" and not row.done}
    if registration.household_state == _RETURNED and (check := _household_check(registration)):
        booklet = Booklet.of(data(registration.season, "form"))
        returned["household"] = booklet.reasons.get(check.reason, "") if booklet else ""
    return task_list(state or state_of(registration, clock=clock), viewer, done_at=done_at, returned=returned)


@kept_one
def _household_check(registration: Registration) -> QuerySet[HouseholdCheck]:
    return HouseholdCheck.objects.filter(registration=registration).order_by("-id")[:1]


@Kept
def step_log(registration: Registration) -> QuerySet[StepLog]:
    """Return the log of steps, oldest first."""
    return StepLog.objects.filter(registration=registration).order_by("id")


def document_context(registration_id: UUID) -> str:
    """Return the place a sealed identity document is bound to."""
    return f"registrations_registration.document_sealed.{registration_id}"


def document_of(registration: Registration) -> IdentityDocument:
    """Open the sealed identity document. Callers show it masked, or record a reveal."""
    sealed = keys().unseal(registration.document_sealed, context=document_context(registration.pk))
    return IdentityDocument.from_json(registration.name, sealed)


@kept_one
def current_photo(registration: Registration) -> QuerySet[Photo]:
    return Photo.objects.filter(registration=registration, current=True)


def photo_bytes(photo: Photo) -> bytes:
    """Open the sealed JPEG of a photo. Raises FileLost, Unavailable."""
    return PHOTOS.read(photo)


@kept_one
def newest_slip(registration: Registration) -> QuerySet[Activation]:
    """Return the slip printed last, whether its code still counts or not."""
    return Activation.objects.filter(registration=registration).order_by("-slip")[:1]


def owes_reading(registration: Registration) -> bool:
    """Whether a card has still to be read: after typed entry, or a card that had run out (R26)."""
    return registration.debts > 0


def find_by_number(season_id: int, number: str) -> Registration | None:
    """Return this person's registration anywhere in the province, by blind index: past the scope, for this alone."""
    pk = id_of_number(season_id, number)
    with at_people([pk]):
        return _anywhere(pk)


def id_of_number(season_id: int, number: str) -> UUID:
    """Return whose number it is, anywhere in the province; NOBODY's id for an unknown one, to be looked for as well."""
    with connection.cursor() as cursor:
        blind = keys().blind(number, purpose="id", season=season_id)
        cursor.execute("SELECT registration_of_number(%s, %s)", [season_id, blind])
        return cursor.fetchone()[0] or NOBODY


def whose_number(season_id: int, number: str) -> tuple[UUID | None, str]:
    """Return whose number it is, whom this transaction may see from now on, and their path; None and "" for nobody's.

    Known and unknown numbers cost the same; what is no number at all is nobody's.
    """
    try:
        pk = id_of_number(season_id, canonical_any(number))
    except ValueError:
        return None, ""
    enter_people([pk])
    path = _path(pk)
    return (None, "") if path is None else (pk, path)


@kept_one
def _path(pk: UUID) -> "QuerySet[Registration, str]":
    return Registration.objects.filter(pk=pk).values_list("path", flat=True)


@kept_one
def _anywhere(pk: UUID) -> QuerySet[Registration]:
    return Registration.objects.select_related("site").filter(pk=pk)


@kept_one
def registration_of(account_id: UUID, season_id: int) -> QuerySet[Registration]:
    """Return the registration of a candidate's account in one season, with its site."""
    rows = Registration.objects.select_related("site").annotate(extended=extended())
    return rows.filter(account=account_id, season=season_id)


@kept_one
def within_reach(pk: UUID, season_id: int, low: str, high: str) -> QuerySet[Registration]:
    """Return one registration of an office's area, `low` being its path and `high` the next sibling's."""
    theirs = Registration.objects.filter(pk=pk, season=season_id, path__gte=low, path__lt=high)
    return theirs.select_related("site").annotate(extended=extended())


def expected_pupils(season_id: int, path: str, *, first: int = 0, limit: int = 60) -> list[RosterEntry]:
    """Return the pupils on the roster who have not been to the desk, by class and student number, from `first` on.

    Each knows how many they are in all, as `total`.
    """
    return _expected(first, limit)(season_id, path, next_sibling(path))


@lru_cache(maxsize=64)
def _expected(first: int, limit: int) -> "Kept[[int, str, str], RosterEntry]":
    def rows(season_id: int, low: str, high: str) -> QuerySet[RosterEntry]:
        found = RosterEntry.objects.filter(season=season_id, registration=None, path__gte=low, path__lt=high)
        counted = found.annotate(total=Window(Count("pk")))
        return counted.order_by("class_name", "student_no", "pk")[first : first + limit]

    return Kept(rows)


def roll_blind(number: str, season_id: int) -> bytes:
    """Return the blind index of a 学籍号."""
    return keys().blind(number, purpose="roll", season=season_id)


def roll_context(entry_id: int) -> str:
    """Return the place a sealed 学籍号 is bound to."""
    return f"registrations_rosterentry.roll_sealed.{entry_id}"


def roll_number_of(entry: RosterEntry) -> str:
    """Open the sealed 学籍号. Pages show it masked."""
    return keys().unseal(entry.roll_sealed, context=roll_context(entry.pk)).decode()


def suspect_changes(season_id: int, path: str, *, limit: int = 300) -> list[AlarmLine]:
    """Return the people of this area whom bursts have met, newest burst first."""
    rows = AlarmLine.objects.filter(
        path__gte=path, path__lt=next_sibling(path), registration__season=season_id
    ).select_related("alarm", "registration__site")  # fmt: skip
    return list(rows.order_by("-alarm_id", "at")[:limit])


def open_disputes(season_id: int, path: str, *, limit: int = 300) -> list[Dispute]:
    """Return whose forms of this area are frozen, those first who wait longest."""
    rows = Dispute.objects.exclude(state="released").filter(
        registration__season=season_id, registration__path__gte=path, registration__path__lt=next_sibling(path)
    )
    return list(rows.select_related("registration__site").order_by("at")[:limit])


def count_disputes(season_id: int, path: str) -> int:
    """Return how many forms of this area are frozen."""
    return Registration.objects.within(path).filter(season=season_id, disputed_at__isnull=False).count()
