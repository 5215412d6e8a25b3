"""Registrations that look like one person's: found in the background, judged by the lowest office that sees both (R6).

Who has changed is read from the log of steps; candidates come from equal blind keys, and what they really have in
common is looked at one candidate at a time. A pair is asked about once.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.checks.alike_queries import keys_of, owner_of, people_of, reason_context, reason_of, sharing
from baoming.checks.likeness import Like, alike
from baoming.checks.models import AlikePair, MarkedUpTo, Marks
from baoming.registrations.models import Registration, StepLog
from baoming.registrations.services.steps import locked
from baoming.reviews.cases import OPEN_STATES
from baoming.reviews.models import Case
from baoming.reviews.services.cases import open_case
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.moments import short
from baoming.shared.services import update
from baoming.shared.text import serial
from baoming.vault.services import keys

CASE = "duplicate"
LONGEST_REASON = 200
DAYS = timedelta(days=3)  # as the case that it may become
CHUNK = 200  # people marked in one transaction
MOST_CANDIDATES = 50  # of one key that a crowd shares (one photo for a whole class): more say nothing more
_TELLING = ("identity", "photo", "phone")  # steps after which something that is compared may be another
State = AlikePair.State
_JUDGES = (Party.COUNTY, Party.CITY, Party.PROVINCE)


def mark_changed(season_id: int) -> int:
    """Mark everybody whose identity, photo or phone was done since the run before; returns how many pairs were found.

    A run begins where the run before began to be new: a step's row may be seen later than one of a higher id. A run
    that broke off goes on where it was. Whoever is marked as before is passed over.
    """
    upto, _ = MarkedUpTo.objects.get_or_create(season_id=season_id)
    log = StepLog.objects.filter(step__in=_TELLING, registration__season=season_id).order_by("pk")
    newest, found, at = StepLog.objects.aggregate(most=Max("pk"))["most"] or 0, 0, upto.before
    while ids := list(log.filter(pk__gt=at, pk__lte=newest).values_list("pk", "registration")[:CHUNK]):
        found += _mark_chunk(season_id, sorted({pk for _, pk in ids}))
        at = ids[-1][0]
        MarkedUpTo.objects.filter(pk=season_id).update(before=min(at, upto.last))
    MarkedUpTo.objects.filter(pk=season_id).update(before=upto.last, last=newest)
    follow_moves(season_id)
    return found


@transaction.atomic
def _mark_chunk(season_id: int, ids: list[UUID]) -> int:
    """Mark some people. One chunk at a time: two at once would not see each other's marks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alike:{season_id}"])
    rows = list(Registration.objects.filter(pk__in=ids).order_by("pk"))
    known = dict(Marks.objects.filter(registration__in=rows).values_list("registration", "keys"))
    people, found = people_of(rows), 0
    for row in rows:
        marked = keys_of(people[row.pk], season_id)
        if known.get(row.pk) == marked:
            continue
        Marks.objects.update_or_create(registration=row, defaults={"keys": marked})
        found += _pair(row, marked)
    return found


def _pair(row: Registration, marked: list[int]) -> int:
    """Find who is like this person now, also of those who have stopped: a stop may be taken back, and nothing marks it.

    Returns how many new pairs that makes.
    """
    candidates = list(Registration.objects.filter(
        pk__in=sharing(marked, but=row.pk, most=MOST_CANDIDATES), season=row.season_id
    ))  # fmt: skip
    people = people_of([row, *candidates])
    return sum(_keep(row, other, alike(people[row.pk], people[other.pk])) for other in candidates)


def _keep(row: Registration, other: Registration, likes: list[Like]) -> bool:
    """Keep a new pair; one that is known is not asked about again."""
    if not likes:
        return False
    now = season_now(row.season_id)
    first, second = sorted((row, other), key=lambda one: one.pk)
    pair, made = AlikePair.objects.get_or_create(first=first, second=second, defaults={
        "season_id": row.season_id, "path": owner_of(first.path, second.path), "likes": likes, "found_at": now,
        "due_at": now + DAYS,
    })  # fmt: skip
    if not made and pair.state == State.OPEN and pair.likes != likes:
        pair.likes = likes
        update(pair, "likes")
    return made


