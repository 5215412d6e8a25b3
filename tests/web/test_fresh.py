"""What is kept is the question, never the answer: a change made elsewhere holds at the next request.

The change is made and committed in a connection of its own, as another portal or another clerk does.
"""

from collections.abc import Callable

import psycopg
import pytest
from django.test import Client

from baoming.organizations.models import Staff
from baoming.organizations.roles import Role
from baoming.shared.queries import Kept
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations import confirmed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(statement: str, *values: object) -> None:
    with psycopg.connect(CLUSTER.url("migrate", DATABASE)) as other:
        assert other.execute(statement.encode(), values).rowcount == 1


@pytest.fixture
def operator(office: Client) -> Staff:
    make.season()
    person = make.staff(make.site())
    signed_in(office, person)
    return person


def role_is_taken_away(office: Client, person: Staff) -> tuple[int, int]:
    """What the desk answers before and after."""
    before = office.get("/desk/").status_code
    elsewhere("UPDATE organizations_staff SET role = %s WHERE id = %s", Role.TEACHER, person.pk)
    return before, office.get("/desk/").status_code


def test_a_role_taken_away_is_gone_at_the_next_request(office: Client, operator: Staff) -> None:
    assert role_is_taken_away(office, operator) == (200, 404)


def test_control_with_answers_kept_the_operator_goes_on(
    office: Client, operator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kept, "first", keeping_answers(Kept.first))
    assert role_is_taken_away(office, operator) == (200, 200)


def keeping_answers(first: Callable[..., object]) -> Callable[..., object]:
    """The guard taken away: a question asked before is answered from memory."""
    answers: dict[object, object] = {}

    def answered(kept: "Kept[..., object]", *values: object) -> object:
        name = kept.__dict__["__name__"]
        answers[name] = answers.get(name) or first(kept, *values)
        return answers[name]

    return answered


def test_an_account_that_is_closed_is_signed_out(office: Client, operator: Staff) -> None:
    assert office.get("/").status_code == 200
    elsewhere("UPDATE accounts_account SET is_active = false WHERE id = %s", operator.account_id)
    assert office.get("/").headers["Location"] == "/sign-in/"


def test_a_password_that_is_changed_ends_the_sessions_that_began_with_the_old_one(
    office: Client, operator: Staff
) -> None:
    assert office.get("/").status_code == 200
    elsewhere("UPDATE accounts_account SET password = 'argon2$new' WHERE id = %s", operator.account_id)
    assert office.get("/").headers["Location"] == "/sign-in/"


def test_a_session_that_is_ended_is_over(office: Client, operator: Staff) -> None:
    assert office.get("/").status_code == 200
    elsewhere("DELETE FROM accounts_session")
    assert office.get("/").headers["Location"] == "/sign-in/"


def test_a_candidate_sees_what_the_office_has_changed(phone: Client) -> None:
    row = confirmed.saved()
    assert row.account is not None
    phone.force_login(row.account)
    assert "核对电话号码" not in phone.get("/tasks/").content.decode()
    elsewhere("UPDATE organizations_organization SET name = %s WHERE id = %s", "核对电话号码报名点", row.site_id)
    elsewhere("UPDATE registrations_registration SET name = %s WHERE id = %s", "买买提", row.pk)
    page = phone.get("/tasks/").content.decode()
    assert "核对电话号码报名点" in page
    assert "买买提" in page


def test_a_clock_that_was_moved_closes_the_phase(phone: Client) -> None:
    row = confirmed.saved()
    assert row.account is not None
    phone.force_login(row.account)
    assert phone.get("/form/contact").status_code == 200
    open_page = phone.get("/form/contact").content.decode()
    elsewhere(
        "UPDATE seasons_season SET clock_offset = clock_offset + interval '200 days' WHERE id = %s", row.season_id
    )
    assert phone.get("/form/contact").content.decode() != open_page
