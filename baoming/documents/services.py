"""Writing the print log: what was printed, and what no longer counts; keeping files of many prints for some days."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.documents.engine import page_count
from baoming.documents.models import Print, PrintFile
from baoming.shared.errors import Refused
from baoming.shared.services import insert, update
from baoming.vault.file_services import SealedFiles

PRINTS = SealedFiles(PrintFile, "file", "prints", "文件已经不在了，请重新打印")
KEPT = timedelta(days=7)  # a file waits for its printer; what was printed is told by the log for ever


def log_print(
    subject: UUID,
    kind: str,
    *,
    path: str,
    version: int,
    content_hash: str,
    at: datetime,
    by: Actor,
    picture: UUID | None = None,
) -> Print:
    """Add one print of `subject` to the log. `version`: of its form, or the running number of a slip."""
    return insert(
        Print(
            kind=kind,
            subject=subject,
            path=path,
            version=version,
            content_hash=content_hash,
            picture=picture,
            at=at,
            by_id=by.id,
            by_label=by.label,
        )
    )


def void_prints(subject: UUID, kind: str, *, reason: str, at: datetime) -> int:
    """Void every print of this kind that still counts; returns how many there were."""
    return Print.objects.filter(subject=subject, kind=kind, voided_at=None).update(voided_at=at, void_reason=reason)


def keep_file(file_id: UUID, pdf: bytes) -> None:
    """Keep the PDF of a print file, sealed. Safe to repeat: whoever comes second leaves the first one's."""
    with transaction.atomic():
        file = PrintFile.objects.select_for_update().get(pk=file_id)
        if file.made_at is not None:
            return
        name = PRINTS.keep(file_id, pdf)
        try:
            file.file, file.size, file.pages, file.made_at = name, len(pdf), page_count(pdf), timezone.now()
            update(file, "file", "size", "pages", "made_at")
        except BaseException:
            default_storage.delete(name)
            raise


def give_up_file(file_id: UUID) -> None:
    """Note that the PDF could not be made: nobody waits for it any longer, it is ordered anew."""
    PrintFile.objects.filter(pk=file_id, made_at=None).update(made_at=timezone.now())


@transaction.atomic
def fetch_file(file_id: UUID, *, by: Actor) -> bytes:
    """Return the PDF of a print file; every fetch is recorded. No new print: it is the same paper again.

    Raises Refused before it is made and after it was removed.
    """
    file = PrintFile.objects.get(pk=file_id)
    if file.made_at is None:
        raise Refused("文件还在生成，请过几秒再下载")
    if file.failed:
        raise Refused("文件没有生成成功，请重新打印")
    if not file.file:
        raise Refused(f"文件生成{KEPT.days}天后已清除，需要时请重新打印")
    pdf = PRINTS.read(file)
    record("fetch_prints", by=by, subject=file.pk, path=file.path, details={"bytes": file.size})
    return pdf


def remove_old_files() -> int:
    """Remove the PDFs whose days are over; the rows stay, with all they say of their prints.

    The file goes first: what breaks in between leaves a row that the next night finds again.
    """
    old = list(PrintFile.objects.filter(made_at__lt=timezone.now() - KEPT).exclude(file=""))
    for file in old:
        default_storage.delete(file.file)
        PrintFile.objects.filter(pk=file.pk).update(file="", removed_at=timezone.now())
    return len(old)
