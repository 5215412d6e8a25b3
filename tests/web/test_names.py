"""Names kept exactly, at every place a name passes (ux.md rules 26 and 42; domain.md, traps of names)."""

import io
import re
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from baoming.forms import exchange
from baoming.registrations import identity_documents
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.rosters import read_roster
from baoming.registrations.services import claim
from baoming.registrations.services.sheets import print_sheet
from baoming.registrations.services.slips import print_slip
from baoming.shared import names, text
from baoming.shared.text import clean_name, mask_name, name_problem
from tests import factories as make
from tests.forms.samples import FILLED, FORM
from tests.registrations import confirmed
from tests.registrations.test_rosters import as_csv, as_xlsx, pupil
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
UYGHUR = "阿卜杜热依木江·买买提吐尔逊尼亚孜·阿不都热合曼热依汗古丽·努尔买买提江热西提阿吐热买尔吐尼"
TIBETAN = "洛桑·丹增嘉措·白玛次仁"
KEPT = {  # what is on the card: what is kept; written from the rules before the code
    "欧阳思远": "欧阳思远",
    "阿依古丽·买买提": "阿依古丽·买买提",
    "阿依古丽•买买提": "阿依古丽·买买提",  # U+2022
    "阿依古丽‧买买提": "阿依古丽·买买提",  # U+2027
    "阿依古丽・买买提": "阿依古丽·买买提",  # U+30FB
    "阿依古丽．买买提": "阿依古丽·买买提",  # U+FF0E
    "阿依古丽･买买提": "阿依古丽·买买提",  # U+FF65
    "阿依古丽⋅买买提": "阿依古丽·买买提",  # U+22C5
    "阿依古丽∙买买提": "阿依古丽·买买提",  # U+2219
    "阿依古丽·买买提\u3000": "阿依古丽·买买提",
    "阿依古丽\u0387买买提": "阿依古丽·买买提",
    "阿依古丽.买买提": "阿依古丽·买买提",
    "John F. Kennedy": "John F. Kennedy",  # here the stop is a stop
    UYGHUR: UYGHUR,
    TIBETAN: TIBETAN,
    "张Ａ": "张Ａ",  # full width stays: no NFKC
    "﨑山": "﨑山",  # U+FA11 is no compatibility character, only named like one
    "凞\uf9b5明": "凞\uf9b5明",  # a compatibility ideograph is not folded into 例
    "\U0002f800明": "\U0002f800明",  # nor one of plane 2 into 丽
    "龙㛃": "龙㛃",  # Ext A
    "𠮷明": "𠮷明",  # Ext B
    "\U0002a700明": "\U0002a700明",  # Ext C
    "\U0002b740明": "\U0002b740明",  # Ext D
    "𬱖明": "𬱖明",  # Ext E
    "\U0002ceb0明": "\U0002ceb0明",  # Ext F
    "𰻝明": "𰻝明",  # Ext G
    "\U00031350明": "\U00031350明",  # Ext H
    "\U0002ebf0明": "\U0002ebf0明",  # Ext I
    "葛\U000e0100明": "葛\U000e0100明",  # a variant chosen by a selector
    "龙\ue863": "龙䶮",  # GBK's private place of 䶮
    "刘\ue000": "刘\ue000",  # nobody knows whose private character this is: kept, never guessed
    "𠮷" * 50: "𠮷" * 50,
    "庄" * 50: "庄" * 50,  # a key of 350 letters
}
DRAWN = [name for name in KEPT.values() if not set(name) & set("\U00031350\U0002ebf0\U000e0100\ue000")]


