"""Random forms of any season, drawn from its declarations: valid ones, and what browsers could send instead."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from baoming.forms.definition import FormDefinition, Page
from baoming.forms.fields import Field
from baoming.forms.schools import UNLISTED

# Plain characters, rare ones of planes 2 and 3, minority names, markup, formulas: all of it is text.
_WORDS = "一中学校长沙㛃䶮𠮷𰻝·AZaz09<>&=+-#{}\"'（）"
_NAMES = "欧阳思远阿依古丽㛃䶮𠮷𰻝AZaz"
Raw = dict[str, list[str]]


@st.composite
def filled(draw: st.DrawFn, form: FormDefinition) -> Raw:
    """Return a form that can be saved, as a browser sends it."""
    raw: Raw = {}
    for page in form.pages:
        for field in page.fields:
            known, _ = form.clean(raw)
            if field.applies(known) and not (field.optional and draw(st.booleans())):
                raw |= draw(_value(field, page, known))
    return raw


def _value(field: Field, page: Page, known: Mapping[str, Any]) -> st.SearchStrategy[Raw]:
    match field.kind:
        case "choice":
            return st.sampled_from(list(field.choices(known))).map(lambda code: {field.key: [code]})
        case "choices":
            least, most = (field.exactly, field.exactly) if field.exactly else (1, field.most)
            codes = st.sampled_from(list(field.choices(known)))
            return st.lists(codes, min_size=least, max_size=most, unique=True).map(lambda some: {field.key: some})
        case "region":
            return _region(field, page)
        case "school":
            return st.one_of(st.sampled_from(list(page.schools.names)).map(lambda code: _listed(field, page, code)),
                             _text(field).map(lambda name: _unlisted(field, name)))  # fmt: skip
        case "rows":
            return _history(field) if field.rule == "history" else _lines(field)
        case _:
            return _one(field).map(lambda text: {field.key: [text]})


def _one(field: Field) -> st.SearchStrategy[str]:
    match field.kind:
        case "phone":
            return st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
        case "postcode":
            return st.from_regex(r"[0-9]{5}[1-9]", fullmatch=True)
        case "name":
            return st.text(_NAMES, min_size=1, max_size=min(field.characters, field.bytes // 4))
        case "choice":
            return st.sampled_from(
                [code for code in (field.codes.labels if field.codes else ()) if code not in field.alone]
            )
        case "month":
            return st.just("2020-09")  # put right by `_history`
        case _:
            return _text(field)


def _text(field: Field) -> st.SearchStrategy[str]:
    return st.text(_WORDS, min_size=1, max_size=min(field.characters, field.bytes // 4, 40))


def _listed(field: Field, page: Page, code: str) -> Raw:
    return {f"{field.key}.name": [page.schools.names[code]], f"{field.key}.code": [code]}


def _unlisted(field: Field, name: str) -> Raw:
    return {f"{field.key}.name": [name], f"{field.key}.code": [UNLISTED], f"{field.key}.searched": [name]}


@st.composite
def _region(draw: st.DrawFn, field: Field, page: Page) -> Raw:
    last = "township" if field.short else "detail"
    own = draw(_text(field))
    if draw(st.booleans()):
        return {f"{field.key}.province": ["other"], f"{field.key}.{last}": [own]}
    city = draw(st.sampled_from(list(page.divisions.cities)))
    county = draw(st.sampled_from(list(page.divisions.counties[city])))
    parts = {"province": page.province, "city": city, "county": county, "township": draw(st.text(_NAMES, min_size=1,
             max_size=20)), last: own[:20]}  # fmt: skip
    return {f"{field.key}.{part}": [text] for part, text in parts.items()}


@st.composite
def _lines(draw: st.DrawFn, field: Field) -> Raw:
    raw: Raw = {}
    for place in range(draw(st.integers(field.least, field.most))):
        for column in field.columns:
            if not (column.optional and draw(st.booleans())):
                raw[f"{field.key}.{place}.{column.key}"] = [draw(_one(column))]
    return raw


@st.composite
def _history(draw: st.DrawFn, field: Field) -> Raw:
    raw, ends = draw(_lines(field)), int(field.ends[:4]) * 12 + int(field.ends[5:]) - 1
    for place in range(sum(f"{field.key}.{place}.from" in raw for place in range(field.most))):
        begins = ends - draw(st.integers(1, 60))
        raw |= {f"{field.key}.{place}.from": [_month(begins)], f"{field.key}.{place}.to": [_month(ends)]}
        ends = begins - draw(st.integers(0, field.gap))
    return raw


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
