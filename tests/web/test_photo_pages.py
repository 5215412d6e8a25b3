"""R7 in the office: what the check found stands beside the photo; a class at a glance, recorded once."""

import io
from typing import NoReturn
from uuid import uuid4

import pytest
from django.test import Client

from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import apart
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import current_photo
from baoming.registrations.services.photos import pass_photo, take_photo
from baoming.registrations.services.retakes import ask_retake
from baoming.web.office.story import pictures
from standins.faces import Look, draw, face
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_pass_photo import RED, WORDS
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
DARK = draw(3, sex="女", look=Look(light=0.4, tilt=9), width=600).jpeg


def at_desk(office: Client) -> Registration:
    make.season()
    row = make.registration(make.site())
    signed_in(office, make.staff(row.site))
    return row


def upload(office: Client, row: Registration, picture: bytes, **fields: str) -> int:
    file = io.BytesIO(picture)
    file.name = "photo.jpg"
    return office.post(f"/desk/{row.pk}/photo/", {"photo": file, **fields}).status_code


def test_a_file_that_ends_the_process_that_opens_it_is_a_sentence(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = at_desk(office)

    def ended(*_: object) -> NoReturn:
        raise apart.NoAnswer

    monkeypatch.setattr(apart._Decoder, "ask", ended)
    assert upload(office, row, DARK) == 422
    roster = io.BytesIO(b"x")
    roster.name = "a.xlsx"
    answer = office.post("/rosters/", {"file": roster})
    assert (answer.status_code, "表格打不开，或内容太多" in answer.content.decode()) == (422, True)


def page(office: Client, address: str) -> str:
    answer = office.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def county_of(row: Registration) -> Organization:
    assert row.site.parent is not None
    return row.site.parent


def test_the_desk_says_every_fault_with_its_cure_and_draws_what_was_measured(office: Client) -> None:
    row = at_desk(office)
    assert upload(office, row, DARK) == 302
    shown = page(office, f"/desk/{row.pk}/")
    for words in ("照片太暗", "请打开补光灯再拍", "头部歪斜", "请让考生坐正、双眼平视再拍", "有问题，没有采用"):
        assert words in shown
    assert '<svg viewBox="0 0 480 640"' in shown
    assert "style=" not in shown
    assert "人工放行" in shown


def test_a_good_photo_shows_what_was_checked_and_no_way_to_let_it_pass(office: Client) -> None:
    row = at_desk(office)
    assert upload(office, row, face(1), source="handed_in") == 302
    shown = page(office, f"/desk/{row.pk}/")
    assert "头部大小、位置" in shown
    assert "有正当原因" not in shown
    assert "考生提供的照片" in shown
    assert Photo.objects.get().source == "handed_in"


def test_a_photo_passes_with_reason_and_words_and_nothing_typed_is_lost(office: Client) -> None:
    row = at_desk(office)
    upload(office, row, RED)
    photo = Photo.objects.get()
    sent = {"photo": str(photo.pk), "why": "", "seen": "左眼有敷料"}
    refused = office.post(f"/desk/{row.pk}/photo/pass/", sent)
    assert refused.status_code == 422
    assert "请选择一条放行理由" in refused.content.decode()
    assert 'value="左眼有敷料"' in refused.content.decode()
    assert office.post(f"/desk/{row.pk}/photo/pass/", {**sent, "why": "medical"}).status_code == 302
    assert "左眼有敷料" in page(office, f"/candidates/{row.pk}/")
    assert "照片人工放行：背景不是规定的颜色" in page(office, f"/candidates/{row.pk}/")


@pytest.mark.parametrize("sent", ["", "no id", "7f3a0000-0000-4000-8000-000000000000"])
def test_a_photo_that_is_not_the_one_shown_does_not_pass(office: Client, sent: str) -> None:
    row = at_desk(office)
    upload(office, row, RED)
    answer = office.post(f"/desk/{row.pk}/photo/pass/", {"photo": sent, "why": "medical", "seen": "左眼有敷料"})
    assert answer.status_code == 422
    assert "再决定" in answer.content.decode()


def test_a_new_photo_stands_beside_the_one_in_use(office: Client) -> None:
    row = at_desk(office)
    upload(office, row, face(1))
    upload(office, row, RED)
    shown = page(office, f"/desk/{row.pk}/")
    assert "现用照片" in shown
    upload(office, row, face(2))
    assert "换下的照片" in page(office, f"/desk/{row.pk}/")


@pytest.mark.parametrize("role", [Role.COUNTY, Role.CITY, Role.TEACHER])
def test_only_the_operator_lets_a_photo_pass(office: Client, role: Role) -> None:
    row = at_desk(office)
    upload(office, row, RED)
    signed_in(office, make.staff(county_of(row), role))
    sent = {"photo": str(Photo.objects.get().pk), "why": "medical", "seen": "左眼有敷料"}
    assert office.post(f"/desk/{row.pk}/photo/pass/", sent).status_code == 404


def test_the_county_asks_for_another_and_the_desk_says_so_on_top(office: Client) -> None:
    row = confirmed.saved()
    signed_in(office, make.staff(county_of(row), Role.COUNTY))
    photo = current_photo(row)
    assert photo is not None
    answer = office.post(f"/candidates/{row.pk}/retake/", {"photo": str(photo.pk), "retake": "glare"})
    assert answer.status_code == 302
    assert "撤回重拍" in page(office, f"/candidates/{row.pk}/")
    signed_in(office, make.staff(row.site))
    assert "照片要处理的" in page(office, "/desk/")
    assert "待重拍：照片眼镜有反光" in page(office, f"/desk/{row.pk}/")
    assert "撤回重拍" not in page(office, f"/candidates/{row.pk}/")  # the county asked
    assert office.post(f"/candidates/{row.pk}/retake/undo/", {"photo": str(photo.pk)}).status_code == 422
    assert upload(office, row, face(5)) == 302
    assert "待重拍" not in page(office, f"/desk/{row.pk}/")
    assert "照片要处理的" not in page(office, "/desk/")


def test_the_candidate_finds_it_under_what_is_to_do(phone: Client) -> None:
    row = confirmed.saved()
    photo = current_photo(row)
    assert photo is not None
    ask_retake(row.pk, photo.pk, reason="backdrop", by=confirmed.county(row))
    assert row.account is not None
    phone.force_login(row.account)
    shown = phone.get("/tasks/").content.decode()
    assert "照片背景不合规定，请到报名点重拍" in shown
    assert shown.index("现在要做") < shown.rindex("照片背景不合规定") < shown.index("等待他人")


def test_a_retake_without_reason_is_asked_for_one(office: Client) -> None:
    row = confirmed.saved()
    signed_in(office, make.staff(row.site))
    photo = current_photo(row)
    assert photo is not None
    answer = office.post(f"/candidates/{row.pk}/retake/", {"photo": str(photo.pk), "retake": "ugly"})
    assert answer.status_code == 422
    assert "请选择一条重拍理由" in answer.content.decode()


# a class at a glance


def class_of(site: Organization, name: str, count: int = 2) -> list[Registration]:
    made = []
    for _ in range(count):
        row = make.registration(site, name=name)
        Registration.objects.filter(pk=row.pk).update(class_name="高三（5）班")
        made.append(row)
    return made


def take(row: Registration, picture: bytes) -> Photo:
    return take_photo(row.pk, picture, by=confirmed.operator(row), source="camera")


def test_a_class_stands_on_one_page_with_its_faults_named(office: Client) -> None:
    make.season()
    site = make.site()
    good, red, passed, bare = class_of(site, "欧阳思远", 4)
    take(good, face(1))
    take(red, RED)
    pass_photo(passed.pk, take(passed, RED).pk, **WORDS, by=confirmed.operator(passed))
    signed_in(office, make.staff(site))
    shown = page(office, "/photos/?class=高三（5）班")
    assert shown.count("欧阳思远</a>") == 4
    assert "背景不是规定的颜色" in shown
    assert "到受理台处理" in shown
    assert "没有照片" in shown
    assert bare.name in shown
    for tab, count in {"faulty": 1, "passed": 1, "retake": 0, "none": 1}.items():
        assert page(office, f"/photos/?tab={tab}").count("欧阳思远</a>") == count
    assert WORDS["note"] in page(office, "/photos/?tab=passed")
    assert WORDS["note"] not in page(office, "/photos/")


def test_a_page_is_recorded_once_and_its_pictures_not_again(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    site = make.site()
    people = class_of(site, "欧阳思远", 3)
    for row in people:
        take(row, face(1))
    signed_in(office, make.staff(site))
    shown = page(office, "/photos/")
    addresses = [part.split('"')[0].replace("&amp;", "&") for part in shown.split('<img src="')[1:]]
    assert len(addresses) == 3
    for address in addresses:
        assert office.get(address).content.startswith(b"\xff\xd8")
    assert set(Event.objects.filter(verb="see_photos").values_list("subject", flat=True)) == {row.pk for row in people}
    assert not Event.objects.filter(verb="see_photo").exists()
    # The token is for this member of staff, this photo and some minutes; anything else is recorded.
    one, other = addresses[0], addresses[1]
    assert office.get(one.split("?")[0] + "?" + other.split("?")[1]).status_code == 404
    office.get(one.split("&seen=")[0] + "&seen=" + other.split("&seen=")[1])
    office.get(one.split("&seen=")[0])
    assert Event.objects.filter(verb="see_photo").count() == 2
    monkeypatch.setattr(pictures, "_MINUTES", -1)
    office.get(one)
    assert Event.objects.filter(verb="see_photo").count() == 3
    signed_in(office, make.staff(site))
    office.get(one)
    assert Event.objects.filter(verb="see_photo").count() == 4


def test_from_the_class_one_goes_back_to_the_class(office: Client) -> None:
    row = confirmed.ready()
    signed_in(office, make.staff(row.site))
    photo = current_photo(row)
    assert photo is not None
    sent = {"photo": str(photo.pk), "retake": "pose", "site": str(row.site_id), "class": "", "tab": "all", "page": "1"}
    answer = office.post(f"/candidates/{row.pk}/retake/", sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/photos/?site=")
    assert "待重拍" in page(office, answer["Location"])


def test_a_county_sees_its_own_sites_only(office: Client) -> None:
    make.season()
    here, there = make.site("01"), make.site("01", of="0103")
    class_of(here, "欧阳思远", 1)
    class_of(there, "司马无名", 1)
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert "欧阳思远" in page(office, "/photos/")
    assert "司马无名" not in page(office, f"/photos/?site={there.pk}")


def test_a_picture_of_somebody_else_is_not_found_under_this_name(office: Client) -> None:
    make.season()
    site = make.site()
    mine, other = class_of(site, "欧阳思远")
    take(mine, face(1))
    photo = take(other, face(2))
    signed_in(office, make.staff(site))
    for wanted in (str(photo.pk), str(uuid4()), "x", "欧阳"):
        assert office.get(f"/candidates/{mine.pk}/photo/", {"photo": wanted}).status_code == 404
