"""What bad input gets: each field of both seasons, in the browser's eyes and through the real service.

A field that is no place for it answers 422 with a sentence that says what to do; one that is a place for text keeps
it as text. Either way what was typed stands on the page, escaped, and in the draft, and the rest of the draft stays.
"""

from collections.abc import Iterator, Mapping
from html import escape

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baoming.accounts.models import Bucket
from baoming.forms import cleaning, exchange
from baoming.forms.definition import FormDefinition, Page
from baoming.forms.fields import Field
from baoming.registrations.attached_queries import pictures_of
from baoming.registrations.form_queries import draft_of, form_of, typed_of, values_of, version_of
from baoming.registrations.models import Evidence, Registration
from baoming.registrations.services.forms import keep_draft
from baoming.shared.cells import cell
from baoming.shared.errors import Invalid, Refused
from baoming.web.candidate import attached as attached_pages
from tests.forms.samples import BOUND_PHONE, FILLED, FORM, FORM_2025
from tests.forms.strategies import filled
from tests.matrix.layers import application_alone
from tests.registrations import attached
from tests.registrations.test_save_form import candidate, me, now, save, type_in
from tests.seasons_kept import loaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_haste")]
FORMS = {2023: FORM, 2025: FORM_2025}
BAD = {
    "markup": "<script>alert(1)</script>",
    "formula": "=1+1",
    "emoji": "三好😀",
    "control characters": "三\x1b[31m好\x07",
    "direction override": "三\u202e好",
    "no characters at all": "三\ufffd好",  # what bytes that are no UTF-8 arrive as
    "another's upload": "7f3a0000-0000-4000-8000-000000000000",
    "a wrong code": "99",
}
# What a line of text keeps as it is. A name, a number, a code keeps none of them.
TEXT = {"markup", "formula", "another's upload", "a wrong code"}
WHOLE = FILLED | {"second_phone": ["19900001111"], "rewards": ["三好学生"]}


def inputs(form: FormDefinition) -> Iterator[tuple[Page, Field, str]]:
    """Each input that the sample fills in, of a history and of the family those of the first line."""
    for page in form.pages:
        for field in page.fields:
            for name in field.inputs:
                # code and searched: what the page itself sends of a school that was looked for; see test_schools
                if (
                    name in WHOLE
                    and name not in ("school.code", "school.searched")
                    and ".1." not in name
                    and ".2." not in name
                ):
                    yield page, field, name


PAGES = [pytest.param(year, page, id=f"{year}-{page.key}") for year, form in FORMS.items() for page in form.pages]


def of_page(form: FormDefinition, page: Page) -> list[tuple[Field, str]]:
    return [(field, name) for where, field, name in inputs(form) if where.key == page.key]


def kind_of(field: Field, name: str) -> Field:
    """The column that an input of a line belongs to, else the field."""
    last = name.rpartition(".")[2]
    return next((column for column in field.columns if column.key == last), field)


def width(field: Field, name: str) -> int:
    return cleaning.TOWNSHIP_CHARACTERS if name.endswith(".township") else kind_of(field, name).characters


def takes_text(field: Field, name: str) -> bool:
    last = name.rpartition(".")[2]
    if field.kind == "region":
        return last in ("township", "detail")
    if field.kind == "school":
        return last == "name"
    return kind_of(field, name).kind == "text"


def whole(form: FormDefinition) -> dict[str, list[str]]:
    ends = next(field.ends for field in form.fields if field.ends)
    return WHOLE | {"history.0.to": [ends]}


def person(year: int) -> Registration:
    loaded(year)
    row = candidate()
    assert row.season.year == year
    type_in(row, whole(FORMS[year]))
    return row


def post(phone: Client, row: Registration, page: Page, given: Mapping[str, list[str]]) -> tuple[int, str]:
    names = [name for field in page.fields for name in field.inputs if name in given]
    raw = {name: [text.encode("utf-8", "surrogatepass") for text in given[name]] for name in names}
    sent = {**raw, "asked": [field.key for field in page.fields], "revision": now(row)}
    answer = phone.post(f"/form/{page.key}", sent)
    place = answer["Location"].partition("#")[0] if answer.status_code == 302 else ""
    # What a line was sent on with stands on its own page.
    shown = phone.get(f"/form/{page.key}").content.decode() if place else answer.content.decode()
    return answer.status_code, shown


