"""The form of Hunan 2023 as the product ships it, and one complete filling by nobody."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from baoming.forms.definition import FormDefinition
from baoming.forms.schools import Schools
from baoming.organizations.divisions import Divisions
from baoming.seasons.codesets import parse_code_sets

PACKAGE = Path(__file__).parents[2] / "baoming"
BOUND_PHONE = "19900006021"


def read(path: str) -> Any:
    """Return a data file of the product."""
    return json.loads((PACKAGE / path).read_text(encoding="utf-8"))


DOCUMENT = read("forms/data/43/2023/form.json")
SCHOOLS = Schools.parse(read("forms/data/43/2023/schools.json"))
CODESETS = parse_code_sets(read("seasons/data/codesets.json"))
DIVISIONS = Divisions.parse(read("organizations/data/hunan_divisions.json"))
FORM = FormDefinition.parse(DOCUMENT, codesets=CODESETS, divisions=DIVISIONS, schools=SCHOOLS)
FORM_2025 = FormDefinition.parse(
    read("forms/data/43/2025/form.json"), codesets=CODESETS, divisions=DIVISIONS, schools=SCHOOLS
)


def as_inputs(key: str, lines: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Return the lines of a field with columns as a browser sends them."""
    return {f"{key}.{place}.{column}": [text] for place, line in enumerate(lines) for column, text in line.items()}


FILLED: dict[str, list[str]] = {
    "registration_type": ["UNIFIED"],
    "first_subject": ["PHYSICS"],
    "second_subjects": ["BIOLOGY", "CHEMISTRY"],
    "language": ["1"],
    "oral": ["NO"],
    "specialty_exam": ["NONE"],
    "candidate_category": ["1"],
    "graduation_category": ["0"],
    "political_status": ["03"],
    "school.name": ["长沙市芙蓉区第一中学"],
    "school.code": ["0102001"],
    "school.searched": ["长沙市芙蓉区第一中学"],
    "household_type": ["2"],
    "household.province": ["43"],
    "household.city": ["430100"],
    "household.county": ["430102"],
    "household.township": ["马坡岭街道"],
    "address.province": ["43"],
    "address.city": ["430100"],
    "address.county": ["430102"],
    "address.township": ["马坡岭街道"],
    "address.detail": ["远大二路1238号6栋1204"],
    "postcode": ["410016"],
    "recipient": ["欧阳明"],
    **as_inputs(
        "history",
        (
            {"from": "2020-09", "to": "2023-06", "unit": "长沙市芙蓉区第一中学", "post": "学生", "witness": "周明"},
            {"from": "2017-09", "to": "2020-06", "unit": "长沙市芙蓉区育才初级中学", "post": "学生", "witness": "李文"},
            {"from": "2011-09", "to": "2017-06", "unit": "长沙市芙蓉区育才小学", "post": "学生", "witness": "陈桂芳"},
        ),
    ),
    **as_inputs("members", ({"relation": "MOTHER", "name": "阿依古丽·买买提", "phone": "19900001234"},)),
    "strengths": ["长跑"],
    "asks_accommodation": ["NO"],
}
