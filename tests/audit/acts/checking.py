"""Cross checks: exported by two persons, answered by registers; pairs that look alike, judged."""

from functools import partial
from uuid import uuid4

from baoming.audit.actors import Actor
from baoming.checks.models import AlikePair, CheckBatch
from baoming.checks.services import exports
from baoming.checks.services.alikes import mark_changed
from baoming.checks.services.exports import approve_export
from baoming.checks.services.results import note_result
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from tests import factories as make
from tests.audit.acts.register import act, at, office_of
from tests.audit.walking import Ask, Job
from tests.checks import exporting
from tests.reviews.asking import after_sign_up

PLACE = "/checks/"


def _row() -> Registration:
    make.season("intake")
    return make.registration(make.site())


def _city(row: Registration) -> Actor:
    return make.staff(office_of(row, Role.CITY), Role.CITY).actor


@act("office", "checks/ask")
def ask() -> Ask:
    city = office_of(_row(), Role.CITY)
    sent = {
        "act": "ask",
        "key": str(uuid4()),
        "kind": "roll",
        "area": city.path,
        "encoding": "gb18030",
        "reason": "核对",
    }
    return Ask(at(city, Role.CITY), PLACE, sent, answers=(302,))


def _asked() -> CheckBatch:
    """Asked for by somebody else of the office."""
    return exporting.ask(_city(_row()))


def _on(batch: CheckBatch, **sent: str) -> Ask:
    city = office_of(Registration.objects.all()[0], Role.CITY)
    return Ask(at(city, Role.CITY), PLACE, {"export": str(batch.pk), **sent}, answers=(200, 302))


@act("office", "checks/approve")
def approve() -> Ask:
    return _on(_asked(), act="approve")


@act("office", "checks/decline")
def decline() -> Ask:
    return _on(_asked(), act="decline")


@act("office", "checks/fetch")
def fetch() -> Ask:
    return _on(exporting.exported(_city(_row())), act="fetch", part="1")


def _pair(**sent: str) -> Ask:
    make.season("intake")
    here = make.site("01")
    row = make.registration(here, number=make.number(121))
    make.registration(make.site("02"), number=make.number(555))
    mark_changed(row.season_id)
    county = office_of(row, Role.COUNTY)
    return Ask(at(county, Role.COUNTY), "/alikes/", {"pair": str(AlikePair.objects.get().pk), **sent}, answers=(302,))


@act("office", "alikes/apart")
def apart() -> Ask:
    return _pair(act="apart", reason="看了两本户口簿")


@act("office", "alikes/cases")
def cases() -> Ask:
    return _pair(act="cases")


@act("worker", "checks.export")
def export() -> Job:
    batch = _asked()
    approve_export(batch.pk, by=exporting.second(exporting.city(Registration.objects.all()[0])))
    return partial(exports.make_part, batch.pk)


@act("worker", "checks.note")
def note() -> Job:
    row = after_sign_up()
    by = exporting.city(row)
    line = exporting.line_of(exporting.exported(by), row)
    return partial(note_result, line.pk, "查无", remark="", by=by)
