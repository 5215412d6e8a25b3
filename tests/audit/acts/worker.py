"""What the worker does by itself, each job as one act."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from baoming.imports.models import Import
from baoming.imports.services import applying
from baoming.imports.services.staging import remove_unapplied
from baoming.messages.models import Attempt
from baoming.messages.services import send
from baoming.messages.services.shifting import judge_senders
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.payments import services as payments
from baoming.payments.models import Order
from baoming.registrations.models import Batch, HoldRow, Registration, ScanFile, SystemCheck
from baoming.registrations.queries import DEBT
from baoming.registrations.services import bursts, person_checks, scans, system_checks
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.intake import open_file
from baoming.registrations.services.steps import locked, place_hold
from baoming.reviews.services import assess_morals, class_acts
from baoming.reviews.services.debts import remind_debtors
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.audit.acts.candidate import before, ordered, ready
from tests.audit.acts.confirming import all_done, class_of, here, reviewed, sent_up, waiting_page
from tests.audit.acts.register import act, office_of
from tests.audit.walking import Job
from tests.imports import files
from tests.registrations import confirmed
from tests.registrations.checked import Registers
from tests.registrations.classes import operator
from tests.registrations.confirmed import MORAL
from tests.registrations.test_save_form import me


@act("worker", "payments.mark_paid")
def mark_paid() -> Job:
    order = ordered()
    payments.take_notice({"event": "E1"}, order.number.encode())
    return partial(payments.mark_paid, order.pk)


def answered(order: Order, **said: object) -> Job:
    """The cashier says this of the order when it is asked."""
    for name, value in said.items():
        setattr(payments.cashier(), name, value)
    return partial(payments.ask, order.pk)


@act("worker", "payments.paid")
def paid() -> Job:
    return answered(ordered(), state="paid")


@act("worker", "payments.close")
def close() -> Job:
    return answered(ordered(), state="closed")


@act("worker", "payments.doubt")
def doubt() -> Job:
    return answered(ordered(), state="paid", amount=1)


@act("worker", "messages.judge")
def judge() -> Job:
    make.season()
    now = timezone.now()
    for _ in range(5):
        sent = send("passwords_set", season=make.season(), recipient=uuid4(), number="19900000001", phone="0731-1")
        Attempt.objects.create(message=sent, round=1, provider="sms", state="refused", reason="down", begun_at=now)
    return judge_senders


@act("worker", "person_check.settle")
def settle() -> Job:
    row = before("person_check")
    check = person_checks.start_check(row.pk, way="face", by=me(row))
    person_checks.open_check(check.pk)
    return partial(person_checks.settle_check, check.pk)


@act("worker", "system_check.settle")
def settle_system_check() -> Job:
    season, site = make.season(), make.site()
    row = open_file(make.document(), season=season, site=site, by=operator(site), reason="expired")

    def job() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(system_checks, "provider", Registers)
            system_checks.settle(SystemCheck.objects.get(registration=row).pk)

    return job


@act("worker", "bursts.suspect")
def suspect() -> Job:
    for _ in range(3):
        bursts.watch(["device:x"], ready().pk, version=2, signed_in=None, proved=True)
    return partial(bursts.raise_alarm, "device:x")


@act("worker", "debts.remind")
def remind() -> Job:
    row = before("pledge")  # a phone is bound by then
    row.phone_blind = bytes(32)
    row.save(update_fields=["phone_blind"])
    place_hold(locked(row.pk), kind=DEBT, steps=[], reason="手工录入", by=operator(row.site))
    HoldRow.objects.update(placed_at=season_now(row.season_id) - timedelta(days=8))
    return partial(remind_debtors, row.season_id)


WHO = {"completion": Role.COUNTY, "review": Role.CITY, "upward": Role.CITY}


def batch(site: Organization, kind: str, **options: object) -> Batch:
    """An act on all of the site's people by somebody who still has the right, not run yet."""
    rows = list(Registration.objects.filter(site=site))
    role = WHO.get(kind, Role.OPERATOR)
    by = make.staff(office_of(rows[0], role), role).actor
    ids = [row.pk for row in rows]
    return start_batch(rows[0].season, kind, ids, key=uuid4(), about="", options=options, by=by)


def run(one: Batch) -> Job:
    return partial(class_acts.run, one.pk)


def signatures() -> Batch:
    site, rows = class_of(1)
    return batch(site, "signature", versions={str(row.pk): 1 for row in rows})


@act("worker", "batch.scan")
def batch_scan() -> Job:
    page = waiting_page()
    row = Registration.objects.get(pk=page.registration_id)
    return partial(class_acts.run, batch(row.site, "scan", pages={str(row.pk): [str(page.pk)]}).pk)


@act("worker", "scans.read")
def read_scan() -> Job:
    row = here()
    scans.take_files(row.season, [b"%PDF-1.7"], key=uuid4(), by=operator(row.site))
    return partial(scans.read_file, ScanFile.objects.get().pk)


@act("worker", "batch.signature")
def signature() -> Job:
    return run(signatures())


@act("worker", "batch.undo")
def undo() -> Job:
    first = signatures()
    class_acts.run(first.pk)
    return run(class_acts.undo(first.pk, reason="选错了班", by=first.actor))


@act("worker", "batch.class_print")
def class_print() -> Job:
    row = confirmed.saved()
    return run(batch(row.site, "class_print"))


@act("worker", "batch.moral")
def moral() -> Job:
    site, _ = class_of(1)
    return run(batch(site, "moral", text=MORAL, own={}, seen={}))


@act("worker", "batch.submission")
def submission() -> Job:
    site, [row] = class_of(1, stage="signed")
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(site))
    return run(batch(site, "submission"))


@act("worker", "batch.completion")
def completion() -> Job:
    return run(batch(sent_up(1), "completion"))


@act("worker", "batch.review")
def review() -> Job:
    return run(batch(all_done(1), "review"))


@act("worker", "batch.upward")
def upward() -> Job:
    return run(batch(reviewed(1), "upward", category="all"))


def checked(kind: str = "physical") -> Import:
    """A file of one line, not applied; somebody of its office is there."""
    if kind == "moral":
        site, [row] = class_of(1)
        return files.staged(files.csv(files.line(row, "合格", MORAL), header=files.MORAL), files.of(site), kind)
    make.season("intake")
    row = files.numbered(make.site(), 1)
    return files.staged(files.csv(files.line(row)), files.of(office_of(row, Role.COUNTY)))


@act("worker", "import.fact")
def import_fact() -> Job:
    row = checked()
    return partial(applying.run, applying.apply_import(row.pk, by=row.actor).pk)


@act("worker", "import.moral")
def import_moral() -> Job:
    row = checked("moral")
    return partial(applying.run, applying.apply_import(row.pk, by=row.actor).pk)


@act("worker", "import.undo")
def undo_import() -> Job:
    row = checked()
    files.applied(row, row.actor)
    return partial(applying.run, applying.undo_import(row.pk, reason="导错了文件", by=row.actor).pk)


@act("worker", "import.tidy")
def tidy_imports() -> Job:
    row = checked()
    make.season("tickets")
    return partial(remove_unapplied, row.season_id)
