"""The page of a batch: progress, report, and the way back; and the list of the own office's batches."""

import re

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services.steps import place_hold
from baoming.reviews.services.class_acts import run
from tests import factories as make
from tests.registrations.classes import CLASS, operator, pupil, pupils
from tests.reviews.test_class_acts import start
from tests.web.conftest import signed_in
from tests.web.test_class_pages import enter, page
from tests.web.test_query_counts import counted, same

pytestmark = pytest.mark.django_db
AGAIN = '<meta http-equiv="refresh" content="2;url={}?itself=1">'


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def test_until_it_has_ended_the_page_reads_itself_again(office: Client, here: Organization) -> None:
    rows = pupils(here, 2)
    unprinted = pupil(here, stage="saved", name="谭雅文")
    batch = start(here, [*rows, unprinted])
    enter(office, here)
    waiting = page(office, f"/batches/{batch.pk}/")
    assert AGAIN.format(f"/batches/{batch.pk}/") in waiting
    assert "等待办理" in waiting
    assert "还有 3 人" in waiting
    assert "撤销这一批" not in waiting
    run(batch.pk)
    ended = page(office, f"/batches/{batch.pk}/")
    assert "http-equiv" not in ended
    assert "<b>2</b> 人已办" in ended
    bars = re.findall(r'<rect(?: class="(\w+)")? width="(\d+)', ended)
    assert bars == [("pale", "100"), ("", "66")]  # the skipped lie behind: what is done covers them from the left
    assert '<b class="alarm-text">' not in ended  # whoever is not due yet is no problem
    assert "谭雅文" in ended
    assert "还没有打印现在的登记表" in ended
    assert f"/candidates/{unprinted.pk}/" in ended
    assert f"回到{CLASS}" in ended


def test_who_is_skipped_for_something_wrong_stands_first_and_is_marked(office: Client, here: Organization) -> None:
    rows = pupils(here, 3)
    early, already, held = pupil(here, stage="saved"), pupil(here, stage="signed"), rows[2]
    place_hold(held, kind="dispute", steps=["signature"], reason="报名信息已冻结", by=operator(here))
    batch = start(here, [*rows, early, already], versions={str(row.pk): 1 + (row is rows[1]) for row in rows})
    run(batch.pk)
    enter(office, here)
    told = page(office, f"/batches/{batch.pk}/")
    assert '<b>4</b> 人跳过，其中 <b class="alarm-text">2</b> 人有问题' in told
    marked = re.findall(r'<td class="wrap"><span class="state problem">([^<，]*)', told)
    assert sorted(marked) == ["打印后又改了", "报名信息已冻结"]
    assert told.index("报名信息已冻结") < told.index("已经签字")


def test_a_batch_is_taken_back_with_a_reason(office: Client, here: Organization) -> None:
    batch = start(here, pupils(here, 2))
    run(batch.pk)
    enter(office, here)
    refused = office.post(f"/batches/{batch.pk}/undo/", {"reason": " "})
    assert refused.status_code == 422
    assert "请填写撤销的原因" in refused.content.decode()
    first = office.post(f"/batches/{batch.pk}/undo/", {"reason": "选错了班"})
    again = office.post(f"/batches/{batch.pk}/undo/", {"reason": "选错了班"})
    assert first.headers["Location"] == again.headers["Location"]
    undoing = Batch.objects.get(undoes=batch)
    run(undoing.pk)
    assert not any("signature" in row.done_steps for row in Registration.objects.all())
    assert "原因：选错了班" in page(office, f"/batches/{undoing.pk}/")
    told = page(office, f"/batches/{batch.pk}/")
    assert "撤销：选错了班" in told
    assert "<form" not in told[told.index("<main") : told.index("</main")]
    assert "已撤销" in page(office, "/batches/")


def test_who_stands_above_reads_it_and_does_not_take_it_back(office: Client, here: Organization) -> None:
    batch = start(here, pupils(here, 1))
    run(batch.pk)
    enter(office, here, Role.COUNTY)
    assert "撤销这一批" not in page(office, f"/batches/{batch.pk}/")
    answer = office.post(f"/batches/{batch.pk}/undo/", {"reason": "选错了班"})
    assert answer.status_code == 422
    assert "由经办单位撤销" in answer.content.decode()
    assert Batch.objects.count() == 1
    assert "批量办理" in page(office, "/batches/")
    assert CLASS not in page(office, "/batches/")  # the own office's only


def test_another_office_and_an_unknown_batch_are_not_found(office: Client, here: Organization) -> None:
    batch = start(here, pupils(here, 1))
    signed_in(office, make.staff(make.site("02")))
    for place in (f"/batches/{batch.pk}/", f"/batches/{here.pk}/"):
        assert office.get(place).status_code == 404
    assert office.post(f"/batches/{batch.pk}/undo/", {"reason": "选错了班"}).status_code == 404
    assert office.get(f"/batches/{batch.pk}/undo/").status_code == 405


def test_lists_and_reports_ask_as_often_for_thirty_as_for_one(office: Client, here: Organization) -> None:
    [row] = pupils(here, 1)
    enter(office, here)
    assert same(counted(office, "/batches/", lambda: start(here, [row]), shown=operator(here).label))
    batch = start(here, [pupil(here, stage="saved") for _ in range(30)])
    run(batch.pk)
    lines = batch.batchline_set
    everybody = list(lines.values_list("pk", flat=True))

    def more() -> None:
        """One more line of the report: those that stand for done are not listed."""
        lines.filter(pk=everybody.pop()).update(sentence="还没有打印现在的登记表")

    lines.update(sentence="")
    assert same(counted(office, f"/batches/{batch.pk}/", more, shown="还没有打印现在的登记表"))
