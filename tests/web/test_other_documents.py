"""R24 at the desk: the document is chosen, typed or read, corrected, sent to the city; R25: who has none is told."""

import re

import pytest
from django.test import Client

from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.seasons.models import SeasonData
from tests import factories as make
from tests.registrations.others import other
from tests.registrations.test_sheets_service import words as words_of
from tests.web.conftest import signed_in
from tests.web.test_card_twice import _paired, reading  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
OTHERS = [kind for kind in Kind if kind is not Kind.RESIDENT]


def desk(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(make.site()))


def typed(document: IdentityDocument) -> dict[str, str]:
    fields = ("name", "number", "sex", "ethnicity", "address", "issuer", "nationality", "stated", "statement")
    dates = ("birth", "valid_from", "valid_to")
    told = {key: getattr(document, key) for key in fields} | {key: f"{getattr(document, key)}" for key in dates}
    return {**told, "document": document.kind.value, "seen": "yes"}


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_the_desk_says_what_is_done_with_each_document(office: Client) -> None:
    desk(office)
    assert "?document=choose" in text(office.get("/desk/"))
    shown = text(office.get("/desk/typing/?document=choose"))
    for words in (
        "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
        "港澳台居民居住证",
        "外国人永久居留身份证",
        "报市（州）招考机构审批",
    ):
        assert words in shown
    assert "看告知内容" in shown


@pytest.mark.parametrize("kind", OTHERS)
def test_each_kind_is_typed_by_its_own_form(office: Client, kind: Kind) -> None:
    desk(office)
    form = text(office.get(f"/desk/typing/?document={kind}"))
    assert re.search(rf'name="document" value="{kind}"', form)
    document = other(kind)
    answer = office.post("/desk/typing/", typed(document))
    assert answer.status_code == 302, text(answer)
    row = Registration.objects.get()
    assert (row.document_kind, document_of(row)) == (kind, document)
    shown = text(office.get(f"/desk/{row.pk}/"))
    assert document.number not in shown
    for words in (document.title, "已核对原件，情况说明已收", document.statement, "报市（州）审批", "录入有误，更正"):
        assert words in shown, words
    assert "全部符合，通过" not in shown
    assert "欠读卡核验" not in shown
    assert document.title in text(office.get(f"/candidates/{row.pk}/"))


def test_all_that_is_empty_is_told_at_once_and_nothing_typed_is_lost(office: Client) -> None:
    desk(office)
    answer = office.post("/desk/typing/", {"document": "residence", "issuer": "长沙市公安局"})
    assert answer.status_code == 422
    told = set(re.findall(r'href="#f-(\w+)"', text(answer)))
    assert told == {"statement", "seen", "name", "number", "sex", "birth", "valid_from", "valid_to"}
    assert "长沙市公安局" in text(answer)
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        (Kind.HM_PERMIT, {"number": "99990001"}, "这是台湾居民来往大陆通行证的号码，请改选这种证件再录入"),
        (Kind.RESIDENCE, {"number": "819999200503170018"}, "证件号码有一位填错了"),
        (Kind.RESIDENCE, {"stated": "99990001"}, "居住证背面印有通行证号码"),
        (Kind.FOREIGN, {"nationality": ""}, "3个字母代码"),
        (Kind.TW_PERMIT, {"valid_to": "2022-01-01"}, "到期，不能用来报名"),
        (Kind.FOREIGN, {"valid_to": "", "long_term": "1"}, "没有“长期”的，请填写有效期止日"),
        (Kind.TW_PERMIT, {"ethnicity": "xx"}, "请在列出的民族中选择"),
        (Kind.TW_PERMIT, {"sex": "9"}, "请选择性别"),
        (Kind.TW_PERMIT, {"seen": ""}, "请先当面核对证件原件"),
        (Kind.TW_PERMIT, {"statement": "长" * 201}, "最多200字"),
    ],
)
def test_wrong_entries_get_a_sentence(office: Client, kind: Kind, changes: dict[str, str], said: str) -> None:
    desk(office)
    answer = office.post("/desk/typing/", {**typed(other(kind)), **changes})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Registration.objects.exists()


def test_a_resident_number_typed_as_a_resident_card_is_still_one(office: Client) -> None:
    """A kind that the season does not know is no form of its own: the resident's is shown."""
    desk(office)
    assert "为什么手工录入" in text(office.get("/desk/typing/?document=passport"))


def test_who_has_another_document_is_found_as_a_duplicate(office: Client) -> None:
    desk(office)
    office.post("/desk/typing/", typed(other(Kind.HM_PERMIT, number="H99997777")))
    answer = office.post("/desk/typing/", typed(other(Kind.RESIDENCE, stated="H99997777")))
    assert answer.status_code == 422
    assert "这名考生已在测试01中学报名点报名" in text(answer)
    found = text(office.get("/candidates/", {"q": "h9999 7777"}, follow=True))
    assert "陈嘉欣" in found


