"""A file checked against the people of an office's area; nothing is written of it (R21, R32)."""

from datetime import timedelta

import pytest

from baoming.imports import people_queries
from baoming.imports.models import Import, ImportLine
from baoming.imports.queries import before
from baoming.imports.services.applying import apply_import
from baoming.imports.services.staging import remove_unapplied
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.reviews.models import Case
from baoming.reviews.services.withdrawals import withdraw
from baoming.seasons.queries import season_now
from baoming.shared.tables import TableRefused
from tests import factories as make
from tests.imports.files import GOOD, PHYSICAL, applied, csv, line, numbered, of, staged, told
from tests.registrations.hostile import rosters

pytestmark = pytest.mark.django_db
BONUS = ["报名序号", "姓名", "加分项目", "加分分值"]


@pytest.fixture
def here() -> Organization:
    make.season("submission")
    return make.site()


@pytest.fixture
def county(here: Organization) -> Organization:
    assert here.parent is not None
    return here.parent


def test_a_person_is_found_by_number_or_document_and_the_name_must_agree(
    here: Organization, county: Organization
) -> None:
    first, second = numbered(here, 1), numbered(here, 2, name="阿依古丽·买买提")
    header = ["报名序号", "身份证号", *PHYSICAL[1:]]
    own, other = document_of(first).number, document_of(second).number
    row = staged(csv(
        ["", own, first.name, *GOOD],
        [second.number, "", "阿依古丽•买买提", *GOOD],  # the dot of another keyboard
        header=header,
    ), of(county))  # fmt: skip
    assert told(row) == {}
    row = staged(csv(
        [first.number, other, first.name, *GOOD],
        ["", other, "别人", *GOOD],
        header=header,
    ), of(county))  # fmt: skip
    assert told(row) == {
        2: "报名序号和证件号码不是同一名考生，请核对",
        3: "姓名和报名信息里的不一样，请对照报名登记表核对",
    }


def test_of_another_area_no_more_is_said_than_of_nobody(here: Organization, county: Organization) -> None:
    there = numbered(make.site("01", of="0103"), 7, name="王俊杰")
    row = staged(csv(line(there), ["01029999", "王俊杰", *GOOD], line(there, name="别人")), of(county))
    assert set(told(row).values()) == {people_queries.NOT_HERE}
    assert list(row.lines.values_list("registration", flat=True)) == [None] * 3


def test_control_without_the_scope_the_people_of_others_are_found(
    here: Organization, county: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = numbered(make.site("01", of="0103"), 7)
    monkeypatch.setattr("baoming.registrations.models.registration.RegistrationQuerySet.within", lambda self, _: self)
    row = staged(csv(line(there)), of(county))
    assert told(row) == {}
    assert row.lines.get().registration == there


def test_a_person_who_stands_twice_is_taken_from_neither_line(here: Organization, county: Organization) -> None:
    person, other = numbered(here, 1), numbered(here, 2)
    row = staged(csv(line(person), line(other), line(person, "2022-11-02", *GOOD[1:])), of(county))
    assert told(row) == {
        2: "和第4行是同一名考生，请只保留一行",
        4: "和第2行是同一名考生，请只保留一行",
    }
    assert row.new == 1


def test_who_has_stopped_is_left_out_with_a_sentence(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    withdraw(person.pk, reason="own_wish", by=of(county))
    row = staged(csv(line(person)), of(county))
    assert "已经中止" in told(row)[2]


def test_a_line_is_not_written_over_a_case_that_is_open(here: Organization) -> None:
    province = Organization.objects.get(level="province")
    person, other = numbered(here, 1), numbered(here, 2)
    now = season_now(person.season_id)
    case = Case.objects.create(registration=person, season=person.season, path=person.path, kind="bonus",
                               state="waiting", holder="county", opener="site", opened_at=now, since=now)  # fmt: skip
    row = staged(
        csv(line(person, "烈士子女", "20"), line(other, "烈士子女", "20"), header=BONUS), of(province), "bonus"
    )
    assert set(told(row)) == {2}
    assert "“优惠加分资格审核”正在办理" in told(row)[2]
    Case.objects.filter(pk=case.pk).update(state="granted", holder="")
    assert staged(csv(line(person, "烈士子女", "20"), header=BONUS), of(province), "bonus").new == 1


def test_a_case_that_opens_after_the_preview_keeps_the_line_out(here: Organization) -> None:
    province = Organization.objects.get(level="province")
    person = numbered(here, 1)
    row = staged(csv(line(person, "烈士子女", "20"), header=BONUS), of(province), "bonus")
    now = season_now(person.season_id)
    Case.objects.create(registration=person, season=person.season, path=person.path, kind="bonus", state="waiting",
                        holder="county", opener="site", opened_at=now, since=now)  # fmt: skip
    batch = applied(row, of(province))
    assert (batch.done, batch.skipped) == (0, 1)


def test_what_stood_in_a_file_is_in_no_plain_column(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    row = staged(csv(line(person, "2022-10-31", "7777", "61", "正常", "合格")), of(county), filename="欧阳思远体检.csv")
    kept = [*Import.objects.values_list(), *ImportLine.objects.values_list()]
    assert "7777" not in str(kept)
    assert "欧阳思远" not in str(kept)
    assert told(row) == {2: "身高超出范围，应在80到250之间，请核对"}


def test_files_that_nobody_applied_are_removed_after_days(here: Organization, county: Organization) -> None:
    old, kept = (staged(csv(line(numbered(here, running))), of(county)) for running in (1, 2))
    apply_import(kept.pk, by=of(county))
    season = old.season_id
    assert remove_unapplied(season) == 0
    make.at(season_now(season) + timedelta(days=8))
    assert remove_unapplied(season) == 1
    assert list(Import.objects.all()) == [kept]


def test_a_file_of_another_office_is_not_said_to_be_the_same(here: Organization, county: Organization) -> None:
    person = numbered(here, 1)
    content = csv(line(person))
    applied(staged(content, of(county)), of(county))
    assert county.parent is not None
    assert before(staged(content, of(county.parent))) is None
    assert before(staged(content, of(county))) is not None


def test_an_xlsx_that_grows_beyond_measure_is_refused(here: Organization, county: Organization) -> None:
    bombs = {name: content for name, content in rosters(7) if "bomb" in name}
    assert bombs
    for content in bombs.values():
        with pytest.raises(TableRefused, match=r"内容太多|打不开"):
            staged(content, of(county), filename="体检.xlsx")


def test_registrations_without_a_number_are_found_by_document(here: Organization, county: Organization) -> None:
    make.season("intake")
    person: Registration = make.registration(here)
    make.season("submission")
    header = ["身份证号", *PHYSICAL[1:]]
    assert told(staged(csv([document_of(person).number, person.name, *GOOD], header=header), of(county))) == {}
