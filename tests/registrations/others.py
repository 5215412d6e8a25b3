"""Documents of other kinds for tests (R24): numbers that nobody can have."""

from datetime import date
from itertools import count
from typing import Any

from baoming.accounts.models import candidate_handle
from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.identity_numbers import check_character
from baoming.registrations.models import Registration
from baoming.registrations.services import intake

_numbers = count(1)
STATEMENT = "在湘就读的港澳台居民，没有居民身份证"


def numbered(first_17: str) -> str:
    return first_17 + check_character(first_17)


def residence_number(area: str = "819999", *, birth: str = "20050317", sequence: int | None = None) -> str:
    return numbered(f"{area}{birth}{(sequence or next(_numbers)) % 1000:03d}")


def other(kind: Kind, **changes: Any) -> IdentityDocument:
    """A valid document of this kind, another one each time."""
    place = next(_numbers)
    own: dict[Kind, dict[str, Any]] = {
        Kind.HM_PERMIT: {"number": f"H9999{place:04d}"},
        Kind.TW_PERMIT: {"number": f"9999{place:04d}"},
        Kind.RESIDENCE: {
            "number": numbered(f"81999920050317{2 * place % 1000:03d}"), "stated": f"H9999{place:04d}",
            "address": "湖南省长沙市芙蓉区远大二路1238号",
        },
        Kind.FOREIGN: {"number": f"UTO4300050{place:05d}", "nationality": "UTO"},
    }  # fmt: skip
    values: dict[str, Any] = {
        "name": "陈嘉欣", "sex": "2", "ethnicity": "", "birth": date(2005, 3, 17), "address": "",
        "issuer": "中华人民共和国国家移民管理局", "valid_from": date(2021, 3, 18), "valid_to": date(2026, 3, 17),
        "kind": kind, "statement": STATEMENT, **own[kind],
    }  # fmt: skip
    return IdentityDocument(**{**values, **changes})


def given(row: Registration, document: IdentityDocument) -> IdentityDocument:
    """Let somebody who stands anywhere in the journey be one who registered with this document."""
    intake._name(row, document)
    intake._take_over(row, document)
    row.reading, row.reader = "seen", ""
    row.save()
    if row.account is not None:
        row.account.handle = candidate_handle(row.season_id, bytes(row.number_blind))
        row.account.save(update_fields=["handle"])
    return document
