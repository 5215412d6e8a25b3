"""Documents of other kinds at the desk (R24): which one, what was typed of it, and who has no card at all (R25)."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from baoming.registrations.card_readings import CardReading
from baoming.registrations.document_numbers import TITLES, Kind, canonical
from baoming.registrations.document_queries import Accepted, accepted_documents
from baoming.registrations.form_queries import code_sets
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import clean_name
from baoming.web.access import OfficeRequest
from baoming.web.office.cards import read_card, reader_agent, typed_dates

NO_CARD, CHOOSE = "none", "choose"  # what the page of typed entry shows beside the forms
_READABLE = (Kind.RESIDENCE, Kind.FOREIGN)  # their chips say what a resident's does
_SHOWN = (
    "name",
    "sex",
    "ethnicity",
    "birth",
    "address",
    "issuer",
    "valid_from",
    "valid_to",
    "nationality",
    "statement",
)


def asked_document(request: OfficeRequest, typed: Mapping[str, str]) -> Accepted | None:
    """Return the terms of the kind that the page was asked for; None for a resident's card, and for what is none."""
    wanted = typed.get("document", "")
    return next((one for one in accepted_documents(request.season) if one.kind == wanted), None)


def document_choices(request: OfficeRequest) -> list[tuple[str, str]]:
    """Return key and words of what somebody may come with: the resident's card, other documents, nothing."""
    others = [(one.kind.value, one.title) for one in accepted_documents(request.season)]
    return [("", TITLES[Kind.RESIDENT]), *others, (NO_CARD, "还没有二代证")]


def choose(request: OfficeRequest) -> HttpResponse:
    """Which document somebody has brought, and what is done with each."""
    return render(request, "office/desk_choose.html", {"accepted": accepted_documents(request.season)})


def other_form(
    request: OfficeRequest, terms: Accepted, errors: dict[str, str], typed: Mapping[str, str],
    *, file: Registration | None = None,
) -> HttpResponse:  # fmt: skip
    """Answer with the form of one kind; `file`: whose entry is corrected."""
    context = {
        "errors": errors,
        "typed": typed,
        "terms": terms,
        "file": file,
        "documents": document_choices(request),
        "agent": reader_agent() if terms.kind in _READABLE and file is None else "",
        "ethnicities": list(code_sets()["Ethnicity"].labels.items()),
    }
    return render(request, "office/desk_other.html", context, status=422 if errors else 200)


def typed_other(typed: Mapping[str, str], kind: Kind) -> IdentityDocument:
    """Return the document that was typed. Raises Invalid for what is empty or no date; the rest is checked later."""
    dates, problems = typed_dates(typed)
    if problems := {**_asked(typed), **problems}:
        raise Invalid(problems)
    return IdentityDocument(
        name=clean_name(typed.get("name", "")),
        sex=typed["sex"],
        ethnicity=typed.get("ethnicity", ""),
        address=typed.get("address", ""),
        number=typed.get("number", ""),
        issuer=typed.get("issuer", ""),
        birth=dates["birth"],
        valid_from=dates["valid_from"],
        valid_to=dates.get("valid_to"),
        kind=kind,
        nationality=typed.get("nationality", ""),
        stated=typed.get("stated", ""),
        statement=typed.get("statement", "").strip(),
    )


def read_other(typed: Mapping[str, str]) -> CardReading | None:
    """Return what the reader gave, with the statement that was typed; None where nothing was read. Raises Refused."""
    text = typed.get("card", "")
    if not text:
        return None
    reading = read_card(text)
    if reading.document.kind is Kind.RESIDENT:
        raise Refused("读到的是居民身份证，请回到“受理”读卡，不用写情况说明")
    return replace(reading, document=replace(reading.document, statement=typed.get("statement", "").strip()))


def presented(request: OfficeRequest, registration: Registration, which: str) -> CardReading:
    """Return what shows that the person is there: the own card read, or another document seen and its number typed.

    `which`: of which act, in the names of its fields. Raises Refused. The service that uses it compares what it says.
    """
    kind = Kind(registration.document_kind)
    if kind is Kind.RESIDENT or request.POST.get("card"):
        return read_card(request.POST.get("card", ""))
    if not request.POST.get(f"{which}_seen"):
        raise Refused("请先当面核对本人和证件原件，再勾选")
    try:
        number = canonical(kind, request.POST.get(f"{which}_number", ""))
    except ValueError as wrong:
        raise Refused(str(wrong)) from None
    document = replace(document_of(registration), number=number)
    return CardReading(document=document, reader="", read_at=request.clock.now, nonce="")


def as_typed(document: IdentityDocument) -> dict[str, str]:
    """Return a document as its form shows it, to be corrected; numbers, which pages mask, are typed anew.

    That the original was seen is said anew, too.
    """
    card = asdict(document)
    return {key: str(card[key]) for key in _SHOWN if card[key]} | {"document": document.kind}


def facts(document: IdentityDocument) -> dict[str, Any]:
    """Return what the desk shows of a document beside what every card has."""
    country = document.kind is Kind.FOREIGN
    return {"where": ("国籍" if country else "地区", document.region) if document.region else None}


def _asked(typed: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each field that is empty, so that all are told at once."""
    asked = {
        "statement": "请先收下考生的情况说明，再写明它的要点：为什么用这种证件",
        "seen": "请先当面核对证件原件，再勾选",
        "name": "请填写姓名，和证件上一致",
        "number": "请填写证件号码",
    }
    problems = {key: said for key, said in asked.items() if not typed.get(key, "").strip()}
    if typed.get("sex") not in {"1", "2"}:
        problems["sex"] = "请选择性别，和证件上一致"
    if typed.get("ethnicity", "") not in {"", *code_sets()["Ethnicity"].labels}:
        problems["ethnicity"] = "请在列出的民族中选择；证件上没有的不选"
    return problems
