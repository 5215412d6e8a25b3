"""Reading the print log."""

from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from baoming.documents.models import Print, PrintFile
from baoming.shared.queries import Kept, kept_one


@Kept
def prints_of(subject: UUID) -> QuerySet[Print]:
    """Return every print of `subject`, newest first, void ones too."""
    return Print.objects.filter(subject=subject)


@kept_one
def valid_print(subject: UUID, kind: str) -> QuerySet[Print]:
    """Return the newest print of this kind that has not been voided."""
    return Print.objects.filter(subject=subject, kind=kind, voided_at=None)[:1]


@kept_one
def counting_print(subject: UUID, print_id: UUID) -> QuerySet[Print]:
    """Return this very print of `subject`, if it has not been voided."""
    return Print.objects.filter(pk=print_id, subject=subject, voided_at=None)


def subjects_with_prefix(prefix: str) -> list[UUID]:
    """Return whom prints are of whose id begins with these hex digits; past the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT subjects_of_prints(%s, %s)", _range(prefix))
        return [row[0] for row in cursor.fetchall()]


def prints_with_prefix(prefix: str) -> list[Print]:
    """Return the prints whose id begins with these hex digits: one, or a few that happen to."""
    first, last = _range(prefix)
    return list(Print.objects.filter(pk__gte=first, pk__lte=last))


def _range(prefix: str) -> tuple[UUID, UUID]:
    return UUID(hex=prefix.ljust(32, "0")), UUID(hex=prefix.ljust(32, "f"))


def prints_in(file: PrintFile) -> list[Print]:
    """Return the prints of a file in their order, void ones too."""
    return list(Print.objects.filter(file=file).order_by("place"))


def files(season_id: int, path: str) -> QuerySet[PrintFile]:
    """Return the files of an office, newest first, each with how many prints it holds and how many are void."""
    rows = PrintFile.objects.filter(season=season_id).within(path)
    counted = rows.annotate(prints=Count("print"), void=Count("print", filter=Q(print__voided_at__isnull=False)))
    return counted.order_by("-at", "title", "part", "pk")
