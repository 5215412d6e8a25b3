"""R4: the roster's pages show the 学籍号, which holds an identity number, masked."""

import io

import pytest
from django.test import Client

from tests import factories as make
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def test_preview_and_roster_show_the_roll_number_masked(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    file = io.BytesIO("学籍号,姓名,班级\nG990001200503170135,测试学生,高三（1）班".encode())
    file.name = "roster.csv"
    preview = office.post("/rosters/", {"file": file}).content.decode()
    sealed = preview.split('name="sealed" value="')[1].split('"')[0]
    assert office.post("/rosters/take/", {"sealed": sealed, "filename": "roster.csv"}).status_code == 302
    for page in (preview, office.get("/rosters/").content.decode()):
        assert "测试学生" in page
        assert "G99************0135" in page
        assert "20050317" not in page
