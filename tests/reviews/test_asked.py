"""Options that need one another or exclude one another (教学〔2017〕4号: 50% more time is for papers in braille)."""

import pytest

from baoming.reviews.asked import Question
from baoming.reviews.cases import kinds
from baoming.seasons.queries import data
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["braille", "time50"], ""),
        (["large_print", "time30"], ""),
        (["braille"], ""),
        (["time50"], "“延长考试时间50%（使用盲文试卷）”要和“盲文试卷”一起选"),
        (["braille", "time30", "time50"], "“延长考试时间50%（使用盲文试卷）”和“延长考试时间30%”只能选一个"),
    ],
)
def test_more_time_goes_with_the_paper_it_is_for(chosen: list[str], said: str) -> None:
    season = make.season()
    kind = kinds(data(season, "cases"), data(season, "eligibility"))["accommodation"]
    assert kind.asks[0].clean(chosen)[1] == said
    granted = next(one for one in kind.chain[-1].asks if one.key == "granted")
    assert granted.clean(chosen)[1] == said


def test_options_without_bonds_go_together() -> None:
    rows = [{"key": "a", "title": "甲"}, {"key": "b", "title": "乙"}]
    question = Question.of({"key": "one", "title": "选", "many": True, "options": rows})
    assert question.clean(["a", "b"]) == (["a", "b"], "")
