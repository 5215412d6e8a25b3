"""Reading special cases: what was asked for, how it went, what waits for whom."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, QuerySet

from baoming.audit.actors import Party
from baoming.forms.attached import Consent
from baoming.registrations.journey import unpack
from baoming.registrations.models import Registration
from baoming.registrations.queries import state_of
from baoming.reviews.cases import ELIGIBILITY, OPEN, OPEN_STATES, Act, Kind, State, kinds
from baoming.reviews.models import Case, CaseAct
from baoming.seasons.models import Season
from baoming.seasons.queries import data, parsed
from baoming.shared.errors import Refused
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept
from baoming.vault.services import keys

ASKED = (OPEN, Act.SUPPLY, Act.OBJECT)  # the acts by which something is asked for


def kinds_of(season: Season) -> dict[str, Kind]:
    """Return the season's kinds by key. Do not change what is returned: it is kept per process."""
    return parsed(season, ("cases", "eligibility"), kinds)


def kind_of(season: Season, key: str) -> Kind:
    """Return one kind. Raises Refused for what the season does not have."""
    if (kind := kinds_of(season).get(key)) is None:
        raise Refused("本季没有这类事项，请从列出的事项里选择")
    return kind


def is_over(registration: Registration, kind: Kind) -> bool:
    """Whether the time of this kind has ended for this person: none is opened and none granted any more."""
    return bool(kind.until) and state_of(registration).phases[kind.until].over


def judging_kinds(season: Season) -> list[Kind]:
    """Return the kinds by which another office than the site judges eligibility (R23, R24)."""
    return [kind for kind in kinds_of(season).values() if kind.effect == ELIGIBILITY]


def open_judging(registration: Registration) -> Case | None:
    """Return the open case in which another office judges this person's eligibility: one at a time."""
    keys_ = {kind.key for kind in judging_kinds(registration.season)}
    return next((one for one in cases_of(registration) if one.kind in keys_ and one.state in OPEN_STATES), None)


def consent_of(season: Season) -> Consent:
    """Return the season's consent to keep pictures of papers, the same as for declarations."""
    return Consent.parse(data(season, "form")["declarations"]["consent"])


def content_context(act_id: UUID) -> str:
    """Return the place the sealed content of one act is bound to."""
    return f"reviews_caseact.content_sealed.{act_id}"


def content_of(act: CaseAct) -> dict[str, Any]:
    """Open what was asked for or written down in one act."""
    if not act.content_sealed:
        return {}
    content: dict[str, Any] = json.loads(keys().unseal(act.content_sealed, context=content_context(act.pk)))
    return content


def note_of(act: CaseAct) -> str:
    """Open what was written beside an act: why, an objection, what is missing. It tells of health and households."""
    note: str = content_of(act).get("note", "")
    return note


@Kept
def cases_of(registration: Registration) -> QuerySet[Case]:
    """Return a person's cases, newest first."""
    return Case.objects.filter(registration=registration).order_by("-opened_at", "pk")


@Kept
def acts_of(case: Case) -> QuerySet[CaseAct]:
    """Return how a case went, oldest first."""
    return CaseAct.objects.filter(case=case).order_by("number")


def asked_in(acts: Sequence[CaseAct]) -> CaseAct:
    """Return the act that says what is asked for now: the opening, or what was supplied since."""
    return [act for act in acts if act.act in (OPEN, Act.SUPPLY)][-1]


def decision_in(acts: Sequence[CaseAct]) -> CaseAct | None:
    """Return the newest act that granted or refused."""
    return next((act for act in reversed(acts) if act.act in (Act.GRANT, Act.REFUSE)), None)


def granted(registration: Registration, kind: str) -> Case | None:
    """Return the newest case of this kind that was granted and stands: a fact for exams, payments and prints."""
    return next((one for one in cases_of(registration) if (one.kind, one.state) == (kind, State.GRANTED)), None)


TABS = {"mine": "待我办", "others": "等待他人", "closed": "已办结"}


class Line(NamedTuple):
    """What a list shows of one case."""

    id: UUID
    kind: str
    state: str
    holder: str
    since: datetime
    due_at: datetime | None
    papers: int
    person: UUID
    name: str
    number: int | None
    site: str
    eligible: bool  # as `cases.fallen` asks
    stopped: bool


