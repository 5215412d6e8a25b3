"""Reading checks: kinds, exports, how many lines are out and back by county, what registers said of one person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from baoming.audit.actors import Actor
from baoming.checks.kinds import Checks, Kind, Outcome
from baoming.checks.models import CheckBatch, CheckFile, CheckResult, CheckTally
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.reviews.cases import OPEN_STATES
from baoming.reviews.models import Case
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data
from baoming.shared.errors import Refused
from baoming.shared.paths import next_sibling
from baoming.vault.file_services import SealedFiles
from baoming.vault.services import keys

FILES = SealedFiles(CheckFile, "file", "checks", "核查文件读不出，请重新申请导出")
COUNTY = 9  # characters of a county's path: `43/01/02/`


def checks_of(season: Season) -> Checks:
    """Return the season's checks. Raises Refused for a season that was loaded before it had any."""
    try:
        return Checks.of(data(season, "checks"))
    except SeasonData.DoesNotExist:
        raise Refused("本季还没有核查的设置，请联系系统管理员重新装入本季数据") from None


def kind_of(season: Season, key: str) -> Kind:
    """Return one kind. Raises Refused for what the season does not have."""
    if (kind := checks_of(season).kinds.get(key)) is None:
        raise Refused("本季没有这类核查，请从列出的核查里选择")
    return kind


def to_check(batch: CheckBatch, kind: Kind, site: str) -> list[Registration]:
    """Return the people of one site who belong into an export, as its index has them.

    Only who has a document that the register knows; and who has no answer, or one of another name or number, or a
    finding that was only noted: who was stopped then, and is not any more, is asked about anew.
    """
    rows = Registration.objects.filter(season=batch.season_id, path=site, stopped_at=None)
    people = list(rows.filter(document_kind__in=kind.documents).select_related("roster_entry").order_by("number", "pk"))
    if batch.again:
        return people
    followed = Q(outcome=Outcome.MATCH) | Q(case__isnull=False)
    answers = CheckResult.objects.filter(followed, registration__in=people, kind=batch.kind)
    told = {(of, bytes(asked)) for of, asked in answers.values_list("registration", "line__asked")}
    anew = {of for of, _ in told}  # most have none: nothing is computed for them
    return [row for row in people if row.pk not in anew or not told & {(row.pk, b""), (row.pk, asked_of(row))}]


def asked_of(row: Registration) -> bytes:
    """Return by what a register is asked about one person: a blind index of name and number together."""
    return keys().blind(f"{row.name}|{bytes(row.number_blind).hex()}", purpose="check:asked", season=row.season_id)


def sites_after(batch: CheckBatch) -> list[str]:
    """Return the paths of the sites that an export has still before it, in order."""
    rows = Organization.objects.within(batch.area).filter(level=Organization.Level.SITE, path__gt=batch.cursor)
    return list(rows.order_by("path").values_list("path", flat=True))


def exports_of(season_id: int, path: str) -> QuerySet[CheckBatch]:
    """Return the exports of one office, newest first: the offices above it have their own."""
    return CheckBatch.objects.filter(season=season_id, path=path).order_by("-asked_at", "-pk")


def exports_to_approve(season_id: int, *, by: Actor) -> QuerySet[CheckBatch]:
    """Return the exports that wait for a second person: of the own office, none that `by` asked for."""
    return exports_of(season_id, by.path).filter(state=CheckBatch.State.ASKED).exclude(asked_by=by.id)


def export_of(batch_id: UUID, season_id: int, path: str) -> CheckBatch | None:
    """Return one export of this office."""
    return CheckBatch.objects.filter(pk=batch_id, season=season_id, path=path).first()


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of check in one area: lines that went out, answers, and what is open of the cases."""

    exported: int = 0
    match: int = 0
    mismatch: int = 0
    missing: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def returned(self) -> int:
        return self.match + self.mismatch + self.missing


_SUMS = ("exported", "match", "mismatch", "missing")


def standings(season: Season, path: str, *, level: int, now: datetime) -> dict[tuple[str, str], Standing]:
    """Return how each kind of check stands below `path`, by kind and the first `level` characters of the path.

    Two questions: of the kept counts, and of the open cases, which an index finds. No person is counted.
    """
    area = Q(path__gte=path, path__lt=next_sibling(path))
    kept = CheckTally.objects.filter(area, season=season).values_list("kind", Left("path", level))
    found = {
        (kind, place): dict(zip(_SUMS, sums, strict=True))
        for kind, place, *sums in kept.annotate(*map(Sum, _SUMS)).order_by()
    }
    by_case = {kind.case: key for key, kind in checks_of(season).kinds.items()}
    late = Count("pk", filter=Q(due_at__lt=now))
    cases = Case.objects.filter(area, season=season, kind__in=by_case, state__in=OPEN_STATES).exclude(holder="")
    for kind, place, many, overdue in (
        cases.values_list("kind", Left("path", level)).annotate(many=Count("pk"), late=late).order_by()
    ):
        found.setdefault((by_case[kind], place), {}).update(open=many, overdue=overdue)
    return {key: Standing(**counts) for key, counts in found.items()}


def results_of(registration: Registration) -> list[CheckResult]:
    """Return what registers said of one person, newest first."""
    return list(CheckResult.objects.filter(registration=registration).select_related("case").order_by("-at", "-pk"))


def remark_context(result_id: UUID) -> str:
    """Return the place a sealed remark is bound to."""
    return f"checks_checkresult.remark_sealed.{result_id}"


def remark_of(result: CheckResult) -> str:
    """Open what a register remarked; empty where it did not."""
    if not result.remark_sealed:
        return ""
    return keys().unseal(result.remark_sealed, context=remark_context(result.pk)).decode()
