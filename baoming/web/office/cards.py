"""From what the desk sends to an identity document: a signed reading, or typed fields."""

from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.utils import timezone

from baoming.registrations.card_readings import CardReading, parse
from baoming.registrations.identity_documents import IdentityDocument
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import clean_name, halfwidth

_DATES = {  # what the card calls each, and how one looks
    "birth": ("出生日期", "2005-03-17"),
    "valid_from": ("有效期起日", "2021-03-18"),
    "valid_to": ("有效期止日", "2031-03-18"),
}


def reader_agent() -> str:
    """Return the address at which this computer's reader agent hands out a reading; empty if there is none."""
    return f"{settings.READER_ORIGIN}/card" if settings.READER_ORIGIN else ""


def read_card(text: str) -> CardReading:
    """Return the reading signed by the paired reader; the service that uses it keeps its nonce. Raises Refused."""
    path = settings.SERVICE_KEYS / "reader" / "reader.pub"
    if not path.exists():
        raise Refused("这台电脑还没有和读卡器配对，请先手工录入，并联系县（市、区）招考机构")
    return parse(text, public_key=path.read_bytes(), now=timezone.now())


def typed_card(typed: Mapping[str, str]) -> IdentityDocument:
    """Return the document that was typed. Raises Invalid for dates that are none; the rest is checked later."""
    dates, problems = typed_dates(typed)
    if problems := {**_asked(typed), **problems}:
        raise Invalid(problems)
    return IdentityDocument(
        name=clean_name(typed.get("name", "")),
        sex=typed.get("sex", ""),
        ethnicity=typed.get("ethnicity", ""),
        address=typed.get("address", ""),
        number=typed.get("number", ""),
        issuer=typed.get("issuer", ""),
        birth=dates["birth"],
        valid_from=dates["valid_from"],
        valid_to=dates.get("valid_to"),
    )


def _asked(typed: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each field that is empty or cannot be read at all, so that all are told at once."""
    problems = {}
    number = halfwidth(typed.get("number", ""))
    if not clean_name(typed.get("name", "")):
        problems["name"] = "请填写姓名，和证件上一致"
    if len(number) != 18:
        said = f"，您填了{len(number)}位" if number else ""
        problems["number"] = f"请输入18位身份证号码，最后一位可能是X{said}"
    if typed.get("sex") not in {"1", "2"}:
        problems["sex"] = "请选择性别，和证件上一致"
    if not typed.get("ethnicity"):
        problems["ethnicity"] = "请选择民族，和证件上一致"
    if not typed.get("reason"):
        problems["reason"] = "请选择手工录入的原因"
    return problems


def typed_dates(typed: Mapping[str, str]) -> tuple[dict[str, date], dict[str, str]]:
    """Return the dates that can be read, and a sentence for each that cannot; 长期 has no date."""
    dates: dict[str, date] = {}
    problems: dict[str, str] = {}
    for key, (label, example) in _DATES.items():
        if key == "valid_to" and typed.get("long_term"):
            continue
        try:
            dates[key] = _date(typed.get(key, ""))
        except ValueError:
            lasting = key == "valid_to" and typed.get("document", "resident") == "resident"
            also = "；证件上写“长期”的，请勾选长期" if lasting else ""
            problems[key] = f"请填写{label}，例如{example}{also}"
    return dates, problems


def _date(text: str) -> date:
    """Read 2021-03-18, 20210318 or 2021.03.18, in any width. Raises ValueError."""
    digits = halfwidth(text).replace(".", "").replace("/", "")
    if len(digits) != 8:
        raise ValueError("no date of eight digits")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
