"""What an identity document says of its holder, as it is read or typed: a resident's card (R6), or another (R24)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from baoming.registrations import document_numbers
from baoming.registrations.document_numbers import Kind
from baoming.shared.errors import Invalid
from baoming.shared.moments import day
from baoming.shared.text import clean_name, halfwidth, name_problem, unmapped

SEXES: Final[Mapping[str, str]] = {"1": "男", "2": "女"}  # GB/T 2261.1
_NO_FOREIGNERS = frozenset({"CHN", "HKG", "MAC", "TWN"})
_NATIONALITY = "请填写国籍的3个字母代码，证件上印有，例如加拿大填CAN"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDocument:
    """The fields of the document; the candidate never types them. `valid_to` is None for 长期."""

    name: str
    sex: str  # one of SEXES
    ethnicity: str  # GB/T 3304, two digits; empty where a document of another kind says none
    birth: date
    address: str
    number: str  # canonical, 18 characters; of other kinds as document_numbers.py says
    issuer: str
    valid_from: date
    valid_to: date | None
    name_read: str = ""  # as the reader gave it, where a private-use character was put into Unicode
    kind: Kind = Kind.RESIDENT
    nationality: str = ""  # of foreigners: GB/T 2659, three letters
    stated: str = ""  # another number of the same person that the document states: a residence card's pass
    statement: str = ""  # 情况说明: why the candidate uses a document of another kind, in the site's words

    @property
    def validity(self) -> str:
        """As printed: `2021.03.18—2031.03.18`."""
        end = f"{self.valid_to:%Y.%m.%d}" if self.valid_to else "长期"
        return f"{self.valid_from:%Y.%m.%d}—{end}"

    @property
    def title(self) -> str:
        return document_numbers.TITLES[self.kind]

    @property
    def number_label(self) -> str:
        return document_numbers.LABELS[self.kind]

    @property
    def region(self) -> str:
        """Where its holder belongs: 香港, 澳门, 台湾 or a country's code; empty for residents."""
        return self.nationality or document_numbers.region(self.kind, self.number)

    @property
    def lifelong(self) -> str:
        """The number by which one person is known over several documents of other kinds; empty for residents.

        The pass stays with its holder for life, and a residence card states it. A foreigner's new card does not
        state the old number: it is kept where the person shows it.
        """
        return "" if self.kind is Kind.RESIDENT else self.stated or self.number

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
        for key in ("name_read", "nationality", "stated", "statement"):
            if text := getattr(self, key):
                content[key] = text
        if self.kind is not Kind.RESIDENT:
            content["kind"] = self.kind
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
            kind=Kind(values.get("kind", Kind.RESIDENT)),
            nationality=values.get("nationality", ""),
            stated=values.get("stated", ""),
            statement=values.get("statement", ""),
        )


def checked(document: IdentityDocument, *, today: date, real_season: bool) -> IdentityDocument:
    """Return the document with name and numbers as kept; raise Invalid with a sentence for each field.

    Numbers that nobody can have are for practice and tests: a real season refuses them.
    """
    problems: dict[str, str] = {}
    name = clean_name(document.name)
    kept = replace(
        document, name=name, address=document.address.strip(), issuer=document.issuer.strip(),
        name_read=document.name if unmapped(document.name) != document.name else "",
    )  # fmt: skip
    if not name:
        problems["name"] = "请填写姓名，和证件上一致"
    elif unfit := name_problem(name):
        problems["name"] = unfit
    if document.sex not in SEXES:
        problems["sex"] = "请选择性别，和证件上一致；读卡没有读出性别的，请对照证件手工录入"
    if sentence := document_numbers.problem(document.kind, document.number, today=today):
        problems["number"] = sentence
    else:
        kept = replace(kept, number=document_numbers.canonical(document.kind, document.number))
        problems = _against_number(kept, real_season=real_season) | problems
    if document.valid_to and document.valid_to <= document.valid_from:
        problems["valid_to"] = "证件有效期的止日应在起日之后，请对照证件核对"
    if document.kind is not Kind.RESIDENT:
        kept, others = _of_another_kind(kept, today=today, real_season=real_season, numbered="number" not in problems)
        problems |= others
    if problems:
        raise Invalid(problems)
    return kept


