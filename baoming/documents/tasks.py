"""The job of every night."""

from procrastinate.contrib.django import app

from baoming.documents.services import PRINTS, remove_old_files
from baoming.vault.file_services import remove_nameless


@app.periodic(cron="37 3 * * *")
@app.task(name="documents.remove_old_files", queueing_lock="documents.remove_old_files")
def remove_old(timestamp: int) -> None:
    """`timestamp`: the moment it was meant for, as every periodic job is told."""
    remove_old_files()
    remove_nameless([PRINTS])
