"""What guessing at a stolen hash costs: OWASP's floor, in an installation and in what tests start of it."""

from django.contrib.auth.hashers import check_password, make_password

from tests.hashing import as_installed

FLOOR = "argon2$argon2id$v=19$m=19456,t=2,p=1$"


def test_a_password_is_hashed_at_the_floor() -> None:
    with as_installed():
        kept = make_password("mima-2023")
    assert kept.startswith(FLOOR)
    assert check_password("mima-2023", kept), "checked at the cost it was made at"
    assert not check_password("mima-2024", kept)


def test_control_the_tests_themselves_hash_in_haste() -> None:
    assert make_password("mima-2023").startswith("argon2$argon2id$v=19$m=8,t=1,p=1$")
