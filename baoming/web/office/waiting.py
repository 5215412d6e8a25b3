"""Decisions that wait for whoever is signed in, counted for the first page of the day."""

from baoming.audit.actors import Party
from baoming.checks.alike_queries import count_to_judge
from baoming.checks.queries import exports_to_approve
from baoming.organizations.queries import waiting_proposals
from baoming.registrations.absent_queries import handed_in
from baoming.registrations.extension_queries import to_decide
from baoming.registrations.resets import county_confirms
from baoming.registrations.second_queries import count_waiting
from baoming.reviews.case_queries import case_count
from baoming.reviews.queries import asked_transfers
from baoming.schedule.queries import phase_times
from baoming.web.access import OfficeRequest


def waits_for(request: OfficeRequest) -> dict[str, int]:
    """Return what waits in 待审批, by its name; nothing for who decides nothing there."""
    if not request.staff.may("see_approvals"):
        return {}
    season, path, kind = request.season.pk, request.staff.path, request.actor.kind
    found = count_waiting(season, by=request.actor, phones=confirms_phones(request))
    if kind is Party.COUNTY:
        found["外县申请转入"] = len(asked_transfers(season, path)[0])
    return {what: count for what, count in found.items() if count}


def cases_waiting(request: OfficeRequest) -> int:
    """Return how many special cases of the area wait for this office."""
    if not request.staff.may("see_cases"):
        return 0
    return case_count(request.season.pk, request.staff.path, tab="mine", party=request.actor.kind)


def photos_waiting(request: OfficeRequest) -> int:
    """Return how many photos came for this site from people who cannot come, and wait to be looked at: 20 at most."""
    if request.actor.kind is not Party.SITE or not request.staff.may("intake"):
        return 0
    return len(handed_in(request.season.pk, request.staff.path))


def proposals(request: OfficeRequest) -> int:
    """Return how many proposals about accounts wait for this security administrator."""
    return waiting_proposals(request.staff.path).count() if request.staff.may("approve_staff") else 0


def extensions_waiting(request: OfficeRequest) -> int:
    """Return how many requests for more time wait for whoever is signed in."""
    return to_decide(request.season.pk, by=request.actor).count() if request.staff.may("extend") else 0


def exports_waiting(request: OfficeRequest) -> int:
    """Return how many exports for checks wait for the second person who is signed in."""
    return exports_to_approve(request.season.pk, by=request.actor).count() if request.staff.may("export_check") else 0


def pairs_waiting(request: OfficeRequest) -> int:
    """Return how many pairs of registrations that look like one person's wait for this office."""
    return count_to_judge(request.season.pk, request.staff.path) if request.staff.may("judge_pairs") else 0


def confirms_phones(request: OfficeRequest) -> bool:
    """Whether a lost phone may be confirmed here now: in the last 48 hours by the county alone."""
    if request.actor.kind is not Party.SITE:
        return True
    time = phase_times(request.season.pk, path=request.staff.path, clock=request.clock)["sign_up"]
    return not county_confirms(request.clock.now, closes=time.closes, over=time.over)