def validity_problem(document: IdentityDocument, *, today: date) -> str:
    """Return a warning when the card is no longer valid; empty when it is (R26)."""
    if document.valid_to and document.valid_to < today:
        return f"证件已于{day(document.valid_to)}到期：可以先办，记入欠核验，换领新证后到报名点补读"
    return ""


def _against_number(document: IdentityDocument, *, real_season: bool) -> dict[str, str]:
    """Compare with what the number says, where its kind says something."""
    problems = {}
    kind, number, label = document.kind, document.number, "身份证号码" if document.kind is Kind.RESIDENT else "证件号码"
    if document_numbers.birth_date(kind, number) not in (document.birth, None):
        problems["birth"] = f"出生日期和{label}不一致，请对照证件核对"
    if document_numbers.sex(kind, number) not in (document.sex, None):
        problems["sex"] = f"性别和{label}不一致，请对照证件核对"
    if real_season and document_numbers.is_synthetic(kind, number):
        problems["number"] = "这是演练用的证件号码，正式报名请使用考生本人的证件"
    return problems


def _of_another_kind(
    document: IdentityDocument, *, today: date, real_season: bool, numbered: bool
) -> tuple[IdentityDocument, dict[str, str]]:
    """Return the document as kept and what is wrong with it beyond name and number (R24).

    `numbered`: whether its number could be read. What has run out is not taken: no register stands in for it.
    """
    problems = {}
    if document.birth >= today:
        problems["birth"] = "出生日期还没有到，请对照证件核对"
    if document.valid_to is None:
        problems["valid_to"] = f"{document.title}没有“长期”的，请填写有效期止日"
    elif document.valid_to < today:
        problems["valid_to"] = f"证件已于{day(document.valid_to)}到期，不能用来报名。请考生换领新证以后再来"
    if document.kind is Kind.FOREIGN:
        document = replace(document, nationality=halfwidth(document.nationality).upper())
        problems |= _nationality_problem(document, numbered=numbered)
    else:
        document = replace(document, nationality="")
    if numbered:
        document, stated = _stated(document, real_season=real_season)
        problems |= stated
    return document, problems


def _nationality_problem(document: IdentityDocument, *, numbered: bool) -> dict[str, str]:
    if not re.fullmatch(r"[A-Z]{3}", document.nationality):
        return {"nationality": _NATIONALITY}
    if document.nationality in _NO_FOREIGNERS:
        return {"nationality": "中国公民不用这种证件：请改用居民身份证、来往内地（大陆）通行证或港澳台居民居住证"}
    if numbered and document_numbers.is_old_form(document.number) and document.number[:3] != document.nationality:
        return {"nationality": f"国籍和证件号码的前3个字母（{document.number[:3]}）不一致，请对照证件核对"}
    return {}


def _stated(document: IdentityDocument, *, real_season: bool) -> tuple[IdentityDocument, dict[str, str]]:
    """Return the document with the other number as kept: a residence card's pass, or a foreigner's old number."""
    kind, typed = Kind.HM_PERMIT, document.stated
    if document.kind is Kind.RESIDENCE:
        if sentence := document_numbers.permit_problem(document.number, typed):
            return document, {"stated": sentence}
        kind = Kind.TW_PERMIT if document.region == "台湾" else Kind.HM_PERMIT
    elif document.kind is Kind.FOREIGN and typed and not document_numbers.is_old_form(document.number):
        kind = Kind.FOREIGN
        if not document_numbers.is_old_form(halfwidth(typed).upper()):
            return document, {"stated": "旧证号码是3个字母加12位数字，没有旧证的不填"}
    else:
        return replace(document, stated=""), {}
    number = document_numbers.canonical(kind, typed)
    if real_season and document_numbers.is_synthetic(kind, number):
        return document, {"stated": "这是演练用的证件号码，正式报名请使用考生本人的证件"}
    return replace(document, stated=number), {}