@pytest.mark.parametrize(("year", "page"), PAGES)
def test_bad_input_is_told_kept_on_the_page_and_loses_nothing(phone: Client, year: int, page: Page) -> None:
    row, form = person(year), FORMS[year]
    phone.force_login(row.account)
    for field, name in of_page(form, page):
        for what, typed in BAD.items():
            status, shown = post(phone, row, page, whole(form) | {name: [typed]})
            text = takes_text(field, name) and what in TEXT and len(typed) <= width(field, name)
            kept = text and name != "school.name"  # there the list is asked
            assert status == (302 if kept else 422), (name, what)
            _kept(row, name, typed, shown, form=form, code=_codes(field, name))
            blamed = f'id="e-{name}"' in shown or f'id="e-{field.key}' in shown
            assert blamed == (status == 422), (name, what)


@pytest.mark.parametrize(("year", "page"), PAGES)
def test_empty_and_too_long_input_says_what_to_do(phone: Client, year: int, page: Page) -> None:
    row, form = person(year), FORMS[year]
    phone.force_login(row.account)
    for field, name in of_page(form, page):
        one = kind_of(field, name)
        status, _ = post(phone, row, page, whole(form) | {name: [" "]})
        assert status == (302 if one.optional else 422), name
        for typed in ("一" * 500, "𰻝" * ((one.bytes or 120) // 4 + 1), "9" * 500):
            status, shown = post(phone, row, page, whole(form) | {name: [typed]})
            assert status == 422, (name, typed[:2])
            _kept(row, name, typed, shown, form=form, code=_codes(field, name))


def _codes(field: Field, name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(kind_of(field, name).codes) or last in ("province", "city", "county")


def _kept(row: Registration, name: str, typed: str, shown: str, *, form: FormDefinition, code: bool) -> None:
    """What was typed stands in the draft and, where an input can show it, on the page; all else of the draft stays."""
    raw = typed_of(row, draft_of(row)).raw
    assert raw[name] == [typed]
    assert {key: text for key, text in raw.items() if key != name} == {
        key: text for key, text in whole(form).items() if key != name
    }
    assert "<script>alert" not in shown
    if not code:
        assert escape(typed) in shown.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


@pytest.mark.parametrize("year", FORMS)
def test_a_null_byte_is_refused_before_any_field_and_the_draft_stays(phone: Client, year: int) -> None:
    row = person(year)
    phone.force_login(row.account)
    for page, _, name in inputs(FORMS[year]):
        before = typed_of(row, draft_of(row))
        answer = phone.post(f"/form/{page.key}", {name: "三好\x00", "revision": now(row)})
        assert answer.status_code == 400
        assert "填写的内容里有不能识别的字符，请删去后再试" in answer.content.decode()
        assert typed_of(row, draft_of(row)) == before


@pytest.mark.parametrize("year", FORMS)
def test_a_lone_surrogate_is_refused_with_a_sentence_and_stays_in_the_draft(year: int) -> None:
    row = person(year)
    for page, field, name in inputs(FORMS[year]):
        raw = whole(FORMS[year]) | {name: ["三\ud800好"]}
        _, problems = keep_draft(row.pk, page=page.key, raw=raw, revision=now(row), by=me(row))
        assert any(problems.values()), name
        assert {key.partition(".")[0] for key in problems} == {field.key}, name
        assert typed_of(row, draft_of(row)).raw[name] == ["三\ud800好"]
        keep_draft(row.pk, page=page.key, raw=whole(FORMS[year]), revision=now(row), by=me(row))


def test_a_lone_surrogate_of_a_browser_arrives_as_no_characters(phone: Client) -> None:
    """So what `BAD` says of those holds for it."""
    row = person(2023)
    phone.force_login(row.account)
    status, shown = post(phone, row, FORM.page("text"), whole(FORM) | {"strengths": ["三\ud800好"]})
    assert (status, "没有传过来的字" in shown) == (422, True)
    assert typed_of(row, draft_of(row)).raw["strengths"] == ["三\ufffd\ufffd\ufffd好"]


@pytest.mark.parametrize("year", FORMS)
def test_the_whole_width_is_taken_and_one_more_is_told_in_characters_or_in_bytes(year: int) -> None:
    form = FORMS[year]
    texts = [(field, name) for _, field, name in inputs(form) if takes_text(field, name) and name != "school.name"]
    assert texts
    for field, name in texts:
        one, most = kind_of(field, name), width(field, name)
        size = cleaning.TOWNSHIP_BYTES if name.endswith(".township") else one.bytes
        for typed, said in (("一" * (most + 1), f"最多{most}个字"), ("𠮷" * (size // 4 + 1), f"最多{size}字节")):
            assert said in "".join(_problems(form, name, typed).values()), (name, said)
            assert _problems(form, name, typed[:-1]) == {}, name


def _problems(form: FormDefinition, name: str, typed: str) -> Mapping[str, str]:
    return form.clean(whole(form) | {name: [typed]}, bound_phone=BOUND_PHONE)[1]


def test_control_without_the_count_of_bytes_what_no_archive_holds_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_fits", lambda *_, **__: None)
    with pytest.raises(AssertionError, match="最多60个字"):
        test_the_whole_width_is_taken_and_one_more_is_told_in_characters_or_in_bytes(2023)


def test_the_upload_of_another_is_shown_at_no_address_and_counts_in_no_field(phone: Client) -> None:
    """Where a file is asked for, its id is none: not even the own one is."""
    other, row = attached.saved(), attached.saved()
    attached.upload(other)
    theirs = str(pictures_of(other)["household-first"].pk)
    phone.force_login(row.account)
    assert phone.get(f"/evidence/{theirs}/").status_code == 409
    answer = phone.post("/household/", {"household-first": theirs, "consent": "2025.1"})
    assert (answer.status_code, 'id="e-household-first"' in answer.content.decode()) == (422, True)
    assert pictures_of(row) == {}
    phone.force_login(other.account)
    assert phone.get(f"/evidence/{theirs}/").status_code == 200


def test_control_where_an_id_alone_finds_a_picture_anothers_is_shown(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached_pages, "picture_named", lambda _, name, **_more: Evidence.objects.get(pk=name))
    with application_alone(), pytest.raises(AssertionError, match="200 == 409"):
        test_the_upload_of_another_is_shown_at_no_address_and_counts_in_no_field(phone)


@pytest.mark.parametrize("year", FORMS)
def test_a_formula_in_a_text_is_no_live_cell_in_the_file_and_comes_back_as_it_was(year: int) -> None:
    form = FORMS[year]
    texts = [name for _, field, name in inputs(form) if takes_text(field, name) and name != "school.name"]
    for formula in ("=1+1", "+1", "-1", "@SUM(1)", "'=1", "''"):
        values, problems = form.clean(whole(form) | {name: [formula] for name in texts}, bound_phone=BOUND_PHONE)
        assert problems == {}
        record = exchange.record(form, values)
        assert [text for text in record.values() if text[:1] in ("=", "+", "-", "@")] == []
        assert exchange.read(form, record) == (values, {})


def test_control_a_cell_without_its_guard_is_live(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cell("=1+1") == "'=1+1"
    monkeypatch.setattr(exchange, "cell", lambda text: text)
    with pytest.raises(AssertionError):
        test_a_formula_in_a_text_is_no_live_cell_in_the_file_and_comes_back_as_it_was(2023)


def test_control_without_the_check_of_characters_a_control_character_is_kept(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "_printable", lambda *_, **__: None)
    with pytest.raises(AssertionError):
        test_bad_input_is_told_kept_on_the_page_and_loses_nothing(phone, 2023, FORM.page("text"))


anything = st.one_of(st.text(max_size=200), st.sampled_from([*BAD.values(), "", "000000", "GUARDIAN", "12", "2023-06"]))


@pytest.mark.parametrize("year", FORMS)
def test_random_forms_good_and_bad_are_saved_or_told_and_never_lost(year: int) -> None:
    """Through the real service: what is saved is what the form says of it, and what is not is named and stays."""
    form = FORMS[year]
    loaded(year)
    row = candidate()
    names = [name for field in form.fields for name in field.inputs]
    wrong = st.dictionaries(st.sampled_from(names), st.lists(anything, max_size=2), max_size=4)
    outcomes = set()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(filled(form), wrong)
    def saved_or_told(raw: dict[str, list[str]], other: dict[str, list[str]]) -> None:
        Bucket.objects.all().delete()  # ten in a row that are refused would use up the tries of the save password
        sent = {name: raw.get(name, []) for name in names} | other
        type_in(row, sent)
        assert {name: text for name, text in typed_of(row, draft_of(row)).raw.items() if text} == {
            name: text for name, text in sent.items() if text
        }
        values, problems = form_of(row.season).clean(sent, bound_phone=BOUND_PHONE)
        before = row.version
        if problems:
            with pytest.raises(Invalid) as refusal:
                save(row)
            assert refusal.value.fields == problems
            row.refresh_from_db()
            assert row.version == before
        elif before and values == values_of(version_of(row, before)):
            with pytest.raises(Refused, match="没有改动"):
                save(row)
        else:
            assert values_of(save(row)) == values
        outcomes.add(bool(problems))

    saved_or_told()
    assert outcomes == {True, False}
