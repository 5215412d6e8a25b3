"""R6, R8: a card opens a file, once in the province; a number is issued from the site's segment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from baoming.organizations.models import Organization
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Activation, CardUse, HoldRow, Registration, StepLog
from baoming.registrations.queries import document_of
from baoming.registrations.services import intake
from baoming.registrations.services.intake import Duplicate, open_file
from baoming.registrations.services.numbers import SegmentExhausted, issue_number
from baoming.registrations.services.segments import add_segment
from baoming.registrations.services.slips import print_slip
from baoming.reviews.services import pass_eligibility, return_eligibility
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_card_opens_a_file_and_its_number_lies_sealed() -> None:
    season = make.season()
    row = make.registration(make.site(), name="欧阳思远")
    card = document_of(row)
    assert row.done_steps == {"identity"}
    assert card.number.startswith("990001")
    assert card.number not in Registration.objects.values_list("document_sealed", flat=True)[0]
    assert season.pk == row.season_id


def test_typed_entry_is_marked_and_leaves_a_debt() -> None:
    season = make.season()
    here = make.site()
    row = open_file(make.document(), season=season, site=here, by=make.staff(here).actor, reason="absent")
    assert row.reading == "typed"
    assert set(HoldRow.objects.values_list("registration", "kind")) == {
        (row.pk, "reverification"), (row.pk, "system_check")
    }  # fmt: skip


def test_the_same_person_is_refused_and_staff_see_where_they_are() -> None:
    season = make.season()
    first = make.registration(make.site("01"))
    elsewhere = make.site("01", of="0103")
    with pytest.raises(Duplicate, match="测试01中学报名点"):
        open_file(
            make.document(number=document_of(first).number),
            season=season, site=elsewhere, by=make.staff(elsewhere).actor, reader="R02",
        )  # fmt: skip
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "990001200503170136"}, "number"),
        ({"name": "  "}, "name"),
        ({"sex": "9"}, "sex"),
        ({"name": "张\n三"}, "name"),
    ],
)
def test_what_no_card_can_say_is_refused_by_field(changes: dict[str, str], field: str) -> None:
    season = make.season()
    here = make.site()
    with pytest.raises(Invalid) as refusal:
        open_file(make.document(**changes), season=season, site=here, by=make.staff(here).actor, reason="absent")
    assert field in refusal.value.fields


def test_a_small_x_and_full_width_digits_are_taken() -> None:
    make.season()
    number = next(made for made in map(make.number, range(1, 400)) if made.endswith("X"))
    typed = number.lower().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    person = make.document(number=number)
    season, here = make.season(), make.site()
    row = open_file(
        type(person).from_json(person.name, person.to_json().replace(number.encode(), typed.encode())),
        season=season, site=here, by=make.staff(here).actor, reason="absent",
    )  # fmt: skip
    assert document_of(row).number == number


def test_a_site_that_its_county_has_not_opened_takes_nobody_in() -> None:
    season = make.season()
    here = make.site(opened=False)
    with pytest.raises(NotOpen, match="还没有开通"):
        open_file(make.document(), season=season, site=here, by=make.staff(here).actor, reader="R01")


def test_outside_the_window_no_file_is_opened() -> None:
    season = make.season("confirmation")
    here = make.site()
    with pytest.raises(NotOpen, match="结束"):
        open_file(make.document(), season=season, site=here, by=make.staff(here).actor, reader="R01")


def test_no_number_before_eligibility_and_photo() -> None:
    make.season()
    here = make.site()
    make.segment(here)
    row = make.registration(here)
    with pytest.raises(NotOpen, match="请先完成报考资格审核"):
        issue_number(row.pk, by=make.staff(here).actor)


def test_asking_twice_gives_the_same_number() -> None:
    make.season()
    here = make.site()
    make.segment(here, first=1020001, last=1020040)
    row = make.registration(here, done=make.before("number"))
    by = make.staff(here).actor
    assert issue_number(row.pk, by=by) == issue_number(row.pk, by=by) == 1020001


def test_an_empty_segment_is_refused_with_what_to_do() -> None:
    make.season()
    here = make.site()
    make.segment(here, first=1020001, last=1020001)
    by = make.staff(here).actor
    rows = [make.registration(here, done=make.before("number")) for _ in range(2)]
    issue_number(rows[0].pk, by=by)
    with pytest.raises(SegmentExhausted, match="请联系县招考机构增加号段"):
        issue_number(rows[1].pk, by=by)


def test_segments_never_overlap_and_stay_in_the_countys_code() -> None:
    season = make.season()
    here = make.site()
    office = make.county()
    by = make.staff(office).actor
    add_segment(season, here, county=office, first=1020001, last=1020100, by=by)
    with pytest.raises(Invalid, match="重叠"):
        add_segment(season, here, county=office, first=1020100, last=1020200, by=by)
    with pytest.raises(Invalid, match="01020001"):
        add_segment(season, here, county=office, first=1030001, last=1030100, by=by)


def test_eligibility_passes_only_when_every_rule_is_judged() -> None:
    season = make.season()
    here = make.site()
    row = make.registration(here)
    by = make.staff(here).actor
    keys = [rule["key"] for rule in data(season, "eligibility")["rules"]]
    with pytest.raises(Invalid, match="还有1条"):
        pass_eligibility(row.pk, checks=keys[1:], by=by)
    pass_eligibility(row.pk, checks=keys, by=by)
    return_eligibility(row.pk, reason="no_proof", note="", by=by)
    row.refresh_from_db()
    assert row.done_steps == {"identity"}
    assert list(StepLog.objects.filter(step="eligibility").order_by("id").values_list("done", flat=True)) == [
        True,
        False,
    ]


def test_a_reprinted_slip_revokes_the_older_code() -> None:
    make.season()
    here = make.site()
    make.segment(here)
    row = make.registration(here, done=make.before("number"))
    by = make.staff(here).actor
    issue_number(row.pk, by=by)
    assert print_slip(row.pk, by=by).startswith(b"%PDF")
    assert print_slip(row.pk, by=by).startswith(b"%PDF")
    codes = Activation.objects.filter(registration=row).order_by("slip")
    assert [code.revoked_at is None for code in codes] == [False, True]


def read_in(here: Organization, document: IdentityDocument, *, nonce: str) -> Registration:
    """Open a file from a reading with this nonce."""
    by = make.staff(here).actor
    return open_file(document, season=make.season(), site=here, by=by, reader="R01", nonce=nonce)


def test_a_reading_opens_one_file_only() -> None:
    make.season()
    here = make.site()
    read_in(here, make.document(), nonce="n1")
    with pytest.raises(Refused, match="已经用过，请重新读卡"):
        read_in(here, make.document(), nonce="n1")
    assert Registration.objects.count() == 1
    read_in(here, make.document(), nonce="n2")


def test_control_without_the_kept_nonce_a_reading_would_open_two(monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    here = make.site()
    monkeypatch.setattr(intake, "use_reading", lambda *_: None)
    for _ in range(2):
        read_in(here, make.document(), nonce="n1")
    assert Registration.objects.count() == 2


def test_a_reading_sent_twice_gives_the_file_it_opened() -> None:
    make.season()
    here, person = make.site(), make.document()
    first = read_in(here, person, nonce="n1")
    assert read_in(here, person, nonce="n1").pk == first.pk
    with pytest.raises(Duplicate, match="测试01中学报名点"):
        read_in(here, person, nonce="n2")
    with pytest.raises(Duplicate, match="测试01中学报名点"):
        read_in(make.site("02"), person, nonce="n1")
    assert StepLog.objects.filter(registration=first, step="identity").count() == 1


def test_nonces_that_no_fresh_reading_can_have_are_not_kept() -> None:
    make.season()
    here = make.site()
    read_in(here, make.document(), nonce="n1")
    CardUse.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    read_in(here, make.document(), nonce="n2")
    assert CardUse.objects.count() == 1
