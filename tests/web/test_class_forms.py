"""R19–R22, the acts on a class or an area as their pages send them: told before, started once, reported."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from baoming.documents.models import PrintFile
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services.class_sheets import FileOrder, Logged
from baoming.reviews import class_queries
from baoming.reviews.models import MoralAssessment
from baoming.reviews.queries import moral_text
from baoming.reviews.services import assess_morals, class_prints
from baoming.reviews.services.class_acts import run
from tests import factories as make
from tests.registrations.classes import expected, operator, pupil, pupils
from tests.registrations.confirmed import MORAL
from tests.reviews.test_class_kinds import completed, submitted
from tests.web.test_class_pages import address, enter, here, page, send

__all__ = ["here"]
pytestmark = pytest.mark.django_db


def test_how_many_and_why_not_the_others_is_told_before(office: Client, here: Organization) -> None:
    pupils(here, 3)
    unprinted = pupil(here, stage="saved", name="谭雅文")
    expected(here, name="左思源")
    found = page(enter(office, here), address(here, "signature"))
    assert "可办 <b>3</b> 人，跳过 <b>2</b> 人" in found
    assert "还没有打印现在的登记表，请先打印再签字" in found
    assert f"{unprinted.student_no} 谭雅文" in found
    assert "还没有到场采集" in found
    assert found.count(" checked>") == 3


def test_who_is_unticked_has_not_signed(office: Client, here: Organization) -> None:
    first, second, absent = pupils(here, 3)
    enter(office, here)
    place = send(office, here, "signature", pick=[f"{first.pk}.1", f"{second.pk}.1"])
    run(Batch.objects.get().pk)
    done = {row.pk for row in Registration.objects.all() if "signature" in row.done_steps}
    assert done == {first.pk, second.pk}
    assert absent.pk not in done
    assert "<b>2</b> 人已办" in page(office, place)


def test_the_button_pressed_twice_makes_one_batch(office: Client, here: Organization) -> None:
    [row] = pupils(here, 1)
    enter(office, here)
    key = str(uuid4())
    places = {send(office, here, "signature", pick=[f"{row.pk}.1"], key=key) for _ in range(2)}
    assert len(places) == 1
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "没有选中考生，请至少选一人"),
        ({"pick": ["nobody.1", "x", "00000000-0000-0000-0000-000000000001.1"]}, "没有选中考生，请至少选一人"),
        ({"key": "", "own": True}, "这一页已经过期，请重新打开再办"),
    ],
)
def test_a_form_that_cannot_be_taken_says_what_to_do(
    office: Client, here: Organization, fields: dict[str, object], said: str
) -> None:
    [row] = pupils(here, 1)
    enter(office, here)
    own = {"pick": [f"{row.pk}.1"]} if fields.pop("own", False) else {}
    answer = office.post(address(here, "signature"), {"key": str(uuid4()), **own, **fields})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Batch.objects.count() == 0


def test_the_moral_grid_has_one_text_for_all_and_exceptions(office: Client, here: Organization) -> None:
    plain, own, bad = pupils(here, 3)
    enter(office, here)
    send(
        office, here, "moral", text=MORAL, pick=[f"{row.pk}.0" for row in (plain, own, bad)],
        **{f"text-{own.pk}": "乐于助人", f"no-{bad.pk}": "1", f"text-{bad.pk}": "考核中"},
    )  # fmt: skip
    run(Batch.objects.get().pk)
    assert [moral_text(row) for row in (plain, own, bad)] == [MORAL, "乐于助人", "考核中"]
    assert MoralAssessment.objects.filter(qualified=False).count() == 1
    assert "乐于助人" not in str(Batch.objects.values().get())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "请填写全班的考核意见，或者给每个人单独填写"),
        ({"text": "好" * 201}, "思想品德考核意见最多200个字，您填了201个"),
        ({"text": "好", "own": "好" * 201}, "的考核意见超过200个字，请改短"),
        ({"text": "好", "no": "1"}, "勾了不合格，请在本人一行写明意见"),
    ],
)
def test_a_grid_that_cannot_be_taken_keeps_what_was_typed(
    office: Client, here: Organization, typed: dict[str, str], said: str
) -> None:
    first, second = pupils(here, 2)
    enter(office, here)
    lines = {f"text-{first.pk}": typed.get("own", ""), f"no-{first.pk}": typed.get("no", "")}
    sent = {
        "key": str(uuid4()),
        "pick": [f"{first.pk}.0"],
        "text": typed["text"],
        f"text-{second.pk}": "写了一半",
        **lines,
    }
    answer = office.post(address(here, "moral"), sent)
    found = answer.content.decode()
    assert answer.status_code == 422
    assert said in found
    assert "写了一半" in found
    assert typed["text"] in found
    assert found.count('name="pick"') == 2
    assert f'value="{first.pk}.0" aria-label="录入{first.name}" checked' in found
    assert f'value="{second.pk}.0" aria-label="录入{second.name}" checked' not in found
    assert Batch.objects.count() == 0


def test_who_is_assessed_stands_in_the_grid_unticked_with_what_counts(office: Client, here: Organization) -> None:
    first, second = pupils(here, 2)
    assess_morals(first.pk, qualified=True, text=MORAL, by=operator(here))
    found = page(enter(office, here), address(here, "moral"))
    counts = MoralAssessment.objects.get()
    assert f'value="{first.pk}.{counts.pk}" aria-label="录入{first.name}">' in found
    assert f'value="{second.pk}.0" aria-label="录入{second.name}" checked>' in found
    assert f"已录入（合格）：{MORAL}" in found
    send(office, here, "moral", text="新的意见", pick=[f"{first.pk}.{counts.pk}"])
    run(Batch.objects.get().pk)
    assert moral_text(first) == "新的意见"


def test_the_whole_class_is_submitted_and_who_cannot_is_in_the_report(office: Client, here: Organization) -> None:
    rows = pupils(here, 2, stage="signed")
    for row in rows:
        assess_morals(row.pk, qualified=True, text=MORAL, by=operator(here))
    unsigned = pupil(here, name="谭雅文")
    enter(office, here)
    assert "上报2人" in page(office, address(here, "submission"))
    place = send(office, here, "submission")
    run(Batch.objects.get().pk)
    found = page(office, place)
    assert "<b>2</b> 人已办" in found
    assert "谭雅文" in found
    assert "还缺：登记表校对签字、思想品德考核意见" in found
    assert f"/candidates/{unsigned.pk}/" in found


def test_a_city_of_more_people_than_one_statement_takes_reviews_them_one_part_after_the_other(
    office: Client, here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_queries, "MOST_AT_ONCE", 2)
    completed(here, 3)
    make.season("submission")
    enter(office, here, Role.CITY)
    for people in (2, 1):
        found = page(office, "/classes/all/review/")
        assert f"终审通过{people}人" in found
        assert ("办完以后再办其余的" in found) is (people == 2)
        office.post("/classes/all/review/", {"key": str(uuid4())})
        run(Batch.objects.latest("created_at").pk)
    assert Registration.objects.filter(stage="sent").count() == 3


def test_the_county_completes_all_that_sites_have_submitted_and_others_when_it_says_so(
    office: Client, here: Organization
) -> None:
    submitted(here, 2)
    waiting = pupil(here, stage="signed")
    assess_morals(waiting.pk, qualified=True, text=MORAL, by=operator(here))
    pupil(here, stage="saved")  # not so far: neither done nor named
    enter(office, here, Role.COUNTY)
    found = page(office, "/classes/all/completion/")
    assert "完成2人" in found
    assert "连同报名点还没有上报的1人一起完成" in found
    office.post("/classes/all/completion/", {"key": str(uuid4())})
    first = Batch.objects.get(kind="completion")
    assert len(first.ids) == 2
    office.post("/classes/all/completion/", {"key": str(uuid4()), "unsubmitted": "yes"})
    run(first.pk)
    run(Batch.objects.exclude(pk=first.pk).get(kind="completion").pk)
    assert {row.current_step for row in Registration.objects.filter(signed_version=1)} == {"final_review"}


def test_the_city_reviews_all_that_counties_have_completed(office: Client, here: Organization) -> None:
    completed(here, 2)
    make.season("submission")
    enter(office, here, Role.CITY)
    assert "终审通过2人" in page(office, "/classes/all/review/")
    office.post("/classes/all/review/", {"key": str(uuid4())})
    run(Batch.objects.latest("created_at").pk)
    assert all("final_review" in row.done_steps for row in Registration.objects.all())


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.OPERATOR, "completion"), (Role.OPERATOR, "review"), (Role.COUNTY, "signature"),
        (Role.COUNTY, "submission"), (Role.CITY, "moral"), (Role.OPERATOR, "nothing"),
    ],
)  # fmt: skip
def test_an_act_of_another_office_is_not_found(office: Client, here: Organization, role: Role, kind: str) -> None:
    pupil(here)
    enter(office, here, role)
    for answer in (office.get(address(here, kind)), office.post(address(here, kind), {"key": str(uuid4())})):
        assert answer.status_code == 404
    assert office.get(f"/classes/all/{kind}/").status_code == 404
    assert Batch.objects.count() == 0


def test_acts_that_look_at_papers_are_not_done_for_a_whole_area(office: Client, here: Organization) -> None:
    enter(office, here)
    assert office.get("/classes/all/signature/").status_code == 404
    assert office.get("/classes/all/moral/").status_code == 404


def test_the_site_prints_the_class_in_the_order_of_its_numbers_and_finds_the_file(
    office: Client, here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_prints, "defer_in_line", lambda *_, **__: None)  # the file itself is another test's
    monkeypatch.setattr(class_prints, "log_file", logged_as_printed)
    first, second = pupils(here, 2, stage="saved")
    pupil(here, stage="saved", name="谭雅文")
    enter(office, here)
    pupil(here, stage="printed", name="易子墨")
    expected(here, name="左思源")
    before = page(office, address(here, "class_print"))
    for told in (
        "全班 5 人：可打印 <b>3</b> 人，不能打印 <b>1</b> 人，已打印 1 人", "打印3人", "不能打印的1人和原因",
        "还没有到场采集", "只给左边名单里的3人打印",
    ):  # fmt: skip
        assert told in before, told
    place = send(office, here, "class_print")
    batch = Batch.objects.get()
    assert batch.ids[:2] == [first.pk, second.pk]
    run(batch.pk)
    found = page(office, place)
    assert "正在生成" in found
    assert 'http-equiv="refresh"' in found
    PrintFile.objects.update(made_at=now(), file="kept", pages=4)
    found = page(office, place)
    assert "打开4页" in found
    assert 'http-equiv="refresh"' not in found


def logged_as_printed(rows: list[Registration], order: FileOrder, *, morals: object) -> Logged:
    """Log the file and nothing on it: these pupils have no form that could be laid out."""
    values = {"season": order.season, "path": rows[0].path, "batch": order.batch, "title": order.title}
    made = PrintFile.objects.create(kind="registration_form", at=now(), by_id="", by_label="周敏", **values)
    return Logged(made, {row.pk: uuid4() for row in rows}, {})
