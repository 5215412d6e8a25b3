"""A form that meets a locked desk (R29) is kept sealed for whoever typed it, and sent again once it is opened."""

import re

import pytest
from django.test import Client

from tests import factories as make
from tests.web.conftest import signed_in
from tests.web.test_nasty_input import NASTY
from tests.web.test_shift import OTHER, PIN, desk, lock, unlock

pytestmark = pytest.mark.django_db


def test_a_form_that_met_a_locked_desk_is_sent_again_with_all_that_was_typed(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    typed = {"number": "99000120050317", "name": "欧阳\n思远 </textarea>", "address": "湘岭市青麓县", "note": ""}
    sent_with = {**typed, "csrfmiddlewaretoken": "of-before-the-lock"}
    page = office.post("/desk/typing/", sent_with, headers={"referer": "http://testserver/desk/typing/?entry=3"})
    said = page.content.decode()
    assert (page.status_code, "刚才提交的内容还没有办理" in said) == (423, True)
    assert not [text for text in typed.values() if text and text in said], "who passes by reads nothing of it"
    sent, back = (re.search(f'name="{name}" value="([^"]*)"', said) for name in ("sent", "back"))
    assert sent
    assert back
    again = unlock(office, OTHER, sent=sent[1], back=back[1]).content.decode()
    assert sent[1] in again, "a wrong PIN loses nothing"
    form = unlock(office, sent=sent[1], back=back[1]).content.decode()
    assert 'action="/desk/typing/"' in form
    assert 'href="/desk/typing/?entry=3"' in form
    assert '<textarea name="name" hidden>\n欧阳\n思远 &lt;/textarea&gt;</textarea>' in form
    assert 'name="note" value=""' in form
    assert "of-before-the-lock" not in form
    assert one.account.handle not in form


def test_what_was_sealed_for_one_opens_for_nobody_else(office: Client) -> None:
    _, row = desk(office)
    lock(office)
    said = office.post("/desk/typing/", {"name": "欧阳思远"}).content.decode()
    sent = re.search('name="sent" value="([^"]*)"', said)
    assert sent
    signed_in(office, make.staff(row.site))
    for wrong in (sent[1], "x", "v1|a|b|c|d"):
        assert office.post("/unlock/", {"pin": "", "sent": wrong}).headers["Location"] == "/"


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_whatever_is_typed_at_a_locked_desk_is_answered(office: Client, nasty: str) -> None:
    desk(office)
    lock(office)
    for sent in (
        {"pin": nasty},
        {"pin": OTHER, "back": nasty, "sent": nasty},
        {"pin": PIN, "back": nasty, "sent": nasty},
    ):
        assert office.post("/unlock/", sent).status_code in {302, 400, 422}, sent.keys()
    lock(office)
    assert office.post("/desk/typing/", {"name": nasty, nasty[:40]: "x"}).status_code in {400, 423}


def test_files_are_not_kept_and_the_page_says_so(office: Client) -> None:
    _, row = desk(office)
    lock(office)
    with open(__file__, "rb") as file:
        said = office.post(f"/desk/{row.pk}/photo/", {"photo": file, "source": "camera"}).content.decode()
    assert "文件要重新选择" in said
    assert 'name="sent"' not in said
