"""Kinds that two people deal with: whoever has had a hand in it is told which, and who can go on."""

from dataclasses import replace

import pytest

from baoming.audit.actors import Actor
from baoming.registrations.models import Registration
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import cases as services
from baoming.shared.errors import NotOpen
from tests.registrations import confirmed
from tests.reviews.asking import asked, do
from tests.reviews.files import county, site

pytestmark = pytest.mark.django_db
RULES_OUT = r"您已经办过“{}”，再决定要由另一位工作人员办理。没有另一位的，请提出的人撤回以后另行提出"


def second(row: Registration) -> Actor:
    return replace(county(row), id="county-2", label="李春梅")


def undone() -> tuple[Registration, Case]:
    """A death that one person of the county has refused, and then undone."""
    row = confirmed.saved()
    case = asked(row, "deceased", by=site(row))
    do(case, Act.REFUSE, county(row), reason="other", note="没有核实")
    return row, do(case, Act.UNDO, county(row), note="已经核实")


def test_whoever_has_decided_and_undone_it_is_told_so_and_a_second_decides() -> None:
    row, case = undone()
    with pytest.raises(NotOpen, match=RULES_OUT.format("不同意”、“撤销")):
        do(case, Act.GRANT, county(row))
    assert do(case, Act.GRANT, second(row)).state == "granted"


def test_where_there_is_no_second_the_way_that_is_named_is_open() -> None:
    row, case = undone()
    do(case, Act.WITHDRAW, site(row), note="另行提出")
    again = asked(row, "deceased", by=site(row))
    assert do(again, Act.GRANT, county(row)).state == "granted"


def test_whoever_has_given_it_back_is_not_called_who_proposed_it() -> None:
    row = confirmed.saved()
    case = asked(row, "deceased", by=site(row))
    do(case, Act.RETURN, county(row), reason="other", note="证明不清楚")
    do(case, Act.SUPPLY, site(row), raw={"known": ["监护人告知"]})
    with pytest.raises(NotOpen, match=RULES_OUT.format("退回补正")):
        do(case, Act.GRANT, county(row))


def test_whoever_has_proposed_it_is_told_so() -> None:
    row = confirmed.saved()
    case = asked(row, "deceased", by=county(row))
    with pytest.raises(NotOpen, match="提出的人自己不能决定"):
        do(case, Act.GRANT, county(row))


def test_control_without_the_rule_one_person_decides_what_they_have_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    row, case = undone()
    monkeypatch.setattr(services, "_require_other_hand", lambda *_: None)
    assert do(case, Act.GRANT, county(row)).state == "granted"
