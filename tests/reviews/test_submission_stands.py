"""R22: what a site submitted stands on a signature; when that falls, the site submits anew."""

from collections.abc import Callable

import pytest

from baoming.audit.actors import Actor
from baoming.registrations.models import Registration
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.services.voids import void_number
from baoming.reviews.queries import site_submission, submitted_among
from baoming.reviews.services import assess_morals, submit_registration
from tests.registrations import confirmed
from tests.registrations.confirmed import MORAL, county, operator

pytestmark = pytest.mark.django_db


def submitted() -> tuple[Registration, Actor]:
    row = confirmed.signed()
    by = operator(row)
    assess_morals(row.pk, qualified=True, text=MORAL, by=by)
    submit_registration(row.pk, by=by)
    row.refresh_from_db()
    assert stands(row)
    return row, by


def stands(row: Registration) -> bool:
    one, many = site_submission(row) is not None, row.pk in submitted_among([row.pk])
    assert one == many
    return one


def sign_anew(row: Registration, by: Actor) -> None:
    print_sheet(row.pk, by=by)
    record_signature(row.pk, version=row.version, by=by)


def void_and_issue(row: Registration, by: Actor) -> None:
    void_number(row.pk, reason="读错了证件", by=county(row))
    issue_number(row.pk, by=by)


@pytest.mark.parametrize("fall", [void_and_issue])
def test_a_submission_falls_with_its_signature_and_is_sent_anew_after_the_next(
    fall: Callable[[Registration, Actor], None],
) -> None:
    row, by = submitted()
    first = site_submission(row)
    fall(row, by)
    row.refresh_from_db()
    assert not stands(row)
    sign_anew(row, by)
    row.refresh_from_db()
    assert not stands(row)  # signed later than it was sent
    assert submit_registration(row.pk, by=by) != first
    assert stands(row)
