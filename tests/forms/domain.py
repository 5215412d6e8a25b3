"""The rules of domain section 5, written from its table row by row, and the forms and answers they are tried with."""

import copy
from collections.abc import Callable
from typing import Any

from baoming.forms.definition import FormDefinition
from baoming.forms.fields import Field
from tests.forms.samples import CODESETS, DIVISIONS, FILLED, SCHOOLS, read

# group → rule in words → the test that proves it
RULES = {
    "card": {
        "read-only for the candidate: exactly 姓名 性别 民族 出生日期 公民身份号码 住址 签发机关 有效期 照片": "card",
    },
    "exam": {
        "首选 (物理/历史) + 2 再选 (思想政治/地理/化学/生物学) = 12 combinations": "combinations",
        "应试语种 英俄日法德西": "languages",
        "对口: English only": "matched_english",
        "对口: exactly one of 16 categories": "matched_category",
        "外语口试/听力, 应试卷种: in the standard; the language counts to the total": "oral_listening_paper",
        "兼报": "also",
        "locked after the window": "locked",
    },
    "person": {
        "考生类别: 应/往 × 城/乡": "category",
        "政治面貌: no party → 群众, not 无党派": "no_party",
        "毕业类别: 五年一贯制直升 and 少年班 → 其他中等学历教育毕业": "other_secondary",
        "学校代码 + 名称": "school",
        "学籍号: 19 chars incl. letter": "roll_number",
        "考生特征: multi, 2 chars each": "features",
        "户籍性质/所在地, 残障类别, 班级": "household_disability_class",
    },
    "contact": {
        "通讯地址, 邮编, 收件人": "address",
        "second phone": "second_phone",
        "the SMS phone must stay valid until admission": "phone_stays",
    },
    "history": {
        "≥ 3 rows (from, to, unit, position, witness)": "three_rows",
        "newest first": "newest_first",
        "no gap": "no_gap",
        "no overlap": "no_overlap",
        "last end = June of the exam year": "ends_in_june",
    },
    "family": {
        "父/母/监护人 (name, unit, post, phone)": "members",
        "guardian only when neither parent has custody": "guardian",
    },
    "text": {
        "特长, 奖励和处分": "texts",
        "思想品德考核意见 by site/county": "moral",
    },
    "arts/sports": {
        "category, 方向, 乐器/唱法/曲目: the performed piece must equal the filled one, else 0 (2025)": "piece",
    },
    "names": {
        "keep the real character": "names",
    },
}
DOCUMENTS = {year: read(f"forms/data/43/{year}/form.json") for year in (2023, 2025)}
Change = Callable[[dict[str, Any]], object]


def parsed(year: int, change: Change | None = None) -> FormDefinition:
    document = copy.deepcopy(DOCUMENTS[year])
    if change:
        change(document)
    return FormDefinition.parse(document, codesets=CODESETS, divisions=DIVISIONS, schools=SCHOOLS)


def one(form: FormDefinition, key: str) -> Field:
    return next(field for field in form.fields if field.key == key)


def labels(form: FormDefinition, key: str) -> list[str]:
    return list(one(form, key).choices({}).values())


def filled(form: FormDefinition, **changes: str | list[str]) -> dict[str, list[str]]:
    """The complete sample, its history ending with the season's, with inputs changed."""
    raw = FILLED | {"history.0.to": [one(form, "history").ends]}
    return raw | {key: [value] if isinstance(value, str) else value for key, value in changes.items()}


def refused(form: FormDefinition, **changes: str | list[str]) -> dict[str, str]:
    return form.clean(filled(form, **changes))[1]


def without(document: dict[str, Any], key: str, *rules: str) -> None:
    """Take rules out of a field, or out of a column of it (`members.relation`)."""
    name, _, column = key.partition(".")
    found = next(one for page in document["pages"] for one in page["fields"] if one["key"] == name)
    if column:
        found = next(one for one in found["columns"] if one["key"] == column)
    for rule in rules:
        del found[rule]
