"""R20–R22 on the candidate's page: the site submits one person; each office takes back what it recorded by mistake."""

from collections.abc import Callable

import pytest
from django.test import Client

from baoming.registrations.models import Registration
from baoming.reviews.models import Submission
from baoming.reviews.queries import moral_text, site_submission
from baoming.reviews.services import complete_registration, reopen, withdraw_submission
from tests.registrations import confirmed
from tests.reviews.test_undoing import assessed, reviewed, submitted
from tests.web.test_confirmation import of_city, of_county, of_site, page

pytestmark = pytest.mark.django_db


def test_the_site_submits_one_person_and_takes_it_back(office: Client) -> None:
    row = assessed()
    of_site(office, row)
    shown = page(office, row)
    assert "待办：上报县（市、区）" in shown
    assert shown.index("现在要办什么") < shown.index("上报第1版") < shown.index('id="decisions"')  # what is due, above
    for _ in range(2):
        assert office.post(f"/candidates/{row.pk}/submission/").status_code == 302
    assert Submission.objects.count() == 1
    told = page(office, row)
    assert "报名点已上报第1版" in told
    assert "撤销签字" not in told  # first the submission
    answer = office.post(f"/candidates/{row.pk}/take-back/", {"what": "submission", "back_reason": "漏了材料"})
    assert answer.status_code == 302
    assert site_submission(row) is None


def test_what_is_not_complete_is_not_submitted_and_the_page_says_what_is_missing(office: Client) -> None:
    row = confirmed.signed()
    of_site(office, row)
    assert "上报第1版" not in page(office, row)
    answer = office.post(f"/candidates/{row.pk}/submission/")
    assert answer.status_code == 422
    assert "还缺：思想品德考核意见" in answer.content.decode()


def test_whoever_was_opened_again_says_so_and_why_and_the_site_finds_its_act_above(office: Client) -> None:
    row = submitted()
    complete_registration(row.pk, by=confirmed.county(row))
    reopen(row.pk, reason="民族填错，本人申请更正", by=confirmed.county(row))
    withdraw_submission(row.pk, reason="等更正", by=confirmed.operator(row))
    assert "重新打开过：民族填错，本人申请更正" in page(of_county(office, row), row)
    assert "重新打开过，等报名点再上报" in office.get("/candidates/").content.decode()
    shown = page(of_site(office, row), row)
    assert shown.index("上报第1版") < shown.index("重新打开过：民族填错") < shown.index('id="decisions"')
    assert "重新打开过，改好后请再上报" in office.get("/candidates/").content.decode()


@pytest.mark.parametrize(
    ("made", "office_of", "what", "done"),
    [
        (assessed, of_site, "signature", lambda row: "signature" not in row.done_steps),
        (assessed, of_site, "moral", lambda row: moral_text(row) is None),
        (submitted, of_site, "submission", lambda row: site_submission(row) is None),
        (reviewed, of_city, "review", lambda row: "final_review" not in row.done_steps),
    ],
)
def test_a_way_back_stands_on_the_page_and_needs_a_reason(
    office: Client,
    made: Callable[[], Registration],
    office_of: Callable[[Client, Registration], Client],
    what: str,
    done: Callable[[Registration], bool],
) -> None:
    row = made()
    office_of(office, row)
    assert f'name="what" value="{what}"' in page(office, row)
    refused = office.post(f"/candidates/{row.pk}/take-back/", {"what": what, "back_reason": " "})
    assert refused.status_code == 422
    assert "的原因，最多60个字" in refused.content.decode()
    assert office.post(f"/candidates/{row.pk}/take-back/", {"what": what, "back_reason": "录错了人"}).status_code == 302
    row.refresh_from_db()
    assert done(row)
    assert f'name="what" value="{what}"' not in page(office, row)


def test_another_office_is_shown_no_way_back_and_takes_none(office: Client) -> None:
    row = submitted()
    of_county(office, row)
    told = page(office, row)
    assert 'name="what" value="submission"' not in told
    assert "报名点已上报第1版" in told
    for what in ("submission", "signature", "review", "nothing"):
        answer = office.post(f"/candidates/{row.pk}/take-back/", {"what": what, "back_reason": "录错了人"})
        assert answer.status_code == 422, what
        assert "这一项不由本单位撤销" in answer.content.decode()
    assert office.post(f"/candidates/{row.pk}/submission/").status_code == 404
    assert site_submission(row) is not None
