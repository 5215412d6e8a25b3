"""R19–R22 on the pages of classes: who sees which class and which button, what is told before, what is started."""

from uuid import uuid4

import pytest
from django.test import Client

from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import RosterEntry
from baoming.reviews.services import return_eligibility
from baoming.web.office import classes
from tests import factories as make
from tests.registrations.classes import CLASS, expected, operator, pupil, pupils
from tests.reviews.test_class_kinds import submitted
from tests.web.conftest import signed_in
from tests.web.test_query_counts import counted, same

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def of(here: Organization, role: Role) -> Organization:
    assert here.parent
    assert here.parent.parent
    return {Role.COUNTY: here.parent, Role.CITY: here.parent.parent}.get(role, here)


def enter(client: Client, here: Organization, role: Role = Role.OPERATOR) -> Client:
    return signed_in(client, make.staff(of(here, role), role))


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def address(here: Organization, kind: str = "", *, name: str = CLASS) -> str:
    return f"/classes/{here.pk}/class/{kind + '/' if kind else ''}?name={name}"


def send(client: Client, here: Organization, kind: str, **fields: object) -> str:
    """Start an act on the class; returns the address of its batch."""
    answer = client.post(address(here, kind), {"key": str(uuid4()), **fields})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer.headers["Location"])


# the pages of classes


def test_the_site_sees_its_classes_in_the_order_that_people_count(office: Client, here: Organization) -> None:
    for name in ("高三（10）班", "高三（2）班"):
        pupil(here, class_name=name)
    expected(here, class_name="高三（2）班")
    found = page(enter(office, here), "/classes/")
    assert found.index("高三（2）班") < found.index("高三（10）班")
    assert "2个班" in found
    assert "李强" in found


def test_the_county_sees_its_sites_and_goes_down_to_a_class(office: Client, here: Organization) -> None:
    pupil(here)
    make.site("01", of="0103")
    enter(office, here, Role.COUNTY)
    sites = page(office, "/classes/")
    assert f"/classes/{here.pk}/" in sites
    assert sites.count("<tr>") == 2  # the head, and the own site: none of the other county's
    assert CLASS in page(office, f"/classes/{here.pk}/")
    assert "县区完成" in page(office, address(here))


def test_a_class_shows_who_is_stuck_where_in_the_order_of_their_numbers(office: Client, here: Organization) -> None:
    waiting, signed = pupil(here, name="田子轩"), pupil(here, stage="signed", name="龙家豪")
    expected(here, name="左思源")
    found = page(enter(office, here), address(here))
    assert found.index("田子轩") < found.index("龙家豪") < found.index("左思源")
    for said in ("已打印，等签字", "等品德考核", "还没有到场采集", "从未"):
        assert said in found
    assert f"/candidates/{waiting.pk}/" in found
    assert f"/candidates/{signed.pk}/" in found


def test_what_comes_next_is_the_one_filled_button(office: Client, here: Organization) -> None:
    pupils(here, 2)
    pupil(here, stage="signed")
    found = page(enter(office, here), address(here))
    bar = found[found.index("class-acts") : found.index("</nav>", found.index("class-acts"))]
    assert bar.count('class="button"') == 1
    assert ">登记签字</a><span>可办 <b>2</b> 人</span>" in bar


def test_a_file_that_was_returned_is_said_to_be_and_that_the_pupil_must_come(
    office: Client, here: Organization
) -> None:
    row = pupil(here)
    make.season("intake")
    return_eligibility(row.pk, reason="household", note="", by=operator(here))
    found = page(enter(office, here), address(here))
    assert '<span class="said problem">资格审核已退回，等学生补办</span>' in found
    assert '其中有问题 <b class="alarm-text">1</b>' in found


def test_a_class_that_is_not_there_is_not_found(office: Client, here: Organization) -> None:
    pupil(here)
    enter(office, here)
    for place in (address(here, name="高三（9）班"), address(here, "signature", name="高三（9）班")):
        assert office.get(place).status_code == 404


# the class teacher


def test_the_teacher_sees_the_own_class_as_progress_and_nothing_else(office: Client, here: Organization) -> None:
    row = pupil(here)
    pupil(here, class_name="高三（2）班")
    RosterEntry.objects.filter(class_name="高三（2）班").update(teacher="别的老师")
    RosterEntry.objects.filter(class_name=CLASS).update(teacher="周敏")  # as the account is named
    enter(office, here, Role.TEACHER)
    assert "看本班进度" in page(office, "/")
    assert office.get("/classes/").headers["Location"].startswith(f"/classes/{here.pk}/class/")
    found = page(office, address(here))
    assert row.name in found
    assert "已打印，等签字" in found
    for hidden in (f"/candidates/{row.pk}/", "登记签字", "class-acts", "990001"):
        assert hidden not in found
    assert office.get(address(here, name="高三（2）班")).status_code == 404
    for place in (address(here, "signature"), "/classes/all/submission/", "/batches/"):
        assert office.get(place).status_code == 404


def test_a_teacher_whose_name_is_not_on_the_roster_is_told_so(office: Client, here: Organization) -> None:
    pupil(here)
    enter(office, here, Role.TEACHER)
    assert "请报名点核对名册里的班主任姓名" in page(office, "/classes/")


def test_of_two_teachers_of_one_name_neither_sees_a_class_until_the_site_tells_them_apart(
    office: Client, here: Organization
) -> None:
    pupil(here)
    RosterEntry.objects.update(teacher="周敏")
    other = make.staff(here, Role.TEACHER)
    enter(office, here, Role.TEACHER)
    for place in ("/classes/", address(here)):
        answer = office.get(place)
        assert answer.status_code == 409
        assert "同名的班主任账号" in answer.content.decode()
    Staff.objects.filter(pk=other.pk).update(name="周敏（二）")
    assert office.get(address(here)).status_code == 200


def test_control_without_the_question_for_namesakes_each_sees_the_others_class(
    office: Client, here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "namesakes", lambda staff: 0)
    row = pupil(here)
    RosterEntry.objects.update(teacher="周敏")
    make.staff(here, Role.TEACHER)
    assert row.name in page(enter(office, here, Role.TEACHER), address(here))


# how often the database is asked


def test_a_class_of_thirty_asks_as_often_as_a_class_of_one(office: Client, here: Organization) -> None:
    enter(office, here)
    for kind, shown in (("", "已打印，等签字"), ("signature", 'name="pick"'), ("moral", 'name="pick"')):
        name = f"高三（{len(kind) + 1}）班"
        assert same(counted(
            office, address(here, kind, name=name), lambda name=name: pupil(here, class_name=name), shown=shown
        ))  # fmt: skip


def test_thirty_classes_and_an_area_ask_as_often_as_one(office: Client, here: Organization) -> None:
    enter(office, here)
    numbers = iter(range(1, 40))
    assert same(
        counted(office, "/classes/", lambda: pupil(here, class_name=f"高三（{next(numbers)}）班"), shown="高三（")
    )
    enter(office, here, Role.COUNTY)

    def more() -> None:
        submitted(here, 1)

    assert same(counted(office, "/classes/all/completion/", more, shown="第1版"))