_OF_CASE = ("id", "kind", "state", "holder", "since", "due_at", "papers", "registration_id")
_OF_PERSON = ("name", "number", "site__name", "done", "stopped_at")


def cases_within(
    season_id: int, path: str, *, tab: str, party: Party, kind: str = "", first: int = 0, size: int
) -> list[Line]:
    """Return `size` of the area's cases under one tab: open ones by their deadline, closed ones newest first.

    What is with nobody's office, to be supplied, has none and comes last.

    The people are asked for afterwards: asked together, PostgreSQL reads everybody of the area for fifty names.
    """
    listed = _LISTED[tab, bool(kind)]
    found = listed.page(first, size, season_id, path, next_sibling(path), party.value, kind)
    people = _people([row[-1] for row in found])
    told = {pk: (*shown, ELIGIBILITY in unpack(done), stopped is not None) for pk, *shown, done, stopped in people}
    return [Line(*row, *told[row[-1]]) for row in found if row[-1] in told]  # who has moved away meanwhile is left out


def case_count(season_id: int, path: str, *, tab: str, party: Party, kind: str = "") -> int:
    """Return how many cases of the area are under one tab."""
    rows = _of_tab(season_id, path, next_sibling(path), tab, party.value)
    return (rows.filter(kind=kind) if kind else rows).count()


def case_counts(season_id: int, path: str, party: Party) -> dict[str, int]:
    """Return tab → how many cases of the area, a county or a site: counted from two indexes."""
    low, high = path, next_sibling(path)
    held = dict(_held(season_id, low, high))
    mine = held.pop(party.value, 0)
    return {"mine": mine, "others": sum(held.values()), "closed": sum(_closed(season_id, low, high))}


def _of_tab(season_id: Any, low: Any, high: Any, tab: str, party: Any) -> QuerySet[Case]:
    rows = Case.objects.filter(season=season_id, path__gte=low, path__lt=high)
    if tab == "closed":
        return rows.filter(holder="")
    return rows.filter(holder=party) if tab == "mine" else rows.exclude(holder="").exclude(holder=party)


def _listing(tab: str, *, of_kind: bool) -> Callable[[int, str, str, str, str], QuerySet[Case, tuple[Any, ...]]]:
    """Return the question of one tab."""

    def asked(season_id: int, low: str, high: str, party: str, kind: str) -> QuerySet[Case, tuple[Any, ...]]:
        rows = _of_tab(season_id, low, high, tab, party)
        rows = rows.filter(kind=kind) if of_kind else rows
        first = F("since").desc() if tab == "closed" else F("due_at").asc(nulls_last=True)
        return rows.order_by(first, "since", "pk").values_list(*_OF_CASE)

    return asked


_LISTED = {(tab, of_kind): Kept(_listing(tab, of_kind=of_kind)) for tab in TABS for of_kind in (False, True)}


@Kept
def _people(ids: list[UUID]) -> QuerySet[Registration, tuple[Any, ...]]:
    return Registration.objects.filter(pk__among=ids).values_list("id", *_OF_PERSON)


@Kept
def _held(season_id: int, low: str, high: str) -> QuerySet[Case, tuple[str, int]]:
    rows = Case.objects.filter(season=season_id, path__gte=low, path__lt=high).exclude(holder="")
    return rows.values("holder").annotate(cases=Count("*")).order_by().values_list("holder", "cases")


@Kept
def _closed(season_id: int, low: str, high: str) -> QuerySet[Case, int]:
    rows = Case.objects.filter(season=season_id, path__gte=low, path__lt=high, holder="")
    return rows.values("season").annotate(cases=Count("*")).order_by().values_list("cases", flat=True)


def case_of(case_id: UUID, season_id: int, path: str) -> Case | None:
    """Return one case of the area."""
    area = Case.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path))
    return area.filter(pk=case_id).first()


def own_case(registration: Registration, case_id: UUID) -> Case | None:
    """Return one case of this person."""
    return next((one for one in cases_of(registration) if one.pk == case_id), None)
