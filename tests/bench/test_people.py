"""The bench reads the paper that the product prints."""

from baoming.accounts.codes import canonical_code
from baoming.registrations.sheets import number_slips
from bench.people import code_on
from tests.registrations.sheet_samples import MADE_AT, SEASON, slip


def test_the_code_is_read_off_the_slip() -> None:
    given = slip()
    found = code_on(number_slips([given], season=SEASON, made_at=MADE_AT))
    assert canonical_code(found) == canonical_code(given.code)