def follow_moves(season_id: int) -> int:
    """Hand open pairs over to whoever sees both since somebody moved; returns how many."""
    moved = 0
    pairs = AlikePair.objects.filter(season=season_id, state=State.OPEN).select_related("first", "second")
    for pair in pairs.only("path", "first__path", "second__path"):
        path = owner_of(pair.first.path, pair.second.path)
        if path != pair.path:
            pair.path = path
            update(pair, "path")
            moved += 1
    return moved


@transaction.atomic
def set_apart(pair_id: UUID, *, reason: str, by: Actor) -> AlikePair:
    """Write that they are two people, and why; kept, and not asked again. Safe to repeat.

    Raises NotOpen for another office than the lowest common one, Refused once it is decided, Invalid without a reason.
    """
    pair = _locked(pair_id)
    written = " ".join(reason.split())
    if pair.state == State.APART and (pair.decided_by, reason_of(pair)) == (by.id, written):
        return pair
    _require_judge(pair, by)
    if not 1 <= len(written) <= LONGEST_REASON:
        raise Invalid({"reason": f"请写明怎样核实不是同一人，最多{LONGEST_REASON}个字"})
    pair.reason_sealed = keys().seal(written.encode(), context=reason_context(pair.pk))
    _decide(pair, State.APART, by=by)
    return pair


@transaction.atomic
def hand_to_cases(pair_id: UUID, *, by: Actor) -> AlikePair:
    """Open 疑似重复报名 for both: neither is completed before their counties have ruled. Safe to repeat.

    Raises NotOpen for another office and where no case can be opened for either, Refused once it is decided.
    """
    pair = _locked(pair_id)
    if pair.state == State.CASED and pair.decided_by == by.id:
        return pair
    _require_judge(pair, by)
    first, second = (locked(pk) for pk in (pair.first_id, pair.second_id))
    said = [_open(row, other, by=by) for row, other in ((first, second), (second, first))]
    if all(said):
        raise NotOpen(said[0])
    _decide(pair, State.CASED, by=by)
    return pair


def _open(row: Registration, other: Registration, *, by: Actor) -> str:
    """Open the case of one of two, who is locked; returns why it is not. One of its kind that is open holds as well."""
    if Case.objects.filter(registration=row, kind=CASE, state__in=OPEN_STATES).exists():
        return ""
    number = serial(other.number) if other.number else other.site.name
    try:
        with transaction.atomic():
            open_case(row.pk, CASE, raw={"other": [number]}, by=by)
    except NotOpen as refusal:
        return str(refusal)
    return ""


def _locked(pair_id: UUID) -> AlikePair:
    """Lock the pair's people in the order of every lock, then the pair."""
    people = AlikePair.objects.values_list("first", "second").get(pk=pair_id)
    for pk in people:
        locked(pk)
    return AlikePair.objects.select_for_update(of=("self",)).select_related("season").get(pk=pair_id)


def _require_judge(pair: AlikePair, by: Actor) -> None:
    if by.kind not in _JUDGES or by.path != pair.path:
        party = _JUDGES[3 - pair.path.count("/")]
        raise NotOpen(f"这一对由{PARTY_NAMES[party]}核对：两份报名都在其辖区的最低一级机构")
    if pair.state != State.OPEN:
        at = short(pair.decided_at) if pair.decided_at else ""
        raise Refused(f"{pair.decided_label}{at}已经办过：{pair.get_state_display()}")


def _decide(pair: AlikePair, state: AlikePair.State, *, by: Actor) -> None:
    pair.state, pair.decided_at = state, season_now(pair.season_id)
    pair.decided_by, pair.decided_label = by.id, by.label
    update(pair, "state", "reason_sealed", "decided_at", "decided_by", "decided_label")
    for registration in (pair.first, pair.second):
        details = {"outcome": state.value}
        record("judge_pair", by=by, subject=registration.pk, path=registration.path, details=details)
