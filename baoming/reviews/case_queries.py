"""Reading special cases: what was asked for, how it went, what waits for whom."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from baoming.audit.actors import Party
from baoming.forms.attached import Consent
from baoming.registrations.models import Registration
from baoming.reviews.cases import OPEN, Act, Kind, State, kinds
from baoming.reviews.models import Case, CaseAct
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.errors import Refused
from baoming.shared.paths import next_sibling
from baoming.shared.queries import Kept
from baoming.vault.services import keys

ASKED = (OPEN, Act.SUPPLY, Act.OBJECT)  # the acts by which something is asked for


def kinds_of(season: Season) -> dict[str, Kind]:
    """Return the season's kinds by key."""
    return kinds(data(season, "cases"))


def kind_of(season: Season, key: str) -> Kind:
    """Return one kind. Raises Refused for what the season does not have."""
    if (kind := kinds_of(season).get(key)) is None:
        raise Refused("本季没有这类事项，请从列出的事项里选择")
    return kind


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


def _of_tab(tab: str, party: Party) -> Q:
    if tab == "closed":
        return Q(holder="")
    mine = Q(holder=party.value)
    return mine if tab == "mine" else ~Q(holder="") & ~mine


def cases_within(season_id: int, path: str, *, tab: str, party: Party, kind: str = "") -> QuerySet[Case]:
    """Return the area's cases under one tab: open ones longest first, closed ones newest first."""
    rows = Case.objects.filter(_of_tab(tab, party), season=season_id, path__gte=path, path__lt=next_sibling(path))
    rows = rows.filter(kind=kind) if kind else rows
    return rows.select_related("registration__site").order_by("-since" if tab == "closed" else "since", "pk")


def case_counts(season_id: int, path: str, party: Party, *, tabs: Iterable[str]) -> dict[str, int]:
    """Return tab → how many cases of the area, of these tabs: each counted from an index."""
    return {tab: cases_within(season_id, path, tab=tab, party=party).order_by().count() for tab in tabs}


def case_of(case_id: UUID, season_id: int, path: str) -> Case | None:
    """Return one case of the area."""
    area = Case.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path))
    return area.filter(pk=case_id).first()


def own_case(registration: Registration, case_id: UUID) -> Case | None:
    """Return one case of this person."""
    return next((one for one in cases_of(registration) if one.pk == case_id), None)


def papers_of(case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return case → how many papers were handed in with it, in one question."""
    found: dict[UUID, set[str]] = {}
    for case_id, pictures in CaseAct.objects.filter(case__in=case_ids).values_list("case", "pictures"):
        found.setdefault(case_id, set()).update(pictures)
    return {case_id: len(papers) for case_id, papers in found.items()}
