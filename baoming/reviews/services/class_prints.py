"""A whole class's 报名登记表, with the moral assessments that this package knows (R19)."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services.batches import Options, Outcome, start_batch
from baoming.registrations.services.class_sheets import MOST, FileOrder, log_file, make_file
from baoming.reviews.queries import moral_texts
from baoming.seasons.models import Season
from baoming.shared.jobs import defer_in_line

KIND = "class_print"
_JOB = "reviews.make_print_file"
_COUNTY = 3  # parts of an office's path, down to its county


def print_class(season: Season, ids: Collection[UUID], *, key: UUID, about: str, by: Actor) -> Batch:
    """Start printing these people's sheets, in files of at most a hundred, as the class's list has them.

    Safe to repeat with the same `key`. Raises Invalid when nobody of them is `by`'s.
    """
    return start_batch(season, KIND, ids, key=key, about=about, options={}, by=by, in_list_order=True)


def log_chunk(batch: Batch, rows: Sequence[Registration], options: Options) -> Mapping[UUID, Outcome]:
    """Log the prints of one file, under the lock of its people, and queue the job that makes it."""
    order = FileOrder(
        season=batch.season,
        batch=batch.pk,
        title=batch.about[:60],
        part=batch.cursor // MOST + 1,
        parts=-(-len(batch.ids) // MOST),
        by=batch.actor,
    )
    logged = log_file(rows, order, morals=moral_texts([row.pk for row in rows]))
    if logged.file is not None:
        # One at a time for a county: each takes a process of its own, with some 300 MB.
        county = "/".join(batch.path.split("/")[:_COUNTY])
        defer_in_line(_JOB, f"press:{county}", file_id=str(logged.file.pk))
    made = {pk: Outcome(made=str(print_id)) for pk, print_id in logged.prints.items()}
    return made | {pk: Outcome(why, problem=pk in logged.wrong) for pk, why in logged.left_out.items()}


def make_print_file(file_id: UUID) -> None:
    """Make the PDF of a file whose prints are logged. Safe to repeat."""
    make_file(file_id, morals_of=moral_texts)
