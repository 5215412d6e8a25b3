"""The code sets as the product ships them."""

import pytest

from baoming.seasons.codesets import parse_code_sets
from tests.forms.samples import CODESETS, read


def test_official_codes_and_labels_are_kept_in_order() -> None:
    assert list(CODESETS["CandidateCategory"].labels.items())[:2] == [("1", "城镇应届"), ("2", "农村应届")]
    assert len(CODESETS["Ethnicity"].labels) == 58
    assert list(CODESETS["SecondSubject"].labels.values()) == ["思想政治", "地理", "化学", "生物学"]


def test_a_label_without_a_code_gets_a_key_of_its_own() -> None:
    assert "VOCATIONAL_MATCHED" in CODESETS["RegistrationType"].labels
    assert CODESETS["VocationalMatchedCategory"].labels["师范类"] == "师范类"


def test_every_set_says_how_sure_its_source_is() -> None:
    known = set(read("seasons/data/codesets.json")["meta"]["status_values"])
    assert {codes.status for codes in CODESETS.values()} <= known


def test_labels_shown_to_people_have_full_width_brackets() -> None:
    shown = ("RegistrationType", "VocationalMatchedCategory", "PoliticalStatus", "GraduationCategory")
    assert not any(set("(),:") & set(label) for name in shown for label in CODESETS[name].labels.values())


def test_narrowing_keeps_the_order_and_refuses_an_unknown_code() -> None:
    assert list(CODESETS["ForeignLanguage"].narrowed(("3", "1")).labels) == ["1", "3"]
    with pytest.raises(ValueError, match="7"):
        CODESETS["ForeignLanguage"].narrowed(("7",))


def test_a_code_twice_is_refused() -> None:
    row = {"code": "1", "label": "男"}
    with pytest.raises(ValueError, match="twice"):
        parse_code_sets({"codesets": [{"name": "X", "zh": "", "status": "", "codes": [row, row]}]})
