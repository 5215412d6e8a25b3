"""The form of Hunan 2023 as the product ships it, and one complete filling by nobody."""

import json
from pathlib import Path
from typing import Any

from baoming.organizations.divisions import Divisions
from baoming.registrations.forms import FormDefinition
from baoming.seasons.codesets import parse_code_sets

PACKAGE = Path(__file__).parents[2] / "baoming"
BOUND_PHONE = "19900006021"


def read(path: str) -> Any:
    """Return a data file of the product."""
    return json.loads((PACKAGE / path).read_text(encoding="utf-8"))


DOCUMENT = read("registrations/data/43/2023/form.json")
CODESETS = parse_code_sets(read("seasons/data/codesets.json"))
DIVISIONS = Divisions.parse(read("organizations/data/hunan_divisions.json"))
FORM = FormDefinition.parse(DOCUMENT, codesets=CODESETS, divisions=DIVISIONS)

FILLED: dict[str, list[str]] = {
    "registration_type": ["UNIFIED"],
    "first_subject": ["PHYSICS"],
    "second_subjects": ["BIOLOGY", "CHEMISTRY"],
    "language": ["1"],
    "specialty_exam": ["NONE"],
    "candidate_category": ["1"],
    "graduation_category": ["0"],
    "political_status": ["03"],
    "school_name": ["长沙市芙蓉区第一中学"],
    "address.province": ["43"],
    "address.city": ["430100"],
    "address.county": ["430102"],
    "address.township": ["马坡岭街道"],
    "address.detail": ["远大二路1238号6栋1204"],
    "postcode": ["410016"],
    "recipient": ["欧阳明"],
    "parent_relation": ["MOTHER"],
    "parent_name": ["阿依古丽·买买提"],
    "parent_phone": ["19900001234"],
    "strengths": ["长跑"],
}
