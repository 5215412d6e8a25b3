"""R15, R20: after the deadline by request alone: old beside new, a new version once granted, to be signed anew."""

import pytest

from baoming.registrations.form_queries import newest_version, values_of
from baoming.registrations.journey import BITS
from baoming.registrations.models import Registration, Signature
from baoming.registrations.queries import state_of
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.signature_queries import signature_lines
from baoming.reviews.case_queries import acts_of, asked_in, content_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import complete_registration
from baoming.reviews.services.case_effects import EFFECTS
from baoming.reviews.services.cases import open_case
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.test_save_form import me, save, type_in
from tests.reviews.asking import WHY, after_sign_up, asked, do, hand_in, redraft, through
from tests.reviews.files import office

pytestmark = pytest.mark.django_db


def shown(row: Registration, case: Case) -> list[tuple[str, str, str]]:
    return EFFECTS["correction"].shown(row, content_of(asked_in(acts_of(case)))["extra"])


def test_what_was_asked_becomes_the_next_version_and_the_old_sheet_counts_no_more() -> None:
    row = confirmed.completed()
    before = row.version
    case = asked(row)
    assert shown(row, case) == [("邮政编码", "410016", "410019")]
    through(case, row, "site", "county", "city")
    row.refresh_from_db()
    assert row.version == before + 1
    assert values_of(newest_version(row))["postcode"] == "410019"
    assert not {"signature", "completion"} & row.done_steps
    assert not Signature.objects.filter(registration=row, voided_at=None).exists()
    assert row.held == 0


def test_until_it_is_granted_nothing_changes() -> None:
    row = confirmed.completed()
    case = asked(row)
    do(case, Act.FORWARD, office(row, "site"))
    do(case, Act.FORWARD, office(row, "county"))
    row.refresh_from_db()
    assert (row.version, "signature" in row.done_steps) == (1, True)
    do(case, Act.REFUSE, office(row, "city"), reason="rules")
    row.refresh_from_db()
    assert (row.version, "completion" in row.done_steps) == (1, True)


def test_what_fell_can_be_done_again_although_its_time_is_over() -> None:
    row = confirmed.completed()
    case = asked(row)
    make.season("submission")
    through(case, row, "site", "county", "city")
    print_sheet(row.pk, by=office(row, "site"))
    row.refresh_from_db()
    record_signature(row.pk, version=row.version, by=office(row, "site"))
    complete_registration(row.pk, by=office(row, "county"))
    row.refresh_from_db()
    assert "completion" in row.done_steps


def test_before_the_deadline_the_candidate_changes_the_form_alone() -> None:
    row = confirmed.ready()
    with pytest.raises(NotOpen, match="现在还可以由考生本人修改"):
        hand_in(row, "correction")


def test_without_a_change_nothing_is_asked() -> None:
    row = after_sign_up()
    hand_in(row, "correction")
    with pytest.raises(Invalid, match="还没有改动"):
        asked_anew(row)
    redraft(row, "41")
    with pytest.raises(Invalid, match="还有1处要处理"):
        asked_anew(row)


def asked_anew(row: Registration) -> Case:
    return open_case(row.pk, "correction", raw={"why": ["抄错"]}, by=me(row))


def test_what_was_saved_since_is_not_overwritten() -> None:
    """The site had opened a correction for one person, and it was saved while the request was on its way."""
    row = after_sign_up()
    case = asked(row)
    do(case, Act.FORWARD, office(row, "site"))
    do(case, Act.FORWARD, office(row, "county"))
    make.season("sign_up")
    redraft(row, "410020")
    save(row)
    make.season("confirmation")
    with pytest.raises(Refused, match="提出以后又保存了第2版"):
        do(case, Act.GRANT, office(row, "city"))
    case.refresh_from_db()
    assert case.state == "waiting"


def test_the_draft_may_go_on_changing_and_what_was_asked_stays() -> None:
    row = after_sign_up()
    case = asked(row)
    redraft(row, "410021")
    through(case, row, "site", "county", "city")
    row.refresh_from_db()
    assert values_of(newest_version(row))["postcode"] == "410019"


def test_who_is_to_sign_again_stands_on_the_list() -> None:
    row = after_sign_up()
    through(asked(row), row, "site", "county", "city")
    assert [(line.person.pk, line.tab) for line in signature_lines(row.season_id, row.site.path)] == [(row.pk, "again")]


SINGLE = {**FILLED, "registration_type": ["SPECIAL_SINGLE"], "admission_kind": ["RECOMMENDED"]}


def asked_as(row: Registration, typed: dict[str, list[str]]) -> Case:
    type_in(row, typed)
    hand_in(row, "correction")
    return open_case(row.pk, "correction", raw=WHY, by=me(row))


def paid(row: Registration) -> None:
    registration = Registration.objects.get(pk=row.pk)
    registration.done |= BITS["exam_fee"]
    registration.save(update_fields=["done"])


def fee_line(row: Registration, case: Case) -> tuple[str, str]:
    row.refresh_from_db()
    return next((old, new) for what, old, new in shown(row, case) if what == "高考考试费")


def test_who_no_longer_sits_the_exam_has_no_fee_to_pay() -> None:
    row = after_sign_up()
    case = asked_as(row, SINGLE)
    assert fee_line(row, case) == ("168.00元", "0.00元（还没有缴，批准后不用缴）")
    through(case, row, "site", "county", "city")
    row.refresh_from_db()
    assert not state_of(row).applies("exam_fee")


def test_what_was_paid_is_not_returned_and_the_page_says_so() -> None:
    row = after_sign_up()
    paid(row)
    case = asked_as(row, SINGLE)
    assert fee_line(row, case) == ("168.00元", "0.00元（已经缴纳的不退）")


def test_who_comes_to_sit_the_exam_pays_within_seven_days_although_the_time_is_over() -> None:
    row = after_sign_up()
    through(asked_as(row, SINGLE), row, "site", "county", "city")
    make.season("arrangement")
    row.refresh_from_db()
    assert state_of(row).phases["exam_fee"].over
    case = asked_as(row, dict(FILLED))
    assert fee_line(row, case)[1].startswith("168.00元（批准后要缴高考考试费")
    through(case, row, "site", "county", "city")
    row.refresh_from_db()
    assert "exam_fee" not in row.done_steps
    assert state_of(row).open_phase("exam_fee") is not None
    paid(row)
    assert fee_line(row, case) == ("0.00元", "168.00元"), "who has paid what was due owes no difference"


def test_who_paid_less_than_is_due_now_is_told_of_the_difference() -> None:
    row = after_sign_up()
    through(asked_as(row, SINGLE), row, "site", "county", "city")
    paid(row)
    assert "补缴差额" in fee_line(row, asked_as(row, dict(FILLED)))[1]


def test_who_is_exempt_pays_nothing_whatever_is_corrected() -> None:
    row = after_sign_up()
    through(asked(row, "fee_exemption"), row, "site", "county")
    case = asked_as(row, SINGLE)
    assert "高考考试费" not in {what for what, *_ in shown(row, case)}
