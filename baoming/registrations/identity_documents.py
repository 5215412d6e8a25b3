"""What a resident identity card says of its holder, as it is read or typed (R6)."""

import json
from dataclasses import dataclass
from datetime import date

from baoming.registrations import identity_numbers
from baoming.shared.errors import Invalid
from baoming.shared.moments import day
from baoming.shared.text import clean_name, name_problem, unmapped


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDocument:
    """The fields of the card; the candidate never types them. `valid_to` is None for 长期."""

    name: str
    sex: str  # GB/T 2261.1: 1 男, 2 女
    ethnicity: str  # GB/T 3304, two digits
    birth: date
    address: str
    number: str  # canonical, 18 characters
    issuer: str
    valid_from: date
    valid_to: date | None
    name_read: str = ""  # as the reader gave it, where a private-use character was put into Unicode

    @property
    def validity(self) -> str:
        """As printed: `2021.03.18—2031.03.18`."""
        end = f"{self.valid_to:%Y.%m.%d}" if self.valid_to else "长期"
        return f"{self.valid_from:%Y.%m.%d}—{end}"

    def to_json(self) -> bytes:
        """Return what is sealed: all but the name, which is searchable."""
        content = {
            "sex": self.sex,
            "ethnicity": self.ethnicity,
            "birth": self.birth.isoformat(),
            "address": self.address,
            "number": self.number,
            "issuer": self.issuer,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
        }
        if self.name_read:
            content["name_read"] = self.name_read
        return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_json(cls, name: str, content: bytes) -> "IdentityDocument":
        values = json.loads(content)
        return cls(
            name=name,
            sex=values["sex"],
            ethnicity=values["ethnicity"],
            birth=date.fromisoformat(values["birth"]),
            address=values["address"],
            number=values["number"],
            issuer=values["issuer"],
            valid_from=date.fromisoformat(values["valid_from"]),
            valid_to=date.fromisoformat(values["valid_to"]) if values["valid_to"] else None,
            name_read=values.get("name_read", ""),
        )


def checked(document: IdentityDocument, *, today: date, real_season: bool) -> IdentityDocument:
    """Return the document with name and number as kept; raise Invalid with a sentence for each field.

    Numbers that nobody can have are for practice and tests: a real season refuses them.
    """
    problems: dict[str, str] = {}
    name = clean_name(document.name)
    number = document.number
    if not name:
        problems["name"] = "请填写姓名，和证件上一致"
    elif unfit := name_problem(name):
        problems["name"] = unfit
    if sentence := identity_numbers.problem(number, today=today):
        problems["number"] = sentence
    else:
        number = identity_numbers.canonical(number)
        problems |= _against_number(document, number, real_season=real_season)
    if document.valid_to and document.valid_to <= document.valid_from:
        problems["valid_to"] = "证件有效期的止日应在起日之后，请对照证件核对"
    if problems:
        raise Invalid(problems)
    return IdentityDocument.from_json(name, _with_number(document, number).to_json())


def validity_problem(document: IdentityDocument, *, today: date) -> str:
    """Return a warning when the card is no longer valid; empty when it is (R26)."""
    if document.valid_to and document.valid_to < today:
        return f"证件已于{day(document.valid_to)}到期：可以先办，记入欠核验，换领新证后到报名点补读"
    return ""


def _against_number(document: IdentityDocument, number: str, *, real_season: bool) -> dict[str, str]:
    problems = {}
    if identity_numbers.birth_date(number) != document.birth:
        problems["birth"] = "出生日期和身份证号码不一致，请对照证件核对"
    if identity_numbers.sex(number) != document.sex:
        problems["sex"] = "性别和身份证号码不一致，请对照证件核对"
    if real_season and identity_numbers.is_synthetic(number):
        problems["number"] = "这是演练用的证件号码，正式报名请使用考生本人的证件"
    return problems


def _with_number(document: IdentityDocument, number: str) -> IdentityDocument:
    return IdentityDocument(
        name=document.name, sex=document.sex, ethnicity=document.ethnicity, birth=document.birth,
        address=document.address.strip(), number=number, issuer=document.issuer.strip(),
        valid_from=document.valid_from, valid_to=document.valid_to,
        name_read=document.name if unmapped(document.name) != document.name else "",
    )  # fmt: skip
