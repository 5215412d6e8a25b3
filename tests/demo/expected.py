"""What the demo must hold, by hand from the journey and not from the code: stage, how many, which steps are done."""

_AT_SITE = "identity eligibility photo number"
_WITH_ACCOUNT = f"{_AT_SITE} registration_fee person_check phone passwords"
_SAVED = f"{_WITH_ACCOUNT} pledge form"
_SIGNED = f"{_SAVED} signature"

STAGES: dict[str, tuple[int, str]] = {
    "absent": (167, ""),
    "opened": (12, "identity"),
    "returned": (6, "identity"),
    "passed": (10, "identity eligibility"),
    "photographed": (10, "identity eligibility photo"),
    "numbered": (10, _AT_SITE),
    "slip": (22, _AT_SITE),
    "claimed": (12, _AT_SITE),
    "unpaid": (8, _AT_SITE),
    "closed": (5, _AT_SITE),
    "paid": (12, f"{_AT_SITE} registration_fee"),
    "checked": (8, f"{_AT_SITE} registration_fee person_check"),
    "phone": (8, f"{_AT_SITE} registration_fee person_check phone"),
    "passwords": (8, _WITH_ACCOUNT),
    "pledged": (19, f"{_WITH_ACCOUNT} pledge"),
    "draft": (24, f"{_WITH_ACCOUNT} pledge"),
    "saved": (77, _SAVED),
    "declared": (2, f"{_SAVED} declarations"),
    "saved_again": (20, _SAVED),
    "printed": (16, _SAVED),
    "void": (7, _SAVED),
    "correction": (4, _SAVED),
    "signed": (14, _SIGNED),
    "assessed": (25, f"{_SIGNED} moral_assessment"),
    "unqualified": (3, f"{_SIGNED} moral_assessment"),
    "completed": (35, f"{_SIGNED} moral_assessment completion"),
    "reopened": (3, f"{_SIGNED} moral_assessment"),
    "reviewed": (53, f"{_SIGNED} moral_assessment completion final_review"),
}
SITES = {"芙蓉一中": 160, "芙蓉二中": 88, "天心一中": 88, "天心二中": 88, "荷塘一中": 88, "荷塘二中": 88}
RARE = "㛃䶮𬱖𠮷"
UNDRAWABLE = "石\ue000生"  # no font has the middle one
