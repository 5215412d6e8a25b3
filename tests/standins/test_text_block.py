"""The text block of a chip (R6, R24): blocks laid out here by hand, field by field, as published tables have them."""

import pytest

from agents.card_reader.text_block import LAYOUTS, SIZE, UnknownCard, decode, encode
from baoming.registrations.document_numbers import Kind, canonical, is_synthetic, kind_of
from standins.others import OTHERS, Other


def block(*fields: tuple[str, int]) -> bytes:
    """Lay the texts out, each padded to its bytes; a width that is no longer that of the card fails here."""
    content = b"".join(text.ljust(size // 2).encode("utf-16-le")[:size] for text, size in fields)
    assert len(content) == SIZE
    return content


RESIDENT = block(
    ("欧阳思远", 30), ("1", 2), ("01", 4), ("20050318", 16), ("演示路1号", 70), ("990001200503180013", 36),
    ("演示公安局", 30), ("20210318", 16), ("长期", 16), ("", 36),
)  # fmt: skip
RESIDENCE = block(
    ("何子晴", 30), ("2", 2), ("", 4), ("20050317", 16), ("演示大道18号", 70), ("819999200503170121", 36),
    ("长沙市公安局", 30), ("20210318", 16), ("20260317", 16), ("H99990103", 18), ("01", 4), ("", 6), ("J", 2), ("", 6),
)  # fmt: skip
FOREIGNER = block(
    ("UTOPIA ANNA MARIE", 120), ("2", 2), ("UTO430005010104", 30), ("UTO", 6), ("", 30), ("20210318", 16),
    ("20260317", 16), ("20050317", 16), ("01", 4), ("4301", 8), ("I", 2), ("", 6),
)  # fmt: skip


def test_a_residents_card_is_read() -> None:
    assert decode(RESIDENT) == {
        "name": "欧阳思远", "sex": "1", "ethnicity": "01", "birth": "2005-03-18", "address": "演示路1号",
        "number": "990001200503180013", "issuer": "演示公安局", "valid_from": "2021-03-18", "valid_to": None,
    }  # fmt: skip


def test_a_residence_card_states_its_pass() -> None:
    assert decode(RESIDENCE) == {
        "mark": "J", "name": "何子晴", "sex": "2", "birth": "2005-03-17", "address": "演示大道18号",
        "number": "819999200503170121", "issuer": "长沙市公安局", "valid_from": "2021-03-18",
        "valid_to": "2026-03-17", "pass_number": "H99990103", "issue_count": "01",
    }  # fmt: skip


def test_a_foreigners_card_gives_the_name_it_has() -> None:
    card = decode(FOREIGNER)
    assert (card["mark"], card["name"], card["nationality"]) == ("I", "UTOPIA ANNA MARIE", "UTO")
    assert (card["birth"], card["valid_from"], card["valid_to"]) == ("2005-03-17", "2021-03-18", "2026-03-17")
    chinese = FOREIGNER[:158] + "安娜".ljust(15).encode("utf-16-le") + FOREIGNER[188:]
    assert decode(chinese)["name"] == "安娜"


def test_layouts_fill_the_block_and_their_mark_stands_at_byte_248() -> None:
    for mark, layout in LAYOUTS.items():
        assert sum(size for _, size in layout) == SIZE
        before, found = 0, None
        for key, size in layout:
            found = before if key == "mark" else found
            before += size
        assert found == (248 if mark else None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (RESIDENT[:-2], "254 bytes"),
        (RESIDENT[:36] + "20051318".encode("utf-16-le") + RESIDENT[52:], "month must be"),
        (b"\x00\xd8" + RESIDENT[2:], "decode"),
        (RESIDENCE[:248] + "Q".encode("utf-16-le") + RESIDENCE[250:], "no layout"),
    ],
)
def test_what_is_no_card_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decode(content)


def test_a_card_of_2023_says_that_it_cannot_be_read() -> None:
    with pytest.raises(UnknownCard) as refusal:
        decode(RESIDENT[:248] + "Y".encode("utf-16-le") + RESIDENT[250:])
    assert refusal.value.mark == "Y"


@pytest.mark.parametrize("one", [one for one in OTHERS if one.mark in ("J", "I")], ids=lambda one: one.mark)
def test_what_the_simulator_writes_is_read_back(one: Other) -> None:
    card = decode(encode(one.on_chip()))
    assert (card["name"], card["number"], card["mark"]) == (one.name, one.number, one.mark)
    with pytest.raises(ValueError, match="takes"):
        encode({**one.on_chip(), "number": "9" * 40})


def test_these_people_have_numbers_of_their_kind_that_nobody_can_have() -> None:
    for one in OTHERS:
        kind = Kind(one.kind)
        assert canonical(kind, one.number) == one.number
        assert kind_of(one.number) is kind
        assert is_synthetic(kind, one.number), one.name
    assert len({one.number for one in OTHERS}) == len(OTHERS)
