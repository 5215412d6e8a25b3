"""R4, R8: every one of a county's 9,999 numbers is issued by 32 operators, each once; 501 more are refused."""

import pytest

from tests.concurrency.test_county_runs_out import SEGMENTS, county_of_one_site, issue_the_rest

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_10500_requests_of_32_operators_issue_all_9999_numbers_once_and_refuse_501() -> None:
    issue_the_rest(county_of_one_site(SEGMENTS))
