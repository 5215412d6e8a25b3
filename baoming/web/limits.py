"""Which limits guard each route (A8): for whoever is not signed in, and for whatever writes.

The one table of them: the middleware (limiting.py) applies what bounds the amount of work, the door (door.py) stands
before what hashes for people outside, the services take the tries named here, docs/security/limits.md is printed from
it, and a test asks every route of both portals whether it is true.

A route is named as in its URL table; what has no name, by its address.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from baoming.accounts import throttling
from baoming.accounts.throttling import Limit


@dataclass(frozen=True, slots=True)
class Work:
    """A bucket in the process's memory, of whom limiting.py finds: account, desk, known browser, network address."""

    name: str
    limit: Limit
    why: str


@dataclass(frozen=True, slots=True)
class Tries:
    """A row of the database, taken from by a service. `key`: how the row's key begins; `of`: whose the bucket is."""

    key: str
    of: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Guard:
    """`reads`, `writes`: for GET and for what writes. `hashes`: for people outside, so behind the door."""

    reads: Work | None = None
    writes: Work | None = None
    tries: tuple[Tries, ...] = ()
    hashes: bool = False


# A school is 60 PCs behind one address, and at the opening each is asked once a second: 3,600 a minute of browsers that
# are all new. The figures bear two such schools, or one and its town. A bucket costs a microsecond: what they guard is
# the drawing of pages; what is dear, hashing, has the door.
PAGES = Work("pages", Limit(7200, 60), "a page that anybody opens; two schools of 60 PCs at one a second each")
KNOCKS = Work("knocks", Limit(3600, 60), "a form that anybody sends; a school of 60 PCs at one a second each")
PAPERS = Work("papers", Limit(120, 60), "a paper made for anybody; some 50 ms of a core each")
ACTS = Work("acts", Limit(300, 60), "an act of somebody signed in: five a second are no person's")
NOTICES = Work(
    "notices", Limit(6000, 60), "the cashier's notices and SMS receipts; what is refused comes again by its schedule"
)
WORK = (PAGES, KNOCKS, PAPERS, ACTS, NOTICES)

AT = Tries("at", "network address, of browsers that are new to the account", throttling.SIGN_IN_ADDRESS)
IN = Tries("in", "account, for browsers that are new to it", throttling.SIGN_IN_UNKNOWN_DEVICE)
OWN = Tries("own", "account and browser that has signed in to it", throttling.SIGN_IN_OWN_DEVICE)
SAVE = Tries("save", "account, for browsers that are new to it", throttling.SIGN_IN_UNKNOWN_DEVICE)
SAVE_OWN = Tries("save-own", "account and browser that has signed in to it", throttling.SIGN_IN_OWN_DEVICE)
HAND_IN = (
    Tries("hand-in-at", "network address", throttling.HAND_IN_ADDRESS),
    Tries("hand-in-picture", "code for a photo", throttling.HAND_IN_PICTURES),
)
CLAIM = Tries("claim-at", "network address", throttling.CLAIM_ADDRESS)
ACTIVATE = Tries("activate", "network address", throttling.CLAIM_ADDRESS)
RECOVER = Tries("recover-at", "network address", throttling.RECOVERY_ADDRESS)
FACTOR = Tries(
    "factor", "account and browser that has given a code; all other browsers together", throttling.SECOND_FACTOR
)
RECOVERY_CODE = Tries("recovery-at", "network address", throttling.CLAIM_ADDRESS)
PERSON_CHECK = Tries("person-check", "registration", throttling.PERSON_CHECK)
SMS = (
    *(Tries(f"sms:{limit.seconds}", "telephone number", limit) for limit in throttling.SMS),
    Tries("sms-by", "registration", throttling.SMS_PERSON),
    Tries("sms-at", "network address", throttling.SMS_ADDRESS),
)
SIGN_IN, SAVING = (AT, IN, OWN), (SAVE, SAVE_OWN)

_OPEN_PAGE = Guard(reads=PAGES)
_OPEN_FORM = Guard(reads=PAGES, writes=KNOCKS)
_OPEN_ACT = Guard(writes=KNOCKS)
_ACT = Guard(writes=ACTS)


def _each(portal: str, names: str, guard: Guard) -> dict[str, Guard]:
    return {f"{portal}:{name}": guard for name in names.split()}


