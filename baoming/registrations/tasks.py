"""Jobs of the heart. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.registrations.absent_queries import HANDED
from baoming.registrations.attached_queries import EVIDENCE
from baoming.registrations.providers.base import PersonCheckDown
from baoming.registrations.queries import PHOTOS
from baoming.registrations.services import bursts, logins, person_checks, scans, system_checks
from baoming.shared.errors import Unavailable
from baoming.shared.jobs import Again
from baoming.vault.file_services import remove_nameless


@app.task(name="registrations.open_person_check", retry=Again(PersonCheckDown))
def open_person_check(check_id: str) -> None:
    person_checks.open_check(UUID(check_id))


@app.task(name="registrations.settle_person_check")
def settle_person_check(check_id: str, tries: int = 0) -> None:
    person_checks.settle_or_follow(UUID(check_id), tries=tries)


@app.task(name="registrations.settle_system_check")
def settle_system_check(check_id: int, tries: int = 0) -> None:
    system_checks.settle_or_follow(check_id, tries=tries)


@app.task(name="registrations.send_login_code")
def send_login_code(registration_id: str, voice: int = 0) -> None:
    logins.send_login_code(UUID(registration_id), voice=bool(voice))


@app.periodic(cron="37 3 * * *")
@app.task(name="registrations.tidy", queueing_lock="registrations.tidy")
def tidy(timestamp: int) -> None:
    """`timestamp`: the moment it was meant for, as every periodic job is told."""
    bursts.tidy()
    scans.remove_old_scans()
    remove_nameless([PHOTOS, HANDED, EVIDENCE, scans.SCANS, scans.PAGES])


@app.task(name="registrations.read_scan", retry=Again(Unavailable, OSError))
def read_scan(file_id: str) -> None:
    scans.read_file(UUID(file_id))


@app.task(name="registrations.raise_alarm")
def raise_alarm(key: str) -> None:
    bursts.raise_alarm(key)
