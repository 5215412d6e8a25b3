"""R14: an older version becomes the newest by two people, and falls due to be printed and signed again."""

import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from baoming.audit.actors import Actor, Party
from baoming.documents.queries import valid_print
from baoming.messages.models import Message
from baoming.registrations.form_queries import form_of, newest_version, values_of, version_of
from baoming.registrations.models import Registration, Restore
from baoming.registrations.services import restores
from baoming.registrations.services.sheets import SHEET
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.seasons.services import load_data
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.web.candidate.form_views import version_sections
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.confirmed import county
from tests.registrations.test_save_form import save, type_in
from tests.registrations.test_sheets_service import open_phase

pytestmark = pytest.mark.django_db
WHY = "本人说不是自己改的"


def clerk(row: Registration) -> Actor:
    return Actor(kind=Party.SITE, id="operator", path=row.path, label="周敏")


def tampered() -> Registration:
    """Somebody has saved a second version."""
    row = confirmed.ready()
    type_in(row)
    save(row)
    type_in(row, {**FILLED, "first_subject": ["HISTORY"]})
    save(row)
    make.season("confirmation")
    return row


def ask(row: Registration, number: int = 1, reason: str = WHY) -> Restore:
    return restores.ask_restore(row.pk, number=number, reason=reason, by=clerk(row))


def test_two_people_bring_an_older_version_back_as_the_next_one() -> None:
    row = tampered()
    ask(row)
    made = restores.confirm_restore(row.pk, by=county(row))
    row.refresh_from_db()
    assert (made.number, row.version) == (3, 3)
    assert values_of(newest_version(row)) == values_of(version_of(row, 1))
    assert made.content_hash == version_of(row, 1).content_hash  # type: ignore[union-attr]
    assert made.changed == ["first_subject"]
    assert Message.objects.filter(recipient=row.pk, template="form_restored").count() == 1
    assert Restore.objects.get().made == 3


def without_strengths(season: Season) -> None:
    """Load the season's form anew, one field fewer."""
    form = copy.deepcopy(data(season, "form"))
    for page in form["pages"]:
        page["fields"] = [one for one in page["fields"] if one["key"] != "strengths"]
    load_data(season, {"form": form})


def test_a_version_is_shown_by_the_form_it_answers_and_restored_only_as_it_is() -> None:
    row = tampered()
    without_strengths(row.season)
    row = Registration.objects.get(pk=row.pk)
    old = version_of(row, 1)
    assert old is not None
    shown = {line.label: line.text for section in version_sections(row, old) for line in section.rows}
    assert shown["特长"] == "长跑"
    assert "strengths" not in {field.key for field in form_of(row.season).fields}
    with pytest.raises(Refused, match="第1版是按以前的填报项目保存的，不能恢复"):
        ask(row)


def test_a_form_loaded_between_the_request_and_the_decision_stops_the_restore() -> None:
    row = tampered()
    ask(row)
    without_strengths(row.season)
    with pytest.raises(Refused, match="按以前的填报项目"):
        restores.confirm_restore(row.pk, by=county(row))
    row.refresh_from_db()
    assert row.version == 2


def test_what_was_printed_and_signed_falls() -> None:
    row = confirmed.signed()
    open_phase(row, "sign_up")
    confirmed.change(row)
    confirmed.print_sheet(row.pk, by=confirmed.operator(row))
    confirmed.record_signature(row.pk, version=2, by=confirmed.operator(row))
    ask(row)
    restores.confirm_restore(row.pk, by=county(row))
    row.refresh_from_db()
    assert "signature" not in row.done_steps
    assert valid_print(row.pk, SHEET) is None


def test_one_person_alone_restores_nothing() -> None:
    row = tampered()
    with pytest.raises(Refused, match="没有等待决定"):
        restores.confirm_restore(row.pk, by=county(row))
    ask(row)
    with pytest.raises(NotOpen, match="由县"):
        restores.confirm_restore(row.pk, by=clerk(row))
    same = Actor(kind=Party.COUNTY, id="operator", path=row.path, label="周敏")
    with pytest.raises(NotOpen, match="两个人"):
        restores.confirm_restore(row.pk, by=same)
    with pytest.raises(NotOpen, match="由报名点"):
        restores.ask_restore(row.pk, number=1, reason=WHY, by=county(row))
    row.refresh_from_db()
    assert row.version == 2


def test_the_database_itself_keeps_one_person_from_deciding() -> None:
    asked = ask(tampered())
    with pytest.raises(IntegrityError), transaction.atomic():
        Restore.objects.filter(pk=asked.pk).update(state="done", made=3, decided_by="operator")


def test_a_save_after_the_request_makes_it_void() -> None:
    row = tampered()
    ask(row)
    open_phase(row, "sign_up")
    confirmed.change(row, "410099")
    with pytest.raises(Refused, match="重新申请"):
        restores.confirm_restore(row.pk, by=county(row))
    ask(row, 2)
    assert sorted(Restore.objects.values_list("state", flat=True)) == ["asked", "declined"]


@pytest.mark.parametrize("number", [0, 2, 3, -1])
def test_only_an_older_version_is_restored(number: int) -> None:
    with pytest.raises(Invalid, match="以前的一版"):
        ask(tampered(), number)


def test_a_request_without_a_reason_or_twice_is_refused() -> None:
    row = tampered()
    with pytest.raises(Invalid, match="原因"):
        ask(row, reason=" ")
    ask(row)
    with pytest.raises(Refused, match="正在等"):
        ask(row)
    restores.decline_restore(row.pk, by=county(row))
    restores.decline_restore(row.pk, by=county(row))
    ask(row)


def test_completed_people_are_opened_again_first() -> None:
    row = tampered()
    ask(row)
    confirmed.print_sheet(row.pk, by=confirmed.operator(row))
    confirmed.record_signature(row.pk, version=2, by=confirmed.operator(row))
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=confirmed.operator(row))
    confirmed.complete_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="已完成确认"):
        restores.confirm_restore(row.pk, by=county(row))


def test_after_confirmation_nothing_is_restored() -> None:
    row = tampered()
    ask(row)
    closes = Phase.objects.get(key="confirmation").closes
    assert closes is not None
    make.at(closes + timedelta(seconds=1))
    with pytest.raises(NotOpen, match="已经结束"):
        restores.confirm_restore(row.pk, by=county(row))