@pytest.mark.parametrize(("card", "kept"), KEPT.items())
def test_the_desk_keeps_a_name_as_it_is(office: Client, card: str, kept: str) -> None:
    """Typed at the desk, in a real request, into the real column."""
    make.season()
    here = make.site()
    signed_in(office, make.staff(here))
    number = make.number(1)
    answer = office.post("/desk/typing/", {
        "name": card, "number": number, "sex": "1", "ethnicity": "01", "birth": "2005-03-17", "address": "演示路1号",
        "issuer": "演示公安局", "valid_from": "2021-03-18", "valid_to": "2031-03-18", "reason": "absent",
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    row = Registration.objects.get()
    assert row.name == kept
    assert kept in office.get(answer.headers["Location"]).content.decode()
    assert kept in office.get("/candidates/").content.decode()


def test_a_reader_that_reads_such_a_name_opens_the_file() -> None:
    make.season()
    here = make.site()
    for card, kept in KEPT.items():
        assert make.registration(here, name=card).name == kept


@pytest.mark.parametrize("form", ["csv", "gb18030", "xlsx"])
def test_a_roster_keeps_names_as_they_are(form: str) -> None:
    lines = [pupil(place, name=card) for place, card in enumerate(KEPT)]
    data = {
        "csv": as_csv(*lines), "gb18030": as_csv(*lines, encoding="gb18030"),
        "xlsx": as_xlsx(["学籍号", "姓名", "性别", "班级", "学号", "班主任"], *lines),
    }[form]  # fmt: skip
    sheet = read_roster(data, filename="a.csv")
    assert sheet.problems == ()
    assert [row.name for row in sheet.rows] == list(KEPT.values())


def test_a_roster_keeps_them_in_the_database(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))
    file = io.BytesIO(as_csv(*[pupil(place, name=card) for place, card in enumerate(KEPT)]))
    file.name = "roster.csv"
    preview = office.post("/rosters/", {"file": file}).content.decode()
    sealed = preview.split('name="sealed" value="')[1].split('"')[0]
    office.post("/rosters/take/", {"sealed": sealed, "filename": "roster.csv"})
    assert list(RosterEntry.objects.order_by("pk").values_list("name", flat=True)) == list(KEPT.values())


CLAIMED = [  # what the candidate types, the name that is kept, and whether it is taken as the same
    ("阿依古丽•买买提", "阿依古丽·买买提", True), ("阿依古丽买买提", "阿依古丽·买买提", True),
    ("阿依古丽 · 买买提", "阿依古丽·买买提", True), ("阿依古丽·买买", "阿依古丽·买买提", False),
    ("龙\ue863", "龙䶮", True), ("龙？", "龙䶮", True), ("龙?", "龙䶮", True), ("刘*", "刘\ue000", True),
    ("*明", "𠮷明", True), ("?明", "欧明", False), ("？？", "𠮷明", False), ("*", "𠮷明", False), ("", "𠮷明", False),
    ("吉明", "𠮷明", False), ("例", "\uf9b5", False), ("张A", "张Ａ", False), ("张三", "张四", False),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept", "same"), CLAIMED)
def test_the_claim_compares_names_without_dot_and_blanks(typed: str, kept: str, same: bool) -> None:
    """The first login takes what the owner of the card can type; nothing else."""
    season = make.season()
    here = make.site()
    make.segment(here)
    row = make.registration(here, name=kept, done=make.before("number"))
    confirmed.photographed(row)
    confirmed.issue_number(row.pk, by=confirmed.operator(row))
    row.refresh_from_db()
    code = ""

    def keep(slips: list[object], **_: object) -> bytes:
        nonlocal code
        code = slips[0].code  # type: ignore[attr-defined]
        return b"%PDF"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("baoming.registrations.services.slips.number_slips", keep)
        print_slip(row.pk, by=confirmed.operator(row))
    make.season("sign_up")
    card = confirmed_card(row)
    asked = {"number": card.number, "valid_to": card.valid_to, "code": code, "address": "127.0.0.1"}
    if same:
        assert claim.claim(season=season, name=typed, **asked).pk == row.pk
    else:
        with pytest.raises(claim.ClaimRefused):
            claim.claim(season=season, name=typed, **asked)


def confirmed_card(row: Registration) -> identity_documents.IdentityDocument:
    return claim.document_of(row)


def test_the_sheet_reads_back_every_name() -> None:
    row = confirmed.saved()
    for name in DRAWN:
        Registration.objects.filter(pk=row.pk).update(name=name)
        pages = PdfReader(io.BytesIO(print_sheet(row.pk, by=confirmed.operator(row)))).pages
        found = re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))
        assert name.replace(" ", "") in found, name


def test_an_export_of_names_is_read_back_the_same() -> None:
    fits = [name for name in DRAWN if len(name) <= 20 and len(name.encode("gb18030")) <= 60]
    for name in fits:
        values, problems = FORM.clean(FILLED | {"recipient": [name]})
        assert problems == {}, (name, problems)
        record = exchange.record(FORM, values)
        again, _ = exchange.read(FORM, {key: one.encode("gb18030").decode("gb18030") for key, one in record.items()})
        assert again["recipient"] == values["recipient"] == name


MASKED = {"𰻝明": "𰻝*", UYGHUR: "阿*尼", "𠮷田明": "𠮷*明", "刘": "刘*", "阿依古丽·买买提": "阿*提"}


def test_masks_cut_no_character_in_half() -> None:
    assert {name: mask_name(name) for name in MASKED} == MASKED


@pytest.mark.parametrize("year", ["2023", "2025"])
def test_no_message_carries_a_name(year: str) -> None:
    """An SMS gateway would turn what it does not know into question marks; so nobody's name is sent."""
    texts = Path("baoming/messages/data/43", year, "messages.json").read_text("utf-8")
    assert "{phone}" in texts
    assert "{name}" not in texts


REFUSED = [
    "张\n三",
    "张\u200b三",
    "张\u202e三",
    "张\ufffe三",
    "张\ud800",
    "张\U0003ffff三",
    "张\U000e0fff三",
    "张" * 51,
]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_name_gets_a_sentence(name: str) -> None:
    assert name_problem(clean_name(name))


# Controls: each rule replaced by the usual mistake, and what it does to a name.
def test_control_normalising_would_change_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "unmapped", lambda name: text.unicodedata.normalize("NFKC", name))
    changed = {card for card, kept in KEPT.items() if clean_name(card) != kept}
    assert changed >= {"张Ａ", "凞\uf9b5明", "\U0002f800明", "龙\ue863"}


def test_control_asking_python_what_is_printable_would_refuse_new_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "is_written", str.isprintable)
    refused = {name for name in KEPT.values() if name_problem(name)}
    assert refused >= {"\U0002ebf0明", "刘\ue000"}


def test_control_an_exact_comparison_would_lock_people_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "without_dot", lambda name: name)
    monkeypatch.setattr(names, "_BLANK", frozenset())
    locked_out = [typed for typed, kept, same in CLAIMED if same and not names.same_name(typed, kept)]
    assert locked_out[:3] == ["阿依古丽•买买提", "阿依古丽买买提", "阿依古丽 · 买买提"]
    assert "龙？" in locked_out


def test_control_a_key_that_is_not_cut_does_not_fit_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "KEY_CHARACTERS", 1000)
    assert len(names.pinyin_key("庄" * 50)) > 200
