"""R4: what an import keeps of a pupil, and that the 学籍号 (an identity number) lies sealed."""

from collections.abc import Sequence

import pytest
from django.db import connection

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import RosterEntry
from baoming.registrations.queries import expected_pupils, roll_number_of
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.rosters import Imported, import_roster
from baoming.seasons.models import Season
from baoming.vault.sealing import SealBroken
from tests import factories as make

pytestmark = pytest.mark.django_db
ROLL = "G990001200503170135"
OTHER = "G990001200503170214"


def row(line: int = 2, roll_number: str = ROLL, class_name: str = "高三（1）班") -> RosterRow:
    return RosterRow(line, roll_number, "欧阳思远", class_name, sex="1", class_number="05", teacher="王振华")


def taken(site: Organization, rows: Sequence[RosterRow]) -> Imported:
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    return import_roster(Season.objects.get(), site, rows, by=by)


def site(code: str = "01") -> Organization:
    make.season()
    return make.site(code)


def test_the_roll_number_lies_sealed_to_its_row() -> None:
    taken(site(), [row(), row(3, OTHER)])
    first, second = RosterEntry.objects.order_by("id")
    assert (roll_number_of(first), roll_number_of(second)) == (ROLL, OTHER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(to_jsonb(entry)::text, ' ') FROM registrations_rosterentry entry")
        [kept] = cursor.fetchone()
    assert "欧阳思远" in kept
    assert ROLL not in kept
    assert ROLL[1:] not in kept
    first.roll_sealed = second.roll_sealed  # copied by somebody with access to the table
    with pytest.raises(SealBroken):
        roll_number_of(first)


def test_a_pupil_imported_again_is_found_by_the_blind_index_and_renewed() -> None:
    here = site()
    assert (taken(here, [row()]).added, taken(here, [row(class_name="高三（2）班")]).changed) == (1, 1)
    entry = RosterEntry.objects.get()
    assert (entry.class_name, entry.student_no, entry.teacher) == ("高三（2）班", "05", "王振华")
    assert roll_number_of(entry) == ROLL


def test_a_pupil_of_another_site_or_one_who_was_at_the_desk_stays_and_is_told() -> None:
    here = site()
    taken(here, [row(), row(3, OTHER)])
    entry = RosterEntry.objects.order_by("id")[0]
    entry.registration = make.registration(here)
    entry.save()
    assert [one.sentence for one in taken(here, [row(class_name="高三（9）班")]).problems] == [
        "这名考生已经采集，名册里的信息不再改动"
    ]
    [problem] = taken(make.site("02"), [row(3, OTHER)]).problems
    assert (problem.line, problem.sentence) == (3, "这个学籍号已在别的报名点的名册里，请先由县招考机构核实")
    assert [one.pk for one in expected_pupils(Season.objects.get().pk, here.path)] == [entry.pk + 1]
    assert set(RosterEntry.objects.values_list("class_name", flat=True)) == {"高三（1）班"}
