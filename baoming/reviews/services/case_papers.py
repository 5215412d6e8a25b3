"""The papers of a special case: those that were handed in for it, and none that was handed in for another."""

from collections.abc import Collection, Mapping
from uuid import UUID

from baoming.audit.actors import Party
from baoming.registrations.attached_queries import CASE, drafts_of, pictures_of
from baoming.registrations.models import Registration
from baoming.registrations.services.evidence import take_drafts
from baoming.reviews.case_queries import acts_of, asked_in
from baoming.reviews.cases import OPEN_STATES, Kind
from baoming.reviews.models import Case


def purpose_of(kind: Kind, paper: str) -> str:
    """Return what the picture of a paper is kept for."""
    return f"{CASE}{kind.key}-{paper}"


def open_of(registration: Registration, kind: Kind) -> Case | None:
    """Return the open case of this kind: there is one at most."""
    return Case.objects.filter(registration=registration, kind=kind.key, state__in=OPEN_STATES).first()


def papers_there(registration: Registration, kind: Kind, case: Case | None, *, by: Party) -> dict[str, str]:
    """Return paper → id of the picture: drafts of `by`, and those `case` was asked with; None: not opened yet.

    What an earlier case was asked with was handed in for that one: it says nothing of what is asked now.
    """
    drafts = drafts_of(registration, by)
    new = {one.key: str(drafts[key].pk) for one in kind.papers if (key := purpose_of(kind, one.key)) in drafts}
    return {**_asked_with(case), **new}


def of_others(registration: Registration, kind: Kind) -> set[UUID]:
    """Return which pictures that count belong to no open case: the same ones sent again are handed in anew."""
    mine: Collection[str] = _asked_with(open_of(registration, kind)).values()
    purposes = {purpose_of(kind, paper.key) for paper in kind.papers}
    counted = pictures_of(registration).items()
    return {one.pk for purpose, one in counted if purpose in purposes and str(one.pk) not in mine}


def take(registration: Registration, kind: Kind, *, before: Mapping[str, str], by: Party) -> dict[str, str]:
    """Let the pictures that `by` handed in for it count beside those it has (`before`). After `locked`.

    Returns paper → id.
    """
    papers = {purpose_of(kind, paper.key): paper.key for paper in kind.papers}
    taken = take_drafts(registration, papers, by=by)
    return {**before, **{papers[one.purpose]: str(one.pk) for one in taken}}


def _asked_with(case: Case | None) -> Mapping[str, str]:
    return asked_in(acts_of(case)).pictures if case is not None else {}
