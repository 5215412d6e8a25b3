"""Reading what was handed in beside the form: pictures of papers, the household booklet, declarations."""

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from baoming.audit.actors import Party
from baoming.forms.attached import Booklet, Declaring
from baoming.registrations.journey import Trait
from baoming.registrations.models import Declaration, Evidence, HouseholdCheck, Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.errors import NotOpen
from baoming.shared.queries import Kept, kept_one
from baoming.vault.file_services import SealedFiles

EVIDENCE = SealedFiles(Evidence, "file", "evidence", "这张照片的文件读不出，要由考生重新上传；其余资料都在")
CASE = "case-"  # before the purpose of a picture that was handed in with a special case
# Before the purpose of a picture that no declaration and no case has taken yet: by whom it was handed in.
DRAFT = {party: "draft-" if party is Party.CANDIDATE else f"{party}-" for party in Party}
States = Registration.HouseholdState
_IN_CLASS, _IN_AREA = ("class_name", "student_no", "number", "pk"), ("path", "number", "pk")
HOUSEHOLD_TABS = {
    States.WAITING: "待核对",
    States.NONE: "没有上传",
    States.RETURNED: "已退回",
    States.MATCHED: "相符",
}


def booklet_of(season: Season) -> Booklet:
    """Return what the season asks of the household booklet. Raises NotOpen where it asks nothing."""
    booklet = Booklet.of(data(season, "form"))
    if booklet is None:
        raise NotOpen("本季不用上传户口簿")
    return booklet


def has_booklet(season: Season) -> bool:
    """Whether the season asks for the household booklet."""
    return Booklet.of(data(season, "form")) is not None


def has_declarations(season: Season) -> bool:
    """Whether anything may be declared in the season."""
    return Declaring.of(data(season, "form")) is not None


def declaring_of(season: Season) -> Declaring:
    """Return what may be declared in the season. Raises NotOpen where nothing may."""
    declaring = Declaring.of(data(season, "form"))
    if declaring is None:
        raise NotOpen("本季不在网上申报优惠加分和专项计划")
    return declaring


def is_of_case(picture: Evidence) -> bool:
    """Whether it was handed in with a special case, or for one."""
    by = draft_by(picture)
    return (picture.purpose.removeprefix(DRAFT[by]) if by else picture.purpose).startswith(CASE)


@Kept
def _current(registration: Registration) -> QuerySet[Evidence]:
    return Evidence.objects.filter(registration=registration, current=True)


def draft_by(picture: Evidence) -> Party | None:
    """Return who handed in a picture that nothing has taken yet; None of one that was taken."""
    return next((by for by, mark in DRAFT.items() if picture.purpose.startswith(mark)), None)


def pictures_of(registration: Registration) -> dict[str, Evidence]:
    """Return purpose → the picture that counts."""
    return {one.purpose: one for one in _current(registration) if draft_by(one) is None}


def drafts_of(registration: Registration, by: Party = Party.CANDIDATE) -> dict[str, Evidence]:
    """Return purpose → the picture that `by` handed in and that does not count yet: nobody else sees or takes it."""
    return {one.purpose.removeprefix(DRAFT[by]): one for one in _current(registration) if draft_by(one) is by}


def picture_named(registration: Registration, name: str, *, by: Party) -> Evidence | None:
    """Return the picture of this person with this id, counting or a draft of `by`: its address tells no kind of paper.

    Those of special cases stay to be seen when newer ones were handed in: somebody has decided by them.
    """
    pictures = (one for one in _current_or_of_cases(registration) if draft_by(one) in (None, by))
    return next((one for one in pictures if str(one.pk) == name), None)


@Kept
def _current_or_of_cases(registration: Registration) -> QuerySet[Evidence]:
    counting = Q(current=True) | Q(purpose__startswith=CASE)
    return Evidence.objects.filter(counting, registration=registration)


def picture_bytes(evidence: Evidence) -> bytes:
    """Open the sealed JPEG. Raises FileLost, Unavailable."""
    return EVIDENCE.read(evidence)


@kept_one
def newest_check(registration: Registration) -> QuerySet[HouseholdCheck]:
    """Return what the site found last."""
    return HouseholdCheck.objects.filter(registration=registration).order_by("-id")[:1]


@kept_one
def newest_declaration(registration: Registration) -> QuerySet[Declaration]:
    return Declaration.objects.filter(registration=registration, newest=True)


@Kept
def declarations_of(registration: Registration) -> QuerySet[Declaration]:
    """Return what was declared, newest first."""
    return Declaration.objects.filter(registration=registration).order_by("-number")


def household_counts(season_id: int, path: str) -> dict[str, int]:
    """Return state → how many people of a county or a site who have saved their form.

    The states are named: else the index, in which they come before the path, is read for the whole province.
    """
    rows = _asked(season_id, path).filter(household_state__in=list(HOUSEHOLD_TABS))
    counted = rows.values_list("household_state").annotate(many=Count("pk")).order_by()
    return {str(state): 0 for state in HOUSEHOLD_TABS} | dict(counted)


def household_rows(season_id: int, path: str, state: str, *, by_class: bool) -> QuerySet[Registration]:
    """Return the people in one state: those of one site by class, those of a county as their index has them."""
    rows = _asked(season_id, path).filter(household_state=state).select_related("site")
    return rows.order_by(*(_IN_CLASS if by_class else _IN_AREA))


def _asked(season_id: int, path: str) -> QuerySet[Registration]:
    return Registration.objects.within(path).filter(season=season_id, stopped_at=None, version__gt=0)


def declared_counts(season_id: int, path: str, kinds: Sequence[str]) -> dict[str, int]:
    """Return kind → how many people of a county or a site declare it; "" for all that declare something."""
    asked = {f"of_{place}": Q(kinds__contains=[kind]) for place, kind in enumerate(kinds)}
    found = _declared(season_id, path).aggregate(
        all=Count("pk"), **{key: Count("pk", filter=one) for key, one in asked.items()}
    )
    return dict(zip(("", *kinds), (found["all"], *(found[key] for key in asked)), strict=True))


def declared_rows(season_id: int, path: str, kind: str, *, by_class: bool) -> QuerySet[Declaration]:
    """Return the newest declarations that name `kind` ("": any), in the order of `household_rows`."""
    rows = _declared(season_id, path).filter(kinds__contains=[kind] if kind else [])
    order = (f"registration__{column}" for column in (_IN_CLASS if by_class else _IN_AREA))
    return rows.select_related("registration", "registration__site").order_by(*order)


def declaring_nothing(season_id: int, path: str) -> int:
    """Return how many people of a site have said that they declare nothing."""
    people = Registration.objects.within(path).filter(season=season_id, stopped_at=None)
    return Declaration.objects.filter(newest=True, kinds=[], registration__in=people).count()


def _declared(season_id: int, path: str) -> QuerySet[Declaration]:
    """The newest declarations of those who declare something: few, and told by their trait from an index."""
    people = Registration.objects.within(path).filter(season=season_id, stopped_at=None)
    declaring = people.filter(traits__contains=[Trait.DECLARES.value])
    return Declaration.objects.filter(newest=True, registration__in=declaring)