GUARDS: dict[str, Guard] = {
    "healthz": _OPEN_PAGE,
    "notices/wechat": Guard(writes=NOTICES),
    "notices/sms": Guard(writes=NOTICES),
    **_each("candidate", "home sites no_card sheet announcements announcement", _OPEN_PAGE),
    **_each("candidate", "manifest worker offline help install", _OPEN_PAGE),
    **_each("candidate", "care sign_out", _OPEN_ACT),
    "candidate:review_form": Guard(PAGES, PAPERS),
    **_each("candidate", "review_form_blank paper_draft", Guard(reads=PAPERS)),
    "candidate:sign_in": Guard(PAGES, KNOCKS, SIGN_IN, hashes=True),
    "candidate:claim": Guard(PAGES, KNOCKS, (CLAIM,)),
    "candidate:hand_in": Guard(PAGES, KNOCKS, HAND_IN),
    "candidate:hand_in_picture": _OPEN_PAGE,
    "candidate:forgot_login": Guard(PAGES, KNOCKS, (RECOVER,), hashes=True),
    **_each("candidate", "fee fee_ask browsers messages name passwords pledge form_page household", _ACT),
    **_each("candidate", "request_new request_act", Guard(writes=ACTS, tries=SAVING)),
    "candidate:declarations": Guard(writes=ACTS, tries=SAVING),
    "candidate:person_check": Guard(writes=ACTS, tries=(PERSON_CHECK,)),
    "candidate:phone": Guard(writes=ACTS, tries=SMS),
    "candidate:phone_change": Guard(writes=ACTS, tries=(*SMS, *SAVING)),
    "candidate:phone_site": Guard(writes=ACTS, tries=(*SMS, *SAVING)),
    "candidate:form_save": Guard(writes=ACTS, tries=SAVING),
    "candidate:form_forgot": Guard(writes=ACTS, tries=(*SMS, *SIGN_IN)),
    "candidate:changes": Guard(writes=ACTS, tries=(*SMS, *SAVING, *SIGN_IN)),
    "office:sign_in": Guard(PAGES, KNOCKS, SIGN_IN, hashes=True),
    "office:activate": Guard(PAGES, KNOCKS, (ACTIVATE,), hashes=True),
    "office:second_step": Guard(PAGES, KNOCKS, (FACTOR, RECOVERY_CODE)),
    "office:authenticator": _OPEN_FORM,
    "office:sign_out": _OPEN_ACT,
    "office:account_pin": Guard(writes=ACTS, tries=SIGN_IN),
    "office:account_codes": Guard(writes=ACTS, tries=(FACTOR,)),
    **_each(
        "office", "lock unlock account_browsers staff staff_act staff_answer audit audit_export audit_verify", _ACT
    ),
    **_each(
        "office",
        "find desk_card desk_typing desk_reread desk_check desk_review desk_photo desk_pass desk_number desk_slip",
        _ACT,
    ),
    **_each(
        "office",
        "retake keep_photo confirm_person sheet signature correction moral completion reopening",
        _ACT,
    ),
    **_each("office", "final_review save_reset phone_reset restore dispute decide review_time transfer", _ACT),
    "office:desk_absent": Guard(writes=ACTS, tries=(Tries("hand-in", "registration", throttling.HAND_INS), *SMS[:-2])),
    "office:send_again": Guard(writes=ACTS, tries=SMS[:-2]),
    "office:household": _ACT,
    **_each("office", "undo approvals_answer submission take_back case_new case_act case_notice", _ACT),
    **_each("office", "paper_drafts prints_scans prints_scans_confirm prints_scans_drop prints_signatures_print", _ACT),
    **_each("office", "desk_name overflows upward checks alikes", _ACT),
    **_each("office", "classes_all classes_act classes_batch_undo rosters rosters_take", _ACT),
    **_each("office", "imports imports_bad imports_apply imports_undo", _ACT),
    **_each("office", "open_site announcements withdraw_announcement codes clock pause extensions", _ACT),
    **_each("office", "segments_plan segments_new segments_extend segments_return segments_split", _ACT),
    **_each("office", "segments_reassign segments_stop", _ACT),
}


def behind_the_door(portal: str) -> Iterator[str]:
    """Yield the routes of a portal at which it hashes for people outside."""
    return (route for route, guard in GUARDS.items() if guard.hashes and route.startswith(f"{portal}:"))
