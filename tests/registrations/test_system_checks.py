"""R26, R27: what was typed is checked against the registers; until they confirm it, nothing is judged by it."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.registrations import tasks
from baoming.registrations.journey import pack
from baoming.registrations.models import HoldRow, Registration, SystemCheck
from baoming.registrations.providers.base import Verdict
from baoming.registrations.queries import document_of, find_by_number, owes_reading
from baoming.registrations.services import system_checks
from baoming.registrations.services.intake import Duplicate, open_file, reread_card, retype_card
from baoming.registrations.services.numbers import issue_number
from baoming.seasons.queries import data
from baoming.shared.errors import Held, Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.checked import Registers
from tests.reviews import files

pytestmark = pytest.mark.django_db
TASK = "registrations.settle_system_check"
REASONS = ("expired", "absent")
# What the registers say: whether the site may judge, what stands on the hold, whether it may be typed and asked anew.
EXPECTED: dict[str, tuple[bool, str, bool]] = {
    "match": (True, "", False),
    "mismatch": (False, "系统核验不相符，请报名点核对录入后重新核验", True),
    "no_record": (False, "系统核验查无记录，请报名点核对录入；录入无误的，请考生带证件到公安机关核实", True),
    "unavailable": (False, "正在系统核验", True),
}


@pytest.fixture
def registers(monkeypatch: pytest.MonkeyPatch) -> Registers:
    made = Registers()
    monkeypatch.setattr(system_checks, "provider", lambda: made)
    return made


def typed(reason: str = "expired", **person: object) -> Registration:
    season, here = make.season(), make.site()
    make.segment(here)
    return open_file(
        make.document(**person), season=season, site=here, by=make.staff(here).actor, reason=reason  # type: ignore[arg-type]
    )  # fmt: skip


def by(row: Registration) -> Actor:
    return files.site(row)


def hold(row: Registration) -> str:
    rows = HoldRow.objects.filter(registration=row, kind="system_check", cleared_at=None)
    return "；".join(rows.values_list("reason", flat=True))


def run(row: Registration) -> None:
    """Every job that waits is due, once."""
    for job in ProcrastinateJob.objects.filter(task_name=TASK, status="todo").order_by("id"):
        ProcrastinateJob.objects.filter(pk=job.pk).delete()
        tasks.settle_system_check(**job.args)
    row.refresh_from_db()


def waiting() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=TASK, status="todo"))


def may_judge(row: Registration) -> bool:
    try:
        files.give_pass(row)
    except Held:
        return False
    return True


def to_the_number(row: Registration) -> None:
    files.give_pass(row)
    confirmed.photographed(row)
    issue_number(row.pk, by=by(row))
    row.refresh_from_db()


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("outcome", EXPECTED)
def test_what_the_registers_say_decides_what_desk_and_candidate_can_do(
    registers: Registers, reason: str, outcome: str
) -> None:
    judged, said, anew = EXPECTED[outcome]
    registers.down = outcome == "unavailable"
    registers.says = None if registers.down else outcome  # type: ignore[assignment]
    row = typed(reason)
    assert hold(row) == "正在系统核验", "before anybody was asked"
    assert not may_judge(row)
    run(row)
    assert hold(row) == said
    assert owes_reading(row), "the debt stays whatever the registers say"
    if anew:
        card = replace(document_of(row), number=make.number())
        retype_card(row.pk, replace(card, sex="1" if int(card.number[16]) % 2 else "2"), reason=reason, by=by(row))
        system_checks.ask_again(row.pk, by=by(row))
        row.refresh_from_db()
        assert owes_reading(row)
    else:
        with pytest.raises(Refused, match="没有待办的系统核验"):
            retype_card(row.pk, document_of(row), reason=reason, by=by(row))
        with pytest.raises(Refused, match="没有待办的系统核验"):
            system_checks.ask_again(row.pk, by=by(row))
    assert may_judge(row) is judged
    kept = SystemCheck.objects.filter(registration=row).latest("pk")
    assert kept.reason == reason
    assert kept.asked_by
    if judged:
        assert (kept.state, kept.register) == ("match", "公安人口信息")
        assert kept.answered_at is not None


def test_a_match_leads_to_a_number_and_the_debt_waits_for_the_card(registers: Registers) -> None:
    row = typed()
    run(row)
    to_the_number(row)
    assert row.number
    assert owes_reading(row)


def test_control_without_the_hold_who_does_not_match_gets_a_number(
    registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_checks, "place_hold", lambda *_, **__: None)
    registers.says = "mismatch"
    row = typed()
    run(row)
    to_the_number(row)
    assert row.number


@pytest.mark.parametrize("outcome", ["mismatch", "no_record", "unavailable"])
def test_a_number_is_not_issued_although_all_was_done(registers: Registers, outcome: str) -> None:
    registers.down, registers.says = outcome == "unavailable", outcome if outcome != "unavailable" else None  # type: ignore[assignment]
    row = typed()
    run(row)
    row.done = Registration.objects.get(pk=row.pk).done | pack(make.before("number"))
    row.save(update_fields=["done"])
    with pytest.raises(Held):
        issue_number(row.pk, by=by(row))


@pytest.mark.parametrize("outcome", EXPECTED)
def test_the_card_read_ends_check_and_debt_and_a_late_answer_changes_nothing(
    registers: Registers, outcome: str
) -> None:
    row = typed()
    if outcome == "unavailable":
        late = waiting()
    else:
        registers.says = outcome  # type: ignore[assignment]
        run(row)
        late = []
    reread_card(row.pk, document_of(row), reader="R01", nonce="n1", by=by(row))
    row.refresh_from_db()
    registers.says = "mismatch"
    for job in late:
        tasks.settle_system_check(**job.args)
    assert hold(row) == ""
    assert not owes_reading(row)
    assert may_judge(row)


def test_typed_entry_states_one_of_the_seasons_reasons() -> None:
    season, here = make.season(), make.site()
    assert [item["key"] for item in data(season, "eligibility")["typing"]] == list(REASONS)
    for reason in ("", "other"):
        with pytest.raises(Invalid, match="请选择手工录入的原因"):
            open_file(make.document(), season=season, site=here, by=make.staff(here).actor, reason=reason)
    assert not Registration.objects.exists()
    read = open_file(make.document(), season=season, site=here, by=make.staff(here).actor, reader="R01")
    assert not SystemCheck.objects.filter(registration=read).exists()


def test_a_service_that_is_down_is_asked_later_and_later_by_one_job(registers: Registers) -> None:
    registers.down = True
    row = typed()
    waits = []
    for tries in range(1, 10):
        before = timezone.now()
        run(row)
        (job,) = waiting()
        assert job.scheduled_at is not None
        assert job.args["tries"] == tries
        waits.append((job.scheduled_at - before).total_seconds())
    assert waits == sorted(waits, key=round)
    assert 55 < waits[-1] < 65, "never longer than a minute"
    for _ in range(3):
        system_checks.ask_again(row.pk, by=by(row))
    assert len(waiting()) == 1
    assert SystemCheck.objects.count() == 1
    registers.down = False
    run(row)
    assert hold(row) == ""
    assert not waiting()


def test_a_job_that_runs_twice_settles_once(registers: Registers) -> None:
    registers.says = "mismatch"
    row = typed()
    (job,) = waiting()
    for _ in range(2):
        tasks.settle_system_check(**job.args)
    assert registers.asked == 1
    assert hold(row) == EXPECTED["mismatch"][1]
    assert Event.objects.filter(verb="answer_check", subject=row.pk).count() == 1


def test_an_answer_about_what_was_typed_before_does_not_count(registers: Registers) -> None:
    """The registers confirm the old number while the desk types another."""
    row = typed()
    old = SystemCheck.objects.get()

    class Slow(Registers):
        def check(self, *, name: str, number: str):  # type: ignore[no-untyped-def]
            card = replace(document_of(row), name="欧阳思源")
            retype_card(row.pk, card, reason="expired", by=by(row))
            return super().check(name=name, number=number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system_checks, "provider", Slow)
        system_checks.settle(old.pk)
    old.refresh_from_db()
    assert old.state == "dropped"
    assert hold(row) == "正在系统核验"
    assert not may_judge(row)


def test_what_was_typed_wrongly_is_corrected_and_found_by_its_new_number(registers: Registers) -> None:
    registers.says = "mismatch"
    row = typed()
    run(row)
    card = make.document(name="欧阳思源")
    retype_card(row.pk, card, reason="absent", by=by(row))
    row.refresh_from_db()
    found = find_by_number(row.season_id, card.number)
    assert (row.name, found and found.pk) == ("欧阳思源", row.pk)
    assert row.name_key == "ou yang si yuan"
    assert hold(row) == "正在系统核验"
    registers.says = None
    run(row)
    assert may_judge(row)
    assert {"retype_card", "answer_check", "hold:system_check", "clear:system_check"} <= set(
        Event.objects.filter(subject=row.pk).values_list("verb", flat=True)
    )


def test_another_persons_number_is_refused_and_nothing_changes(registers: Registers) -> None:
    row = typed()
    other = make.registration(row.site)
    with pytest.raises(Duplicate):
        retype_card(row.pk, document_of(other), reason="expired", by=by(row))
    row.refresh_from_db()
    assert document_of(row).number != document_of(other).number


@pytest.mark.parametrize("office", ["county", "city"])
def test_only_the_site_corrects_and_asks(registers: Registers, office: str) -> None:
    registers.says = "mismatch"
    row = typed()
    run(row)
    for act in (
        lambda: retype_card(row.pk, document_of(row), reason="expired", by=files.office(row, office)),
        lambda: system_checks.ask_again(row.pk, by=files.office(row, office)),
    ):
        with pytest.raises(NotOpen, match="由报名点办理"):
            act()


def test_what_is_kept_of_a_check_names_nobody(registers: Registers) -> None:
    row = typed(valid_from=date(2012, 10, 8), valid_to=date(2022, 10, 8))
    run(row)
    kept = str(list(SystemCheck.objects.values_list())) + str([job.args for job in ProcrastinateJob.objects.all()])
    document = document_of(row)
    for own in (document.name, document.number, document.address):
        assert own not in kept


def outcomes() -> set[str]:
    return {*Verdict.__args__, "unavailable"}  # type: ignore[attr-defined]


def test_every_outcome_of_the_contract_is_expected() -> None:
    assert set(EXPECTED) == outcomes()
