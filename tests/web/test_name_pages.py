"""ux.md rule 26 on pages: what no font draws is said at once, with the way; the picture stands where the name does."""

import io

import pytest
from django.test import Client, override_settings
from PIL import Image

from baoming.accounts.models import Account
from baoming.audit.models import Event
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import picture_of
from baoming.registrations.services.name_images import confirm_name, framed, photograph_name
from standins.cards import front, photographed
from standins.faces import face
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_rosters import as_csv, pupil
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
RARE = "龙\ue000明"


def at_the_desk(office: Client, name: str = RARE) -> Registration:
    make.season()
    here = make.site()
    signed_in(office, make.staff(here))
    return make.registration(here, name=name)


def uploaded(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "front.jpg"
    return file


def test_the_desk_says_at_once_which_character_no_font_has_and_what_to_do(office: Client) -> None:
    row = at_the_desk(office)
    page = office.get(f"/desk/{row.pk}/").content.decode()
    assert "姓名里的U+E000字库中没有" in page
    assert "请拍身份证正面，截取姓名图片" in page


def test_a_name_that_prints_is_not_asked_for(office: Client) -> None:
    row = at_the_desk(office, "𠮷𰻝䶮")
    page = office.get(f"/desk/{row.pk}/").content.decode()
    assert "字库中没有" not in page
    assert 'name="front"' not in page


def test_a_character_put_into_unicode_is_told_with_what_the_reader_gave(office: Client) -> None:
    row = at_the_desk(office, "龙\ue863")
    page = office.get(f"/desk/{row.pk}/").content.decode()
    assert "读卡器给出U+E863，已按国家标准换成统一编码" in page
    assert "龙䶮" in page


def test_from_the_photograph_to_the_candidates_answer(office: Client) -> None:
    """Without JavaScript: every step is a form. Nobody is shown a picture that the site has not confirmed."""
    row = at_the_desk(office)
    desk, work = f"/desk/{row.pk}/", f"/desk/{row.pk}/name/"
    assert office.post(work, {"front": uploaded(photographed(front(RARE)))}).status_code == 302
    image = NameImage.objects.get()
    page = office.get(desk).content.decode()
    assert "和证件一致，采用" in page
    typed = page.partition('<form class="name-sides"')[2].partition("</form>")[0]
    assert typed.count("<button") == 1  # Enter in a side cuts by what was typed, and moves nothing
    assert 'name="move"' not in typed
    assert office.get(f"/candidates/{row.pk}/name/").status_code == 409
    for of in ("strip", "cut"):
        answer = office.get(f"/candidates/{row.pk}/name/?of={of}")
        assert (answer["Content-Type"], answer.content[:4]) == ("image/png", b"\x89PNG")
    sides = dict(zip(("left", "top", "width", "height"), image.box, strict=True))
    office.post(work, {"image": image.pk, **sides, "move": "left:-"})
    stale = office.post(work, {"image": image.pk, **sides, "seen": framed(image), "act": "confirm"})
    assert (stale.status_code, "框刚刚在另一处移动过" in stale.content.decode()) == (422, True)
    image.refresh_from_db()
    assert f'name="seen" value="{framed(image)}"' in stale.content.decode(), "the page shows the frame of now"
    assert image.box[0] == sides["left"] - 5
    office.post(work, {"image": image.pk, **sides, "seen": framed(image), "act": "confirm"})
    image.refresh_from_db()
    assert image.current
    for place in (desk, f"/candidates/{row.pk}/"):
        page = office.get(place).content.decode()
        assert f'<img class="name-picture" src="/candidates/{row.pk}/name/" alt="姓名图片">' in page

    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
    row.save()
    make.season("sign_up")
    phone = Client()
    phone.force_login(row.account)
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        assert "请核对姓名图片" in phone.get("/tasks/").content.decode()
        assert "这是您的姓名吗" in phone.get("/name/").content.decode()
        assert phone.get("/name/picture/").content == picture_of(image)
        assert phone.post("/name/", {"image": image.pk, "same": "no"}).status_code == 302
        assert "姓名图片不对，已经停用" in phone.get("/tasks/").content.decode()
    page = office.get(desk).content.decode()
    assert "考生说姓名图片不对" in page
    assert "停用的姓名图片" in page
    assert "现用" not in page
    refused = f"/candidates/{row.pk}/name/?of=used"
    assert refused in page
    assert office.get(refused).content == picture_of(image)  # what the candidate refused is there to be compared
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        assert phone.post("/name/", {"image": image.pk, "same": "yes"})["Location"] == "/tasks/"
        assert "请核对姓名图片" not in phone.get("/tasks/").content.decode()
    verbs = set(Event.objects.filter(subject=row.pk).values_list("verb", flat=True))
    assert verbs >= {"photograph_name", "confirm_name", "see_name", "refuse_name", "accept_name"}


def sized(width: int, height: int) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(picture, "JPEG")
    return picture.getvalue()


NONE = "6f2b6c1e-0000-4000-8000-000000000000"
BAD = [
    ({}, "请先拍摄或选择身份证正面"),
    ({"front": face(1)}, "四角都拍进去"),
    ({"front": b"%PDF-1.7"}, "不是 JPG 或 PNG"),
    ({"front": sized(790, 900)}, "宽和高都要有800像素"),
    ({"front": b"\xff\xd8\xff\xe0cut"}, "把证件正面重拍一张"),
    ({"image": "x", "left": "1", "top": "1", "width": "9", "height": "9"}, "请刷新页面"),
    ({"image": NONE, "left": "-1", "top": "1", "width": "9", "height": "9"}, "整数"),
    ({"image": NONE, "left": "1", "top": "1", "width": "9", "height": "9"}, "已经换过"),
    ({"image": NONE, "act": "confirm"}, "已经换过"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "words"), BAD)
def test_what_cannot_be_used_gets_a_sentence(office: Client, sent: dict[str, object], words: str) -> None:
    row = at_the_desk(office)
    body = {key: uploaded(value) if isinstance(value, bytes) else value for key, value in sent.items()}
    answer = office.post(f"/desk/{row.pk}/name/", body)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_candidate_without_a_picture_is_led_back(phone: Client) -> None:
    make.season("sign_up")
    row = make.registration(make.site())
    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
    row.save()
    phone.force_login(row.account)
    assert phone.get("/name/")["Location"] == "/tasks/"
    assert phone.get("/name/picture/").status_code == 409
    assert phone.post("/name/", {"image": "x", "same": "yes"})["Location"] == "/tasks/"


def test_a_candidate_cannot_answer_for_another(phone: Client) -> None:
    make.season()
    here = make.site()
    rows = [make.registration(here, name=RARE) for _ in range(2)]
    cut = [photograph_name(row.pk, photographed(front(RARE)), by=confirmed.operator(row)) for row in rows]
    images = [
        confirm_name(one.registration_id, one.pk, seen=framed(one), by=confirmed.operator(rows[0])) for one in cut
    ]
    rows[0].account = Account.objects.create(kind="candidate", handle=f"c:{rows[0].pk}", password="!")
    rows[0].save()
    phone.force_login(rows[0].account)
    answer = phone.post("/name/", {"image": images[1].pk, "same": "no"})
    assert answer.status_code == 422
    assert "已经换过" in answer.content.decode()
    images[1].refresh_from_db()
    assert images[1].answer == ""


def test_the_rosters_preview_tells_whose_names_no_font_draws(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    file = uploaded(as_csv(pupil(1), pupil(2, name="龙\U00031350"), pupil(3, name="龙\ue863")))
    file.name = "roster.csv"
    page = office.post("/rosters/", {"file": file}).content.decode()
    assert "1人的姓名里有字库中没有的字" in page
    assert "第3行：“\U00031350”（U+31350）" in page or "第3行：U+31350" in page
    assert "可以导入3行" in page
