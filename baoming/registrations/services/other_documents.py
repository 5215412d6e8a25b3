"""What the site answers for when somebody registers with another document than a resident's card (R24)."""

from dataclasses import replace

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.registrations.document_numbers import TITLES, Kind, canonical
from baoming.registrations.document_queries import Accepted, terms_of
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.vault.services import keys

MOST = 200  # characters of the statement
Reading = Registration.Reading
_READINGS = {
    (True, True): Reading.CARD, (True, False): Reading.TYPED, (False, True): Reading.CHIP, (False, False): Reading.SEEN,
}  # fmt: skip


def reading_of(person: IdentityDocument, *, reader: str) -> Reading:
    """Return how the document came in. `reader`: empty for typed entry."""
    return _READINGS[person.kind is Kind.RESIDENT, bool(reader)]


def require_handed_in(season: Season, person: IdentityDocument, *, seen: bool) -> Accepted:
    """Return the season's terms of a document of another kind; the site has its original and the statement.

    `seen`: read by the reader, or the site says so. Raises Invalid; Refused for a kind that the season does not take.
    """
    terms = terms_of(season, person.kind)
    if terms is None:
        raise Refused(f"今年不能用{TITLES[person.kind]}报名。请考生改用居民身份证，或联系县（市、区）招考机构")
    problems = {}
    if not person.statement.strip():
        problems["statement"] = "请先收下考生的情况说明，再写明它的要点：为什么用这种证件"
    elif len(person.statement) > MOST:
        problems["statement"] = f"情况说明的要点最多{MOST}字，现在有{len(person.statement)}字"
    if not seen:
        problems["seen"] = "请先当面核对证件原件，再勾选"
    if problems:
        raise Invalid(problems)
    return terms


def require_undecided(registration: Registration) -> None:
    """Raise unless what was entered of a document of another kind can still be corrected: nothing rests on it yet."""
    if registration.document_kind == Kind.RESIDENT:
        raise Refused("这份档案是凭居民身份证打开的，不能改成其他证件。请报县（市、区）招考机构处理")
    if registration.reading == Reading.CHIP:
        raise Refused("证件信息是读卡读出的，不能手工改录。姓名或证件号码有变更的，按信息变更办理")
    if registration.approval_since is not None:
        raise NotOpen(f"已经报{PARTY_NAMES[Party(registration.decider)]}审批。要更正证件信息，请先撤回")
    if "eligibility" in registration.done_steps:
        raise NotOpen("报考资格已经按这些证件信息审核通过。要更正的，请先撤销通过，或按信息变更办理")


def stated_as_before(document: IdentityDocument, old: IdentityDocument) -> IdentityDocument:
    """Return what was typed with the other number as it stands: pages do not show it, so it comes back empty.

    Only while it is the same document: of another kind or number nothing is known.
    """
    if document.stated.strip() or document.kind is not old.kind:
        return document
    try:
        same = canonical(document.kind, document.number) == old.number
    except ValueError:
        return document
    return replace(document, stated=old.stated) if same else document


def beyond_chip(read: IdentityDocument, old: IdentityDocument) -> IdentityDocument:
    """Return what a chip says with what no chip of its kind holds as it was typed: a foreigner's has no address."""
    kept = replace(read, ethnicity=old.ethnicity, statement=old.statement)
    return replace(kept, address=old.address, stated=old.stated) if read.kind is Kind.FOREIGN else kept


def name_document(registration: Registration, person: IdentityDocument) -> None:
    """Write the kind, and the blind index of the number that the person has over several documents."""
    registration.document_kind = person.kind
    blind = keys().blind
    season, number = registration.season_id, person.lifelong
    registration.lifelong_blind = blind(number, purpose="id", season=season) if number else None