def test_a_chip_is_read_where_its_statement_is_written(office: Client) -> None:
    desk(office)
    card = other(Kind.RESIDENCE)
    refused = office.post("/desk/card/", {"card": marked(card, "n1")})
    assert refused.status_code == 422
    assert "这是港澳台居民居住证。请点“其他证件”" in text(refused)
    bare = office.post("/desk/typing/", {"document": "residence", "card": marked(card, "n2")})
    assert "请先收下考生的情况说明" in text(bare)
    taken = office.post("/desk/typing/", {"document": "residence", "card": marked(card, "n3"), "statement": "在湘就读"})
    assert taken.status_code == 302
    row = Registration.objects.get()
    assert (row.reading, document_of(row).statement) == ("chip", "在湘就读")
    assert "录入有误，更正" not in text(office.get(f"/desk/{row.pk}/"))
    corrected = office.post(f"/desk/{row.pk}/check/", {**typed(card), "name": "陈嘉怡"})
    assert corrected.status_code == 422
    assert "是读卡读出的，不能手工改录" in text(corrected)
    resident = office.post("/desk/typing/", {"document": "residence", "card": reading(make.document(), nonce="n4")})
    assert "读到的是居民身份证" in text(resident)


def marked(document: IdentityDocument, nonce: str) -> str:
    return reading(document, nonce=nonce, mark="J", pass_number=document.stated)


def test_what_was_entered_is_corrected_its_kind_too(office: Client) -> None:
    desk(office)
    office.post("/desk/typing/", typed(other(Kind.HM_PERMIT)))
    row = Registration.objects.get()
    form = text(office.get(f"/desk/{row.pk}/check/"))
    assert "更正录入：陈嘉欣" in form
    assert document_of(row).number not in form
    assert not re.search(r'name="seen"[^>]*checked', form), "that the original was seen is said anew"
    right = other(Kind.TW_PERMIT)
    assert office.post(f"/desk/{row.pk}/check/", typed(right)).status_code == 302
    assert document_of(Registration.objects.get()).number == right.number
    wrong = office.post(f"/desk/{row.pk}/check/", {**typed(right), "name": ""})
    assert wrong.status_code == 422
    assert "请填写姓名" in text(wrong)


def test_a_site_that_passes_it_all_the_same_is_refused_in_a_sentence(office: Client) -> None:
    desk(office)
    office.post("/desk/typing/", typed(other(Kind.HM_PERMIT)))
    row = Registration.objects.get()
    refused = office.post(f"/desk/{row.pk}/review/", {"act": "pass"})
    assert refused.status_code == 422
    assert "用其他身份证件报考由市（州）招考机构审批" in text(refused)
    assert "外省户籍随迁子女</option>" not in text(refused), "it is not the county's"


def test_who_has_no_card_is_told_what_to_do_first_and_no_file_is_opened(office: Client) -> None:
    desk(office)
    shown = text(office.get("/desk/typing/?document=none"))
    for words in (
        "没有第二代居民身份证，现在不能报名",
        "公安派出所",
        "临时居民身份证",
        "领证回执",
        "11月9日（周三）17:00以前",
    ):
        assert words in shown, words
    assert "<form" not in shown.split("<main", 1)[1].split("</main>", 1)[0]
    assert office.post("/desk/typing/", {"document": "none"}).status_code == 422
    assert not Registration.objects.exists()
    paper = office.get("/desk/typing/?document=none&paper=1")
    assert paper.headers["Content-Type"] == "application/pdf"
    printed = words_of(paper.content)
    for said in ("办理居民身份证告知单", "样例", "临时居民身份证", "11月9日", "测试01中学报名点", "0731-00000102"):
        assert said in printed, said


def test_anybody_reads_it_on_the_candidates_portal_too(phone: Client) -> None:
    make.season()
    for page in ("/", "/help/"):
        assert 'href="/no-card/"' in text(phone.get(page))
    shown = text(phone.get("/no-card/"))
    for said in (
        "现在不能报名",
        "临时居民身份证",
        "11月9日（周三）17:00以前",
        "港澳台居民居住证",
        "情况说明",
        "市（州）",
    ):
        assert said in shown, said


def test_a_season_loaded_before_there_were_such_words_goes_on_without_them(office: Client) -> None:
    desk(office)
    SeasonData.objects.filter(key="documents").delete()
    assert "为什么手工录入" in text(office.get("/desk/typing/"))
    assert office.get("/desk/typing/?document=none").status_code == 404
    assert office.post("/desk/typing/", {"document": "hm_permit"}).status_code == 422
