"""The bench sends what a browser would send."""

import pytest

from bench.forms import FormMissing, form_for

PAGE = """
<form id="send" method="post"><input type="hidden" name="token" value="a"><input type="hidden" name="act" value="send">
<input name="phone"></form>
<form id="confirm" method="post"><input type="hidden" name="token" value="b"><input name="code"></form>
<form action="/out/"><button>x</button></form>
<button form="confirm" name="act" value="pass">y</button>
"""


def test_hidden_inputs_go_along_and_what_is_not_asked_stays() -> None:
    assert form_for(PAGE, "/phone/", {"phone": "1", "other": "2"}).filled({"phone": "1", "other": "2"}) == {
        "token": ["a"],
        "act": ["send"],
        "phone": ["1"],
    }


def test_the_form_that_asks_for_the_answer_is_taken_with_its_button_outside() -> None:
    answers = {"code": "1", "act": "pass"}
    assert form_for(PAGE, "/phone/", answers).filled(answers) == {"token": ["b"], "code": ["1"], "act": ["pass"]}


def test_several_values_of_one_name_are_all_sent() -> None:
    page = '<form><input type="hidden" name="asked" value="1"><input type="hidden" name="asked" value="2">'
    assert form_for(page, "/", {}).filled({}) == {"asked": ["1", "2"]}


def test_a_page_without_the_form_is_told() -> None:
    with pytest.raises(FormMissing):
        form_for('<form action="/out/"></form>', "/phone/", {})
