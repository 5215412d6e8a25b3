"""报名资格审核表 of migrant workers' children (R23): what may be filled in on screen, and the paper, filled or blank.

Whatever is left open is written by hand, so only a name is asked for. Nothing of it is kept. Layout and the wording of
the season's `review_form.json` are samples (样例) until the province's own form is had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from baoming.documents.engine import named, page_count, render
from baoming.documents.glyphs import missing
from baoming.forms import cleaning
from baoming.forms.cleaning import Mistake
from baoming.forms.fields import Field
from baoming.registrations.identity_numbers import canonical, problem
from baoming.registrations.sheets import SeasonHead
from baoming.shared.moments import full_stamp

TEMPLATE = Path(__file__).parent / "print" / "eligibility_review.typ"

Filled = dict[str, str | list[str]]  # ready to print, by key; what was left open is absent


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """What a season's form offers and says."""

    graduation: Sequence[str]
    types: Sequence[str]
    evidence: Sequence[str]
    conditions: str
    promise: str
    sample: bool
    levels: Sequence[tuple[str, str]] = (("县（市、区）招考机构", "审批"),)  # office, what it does: of the case itself

    @property
    def way(self) -> str:
        """Who reviews it, in a sentence's words."""
        return "、".join(office + act for office, act in self.levels)

    def choices(self, key: str) -> Sequence[str]:
        """Return what may be chosen at the field `key`."""
        return {
            "sex": ("男", "女"),
            "graduation": self.graduation,
            "type": self.types,
            "evidence": self.evidence,
        }[key]


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the page. `characters`: of a text, the most that are taken."""

    key: str
    label: str
    kind: Literal["text", "name", "number", "phone", "month", "one", "many"] = "text"
    characters: int = 0
    hint: str = ""

    @property
    def as_field(self) -> Field:
        """The field as the cleaners of the registration form read it."""
        width = self.characters
        return Field(self.key, self.label, "", "text", "plain code", "R23", "", characters=width, bytes=4 * width)


@dataclass(frozen=True, slots=True)
class Part:
    """The fields under one heading of the page."""

    title: str
    fields: tuple[Asked, ...]


def _parent(key: str, who: str) -> Part:
    asked = (
        Asked(f"{key}_name", f"{who}姓名", "name", 50),
        Asked(f"{key}_number", f"{who}公民身份号码", "number"),
        Asked(f"{key}_unit", f"{who}务工单位", "text", 40, "个体经营、灵活就业的照实写"),
        Asked(f"{key}_permit", f"{who}居住证号", "text", 24),
        Asked(f"{key}_since", f"{who}在本省居住起始年月", "month", hint="例如2018年1月填2018.01"),
        Asked(f"{key}_phone", f"{who}联系电话", "phone"),
    )
    return Part(who, asked)


PARTS = (
    Part(
        "考生",
        (
            Asked("name", "姓名", "name", 50, "和身份证一致"),
            Asked("sex", "性别", "one"),
            Asked("ethnicity", "民族", "text", 8, "例如汉族"),
            Asked("number", "公民身份号码", "number"),
            Asked("household", "户籍所在地", "text", 60, "看户口簿，从省、市写到乡镇或街道"),
            Asked("address", "现居住地址", "text", 60, "在本省的住处，写到门牌号"),
            Asked("phone", "联系电话", "phone"),
        ),
    ),
    Part(
        "学籍",
        (
            Asked("graduation", "毕业类别", "one"),
            Asked("school", "就读学校", "text", 30, "写全称"),
            Asked("roll", "学籍号", "text", 20),
            Asked("enrolled", "学籍建立年月", "month", hint="例如2020年9月填2020.09"),
            Asked("tests", "学业水平考试", "text", 30, "例如：已参加，合格性考试9科合格"),
            Asked("type", "申请报考类型", "one"),
        ),
    ),
    _parent("father", "父亲"),
    _parent("mother", "母亲"),
    Part("材料", (Asked("evidence", "提交的材料", "many", hint="都要带原件，交复印件"),)),
)


def clean(raw: Mapping[str, Sequence[str]], *, words: ReviewWords, today: date) -> tuple[Filled, dict[str, str]]:
    """Return what is ready to print of `raw` (input name → values), and a sentence for each field to mend."""
    filled: Filled = {}
    problems: dict[str, str] = {}
    for asked in (one for part in PARTS for one in part.fields):
        given = [one.strip() for one in raw.get(asked.key, ()) if one.strip()]
        try:
            if value := _taken(asked, given, words=words, today=today):
                filled[asked.key] = value
        except Mistake as mistake:
            problems[asked.key] = str(mistake)
    if "name" not in filled and "name" not in problems:
        problems["name"] = "请填写姓名；其余的可以空着，打印后手填"
    return filled, problems


def review_form(filled: Filled, *, words: ReviewWords, season: SeasonHead, made_at: datetime) -> bytes:
    """Return the form as PDF/A-2b, blank where nothing is filled in.

    What does not fit one page is laid out once more, closer, and with its pages counted should it still be two.
    """
    told = {"graduation": words.graduation, "types": words.types, "evidence": words.evidence}
    data = {
        "season": asdict(season),
        "mark": season.mark or ("样例" if words.sample else None),
        "words": {**told, "conditions": words.conditions, "promise": words.promise},
        "levels": [{"office": office, "act": act} for office, act in words.levels],
        "record": filled,
        "made": full_stamp(made_at)[:16],
        "counted": False,
    }
    pdf = render(TEMPLATE, data, made_at=made_at)
    return pdf if page_count(pdf) == 1 else render(TEMPLATE, {**data, "counted": True}, made_at=made_at)


def _taken(asked: Asked, given: Sequence[str], *, words: ReviewWords, today: date) -> str | list[str]:
    """Return the value of one field, empty if it was left open; raise Mistake."""
    if not given:
        return ""
    match asked.kind:
        case "one" | "many":
            options = words.choices(asked.key)
            if not set(given) <= set(options):
                raise Mistake(f"请在列出的选项中选择{asked.label}")
            return [one for one in options if one in given] if asked.kind == "many" else given[-1]
        case "number":
            if sentence := problem(given[-1], today=today):
                raise Mistake(sentence)
            return canonical(given[-1])
        case "phone":
            return cleaning.phone(asked.as_field, given[-1])
        case "month":
            year, _, month = cleaning.month(asked.as_field, given[-1]).partition("-")
            return f"{year}年{int(month)}月"
        case "name":
            return _drawn(cleaning.name(asked.as_field, given[-1]), asked.label)
        case _:
            return _drawn(cleaning.text(asked.as_field, given[-1]), asked.label)


def _drawn(text: str, label: str) -> str:
    """Refuse what no font draws: on paper it is written by hand."""
    if lacking := missing(text):
        listed = "、".join(named(character) for character in lacking)
        raise Mistake(f"{label}里的{listed}字库中没有，这一格请空着，打印后手写")
    return text
