"""Z4: every narrowing of a query to an office or a person is missed when it is taken away.

All that narrow to an area, and all that narrow to a person or an account on the way of the candidate portal.
Row-level security would hide most of it, so the application stands alone here. What is missed, and what is not and
why, stands in `narrowings.tsv`. Before and after, and with the second layer beside it, every answer is the same.
"""

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from baoming.accounts.models import Bucket
from baoming.audit.services import record
from baoming.messages.models import Attempt, Message
from baoming.messages.services import send
from baoming.registrations.models import (
    Alarm,
    AlarmLine,
    Declaration,
    Dispute,
    Evidence,
    PersonCheck,
    PhoneReset,
    Registration,
)
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.schedule.services import extend_for_area, extend_for_person
from tests import factories as make
from tests.matrix.layers import application_alone
from tests.matrix.narrowings import Narrowing, narrowings, plain, without
from tests.matrix.own_acts import acts
from tests.matrix.probes import Probe, changed, of_candidates, of_offices
from tests.matrix.tables import table
from tests.matrix.world import make_world
from tests.registrations import confirmed
from tests.rows.planted import plant
from tests.web.conftest import nobody_outside, service_keys

__all__ = ["nobody_outside", "service_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_outside")]
LISTED = {row["narrowing"]: row["how"] for row in table("narrowings.tsv")}


_WIDE = "阿卜杜热依木江·买买提吐尔逊·玉苏甫"  # wider than the archive's column
_RANGE = {"first": "02030001", "last": "02030600"}
_ENDING = {"forgot_login set", "form_forgot set", "form_forgot cancel", "changes dispute"}  # nothing would be open then


def world_of_probes() -> list[Probe]:
    """Make people and offices; in another city somebody of whom every list tells, and neighbours who have acted."""
    world = make_world()
    for act in acts(first=1029011):
        if act.name in _ENDING:
            continue
        with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
            Bucket.objects.all().delete()
            act.client().post(act.place, act.body())
    own = acts()
    _signed(world.targets["own"].person)
    _busy(world.targets["other city"].person, world.targets["own"].person)
    for place, relation in enumerate(("other city", "other season"), start=3):
        row = world.targets[relation].person
        row.number = 1_000_001 + place * 10_000
        row.account = row.account or make.staff(row.site).account
        row.save()
        plant(row)
        PersonCheck.objects.filter(registration=row.pk).delete()  # of a later year than the season's
        Attempt.objects.filter(message__recipient=row.pk).delete()
        Message.objects.filter(recipient=row.pk).delete()  # sealed by nobody: a real one instead
        send("passwords_set", season=row.season, recipient=row.pk, number="19900006027", phone=row.site.phone)
    return [*of_offices(world), *of_candidates(own)]


def _signed(row: Registration) -> None:
    """Let somebody beside the candidates have a paper that a save would void."""
    make.season("confirmation")
    print_sheet(row.pk, by=confirmed.operator(row))
    record_signature(row.pk, version=1, by=confirmed.operator(row))
    make.season("sign_up")


def _busy(row: Registration, near: Registration) -> None:
    """Let somebody be in every list of an office at once: referred, frozen, to be photographed again, alarmed.

    `near`: somebody of the own area, whose name is looked for.
    """
    now = timezone.now()
    row.class_name, row.photo_state, row.decider = "高三（8）班", "retake", "county"
    row.disputed_at = row.approval_since = now
    alarm = Alarm.objects.create(place="address", key="x", at=now)
    AlarmLine.objects.create(alarm=alarm, registration=row, path=row.path, version=1, at=now)
    pupil = RosterRow(1, "G990001200503170099", near.name, class_name=row.class_name, teacher="周敏")
    import_roster(row.season, row.site, [pupil], by=confirmed.operator(row))
    for step in ("completion", "final_review"):
        make.registration(row.site, done=make.before(step))
    Registration.objects.filter(path=row.path).exclude(pk=row.pk).update(version=1)
    Registration.objects.filter(pk=make.registration(row.site, name=_WIDE).pk).update(too_wide=1)
    _declared(row)
    record("stop_segment", by=make.PROVINCE, subject=row.site_id, path=row.path, details=_RANGE)
    more = {"opens": now - timedelta(days=3000), "reason": "断网", "by": make.PROVINCE}
    extend_for_area(row.season_id, "sign_up", path=row.path[:9], closes=now + timedelta(days=900), **more)
    extend_for_person(row.season_id, "sign_up", subject=row.pk, path=row.path, closes=now + timedelta(days=901), **more)


def _declared(row: Registration) -> None:
    """Let somebody have declared with a paper, have had a frozen form released, and ask for another phone."""
    asked = {"asked_at": row.created_at, "asked_by": "x", "asked_label": "周敏"}
    Evidence.objects.create(registration=row, purpose="declaration-MARTYR", file="x", sha256="", at=row.created_at)
    for who, kinds in ((row, ["MARTYR"]), (make.registration(row.site), [])):
        Declaration.objects.create(registration=who, number=1, kinds=kinds, pictures={}, at=row.created_at)
    row.traits = [*row.traits, "declares"]
    Dispute.objects.create(
        registration=row, first=1, last=9, at=row.created_at, state="released", decided_by="y", **asked
    )
    PhoneReset.objects.create(registration=row, phone_sealed="", **asked)


def test_every_narrowing_is_missed() -> None:
    probes, wanted = world_of_probes(), narrowings()
    codes = {plain(one).__code__ for one in wanted}
    for probe in probes:
        probe.learn(codes)
    results: dict[Narrowing, str] = {}
    with application_alone():
        assert "\n".join(changed(probes)) == ""
        for one in wanted:
            asked = [probe for probe in probes if plain(one).__code__ in probe.passes]
            if one.of_an_area or any(probe.portal == "candidate" for probe in asked):
                results[one] = missed(one, asked)
                print(f"{one} | {len(asked)} | {results[one] or 'NOT MISSED'}", flush=True)
        assert "\n".join(changed(probes)) == ""
    judge(results)


def missed(one: Narrowing, probes: list[Probe]) -> str:
    """Return the first probe that answers otherwise without this narrowing, and as before with it."""
    for probe in probes:
        with without(one):
            found = probe.differs()
        if found and not probe.differs():
            return f"{probe.name}: {found[:100]}"
    return ""


def judge(results: dict[Narrowing, str]) -> None:
    """Hold what was found against the list: who was missed, who was not and why, and whom offices alone ask."""
    found = {str(one): "missed" if how else "NOT MISSED" for one, how in results.items()}
    print(f"\n{len(results)} narrowings, {list(found.values()).count('missed')} missed when taken away")
    print("\n".join(f"{one}: {LISTED.get(one)}" for one, how in sorted(found.items()) if how != "missed"))
    said = {one: how if how in ("missed", "office") else "NOT MISSED" for one, how in LISTED.items()}
    wrong = {one: (found.get(one, "office"), how) for one, how in said.items() if found.get(one, "office") != how}
    assert wrong == {}


@pytest.mark.parametrize("how", ["", "GET /tasks/: somebody else"])
def test_control_what_is_listed_otherwise_is_told(how: str) -> None:
    listed = next(one for one in narrowings() if (LISTED[str(one)] == "missed") != bool(how))
    with pytest.raises(AssertionError, match=re.escape(str(listed))):
        judge({listed: how})
