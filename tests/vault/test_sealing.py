"""Sealed fields, blind indexes, signatures."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoming.vault.digests import sm3_hex
from baoming.vault.sealing import Algorithm, KeyRing, SealBroken, SealingKey

RING = KeyRing.generate()
HERE = "registrations_identity.sealed.6f0c"


@pytest.mark.parametrize("algorithm", ["SM4-GCM", "AES-256-GCM"])
def test_what_was_sealed_opens_again(algorithm: Algorithm) -> None:
    ring = KeyRing.generate(algorithm=algorithm)
    assert ring.unseal(ring.seal("欧阳".encode(), context=HERE), context=HERE) == "欧阳".encode()


@given(st.binary(max_size=400), st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_value_opens_in_any_place(value: bytes, context: str) -> None:
    assert RING.unseal(RING.seal(value, context=context), context=context) == value


def test_a_token_moved_to_another_row_does_not_open() -> None:
    token = RING.seal(b"990001", context=HERE)
    with pytest.raises(SealBroken):
        RING.unseal(token, context="registrations_identity.sealed.6f0d")


def test_no_changed_character_opens() -> None:
    """Every character of the token, replaced by each of six others."""
    token = RING.seal(b"990001200503170135", context=HERE)
    for place, other in product(range(len(token)), "A_9-|B"):
        changed = token[:place] + other + token[place + 1 :]
        if changed != token:
            with pytest.raises(SealBroken):
                RING.unseal(changed, context=HERE)


@given(st.text(max_size=80))
def test_no_foreign_text_opens(text: str) -> None:
    with pytest.raises(SealBroken):
        RING.unseal(text, context=HERE)
    with pytest.raises(SealBroken):
        RING.unseal(f"v1|k1|{text}|{text}|{text}", context=HERE)


def test_a_shortened_tag_does_not_open() -> None:
    """GCM would accept a short tag, which is quick to guess."""
    *head, tag = RING.seal(b"1", context=HERE).split("|")
    with pytest.raises(SealBroken):
        RING.unseal("|".join([*head, tag[:8]]), context=HERE)


def test_old_values_open_after_rotation_and_new_ones_use_the_new_key() -> None:
    old = RING.seal(b"1", context=HERE)
    ring = RING.rotated(algorithm="AES-256-GCM")
    new = ring.seal(b"1", context=HERE)
    assert ring.unseal(old, context=HERE) == ring.unseal(new, context=HERE) == b"1"
    assert [token.split("|")[1] for token in (old, new)] == ["k1", "k2"]
    with pytest.raises(SealBroken):
        RING.unseal(new, context=HERE)


def test_two_seals_of_one_value_differ() -> None:
    assert RING.seal(b"1", context=HERE) != RING.seal(b"1", context=HERE)


def test_another_ring_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        KeyRing.generate().unseal(RING.seal(b"1", context=HERE), context=HERE)


def test_a_blind_index_is_stable_and_separated() -> None:
    same = RING.blind("990001200503170135", purpose="document", season=202301)
    assert same == RING.blind("990001200503170135", purpose="document", season=202301)
    assert len(same) == 32
    others = {
        RING.blind("990001200503170135", purpose="phone", season=202301),
        RING.blind("990001200503170135", purpose="document", season=202401),
        RING.blind("990001200503170136", purpose="document", season=202301),
        RING.blind("1990001", purpose="document", season=20230),
        RING.blind("990001", purpose="document", season=202301),
        KeyRing.generate().blind("990001200503170135", purpose="document", season=202301),
    }
    assert len(others | {same}) == 7


def test_a_signature_is_checked() -> None:
    signature = RING.sign(b"BM1|F|23|99010023")
    assert RING.verify(b"BM1|F|23|99010023", signature=signature)
    assert not RING.verify(b"BM1|F|23|99010024", signature=signature)
    assert not RING.verify(b"BM1|F|23|99010023", signature=signature[:-1])
    assert not KeyRing.generate().verify(b"BM1|F|23|99010023", signature=signature)
    assert len(RING.verifying_key) == 32


def test_no_secret_is_shown() -> None:
    shown = repr(RING)
    for secret in (RING.blind_key, RING.signing_seed, RING.sealing[0].secret):
        assert repr(secret) not in shown


def test_a_ring_that_cannot_work_is_refused() -> None:
    key = SealingKey.generate(id="k1")
    with pytest.raises(ValueError, match="current"):
        KeyRing((key,), "k2", bytes(32), bytes(32))
    with pytest.raises(ValueError, match="current"):
        KeyRing((key, key), "k1", bytes(32), bytes(32))
    with pytest.raises(ValueError, match="bytes"):
        KeyRing((key,), "k1", bytes(31), bytes(32))
    with pytest.raises(ValueError, match="algorithm"):
        SealingKey("k1", "SM4-GCM", bytes(32))
    with pytest.raises(ValueError, match="bar"):
        SealingKey("k|1", "SM4-GCM", bytes(16))


def test_sm3_gives_the_digest_of_the_standard() -> None:
    """GB/T 32905, example 1."""
    assert sm3_hex(b"abc") == "66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0"
