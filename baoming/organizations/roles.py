"""One table: which role may do what. Where it may do so is decided by the office's path (R29, mission "Who")."""

from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "operator"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    TEACHER = "teacher"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    def may(self, action: str) -> bool:
        """Whether this role may do `action`; an action nobody has named is nobody's."""
        return self in ACTIONS.get(action, frozenset())


ROLE_NAMES = {
    Role.OPERATOR: "报名点操作员",
    Role.COUNTY: "县（市、区）招考机构",
    Role.CITY: "市（州）招考机构",
    Role.PROVINCE: "省教育考试院",
    Role.TEACHER: "班主任",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})  # 三员: never two in one person
# Which roles work in an office of which level.
LEVELS: dict[str, tuple[Role, ...]] = {
    "site": (Role.OPERATOR, Role.TEACHER),
    "county": (Role.COUNTY,),
    "city": (Role.CITY,),
    "province": (Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
}
# All that decide beyond one site. Given and taken by two persons (T16).
BY_TWO = ADMINISTRATORS | {Role.COUNTY, Role.CITY, Role.PROVINCE}
SECOND_FACTOR = BY_TWO  # who gives a code of an authenticator besides the password; the desk stays quick
# Whose browser is locked, and opened by a PIN, when they leave it; that of others ends (docs/decisions/0019).
AT_DESK = frozenset({Role.OPERATOR, Role.TEACHER, Role.COUNTY})

_SITE = frozenset({Role.OPERATOR})
_COUNTY = frozenset({Role.COUNTY})
_SITE_COUNTY = _SITE | _COUNTY
_SITE_COUNTY_CITY = frozenset({Role.OPERATOR, Role.COUNTY, Role.CITY})
_OFFICES = frozenset({Role.OPERATOR, Role.COUNTY, Role.CITY, Role.PROVINCE})

ACTIONS: dict[str, frozenset[Role]] = {
    "see_calendar": frozenset(Role),
    "own_account": frozenset(Role),  # authenticator, recovery codes, browsers
    "keep_desk": AT_DESK,  # lock it, set a PIN
    "see_candidates": _OFFICES,
    "see_classes": _OFFICES | {Role.TEACHER},  # a teacher: the own classes, as progress only
    "intake": _SITE,  # card, photo, number, slip
    "see_photos": _OFFICES,  # of a class at a glance
    "return_photo": _SITE_COUNTY,
    "review_eligibility": _SITE,  # what another office judges, it judges as a case
    "open_review": _COUNTY,
    "transfer": _COUNTY,
    "undo_decision": _SITE_COUNTY_CITY,
    "see_approvals": _SITE_COUNTY_CITY,  # a site: what its second person confirms
    "answer_transfer": _COUNTY,
    "see_cases": _OFFICES,
    "open_case": _SITE_COUNTY_CITY,
    "act_on_case": _OFFICES,
    "see_case_papers": _OFFICES,  # what was handed in with a case, by every office that it may come to
    "print_sheet": _SITE,
    "sign_sheet": _SITE,
    "open_correction": _SITE,
    "check_household": _SITE,  # the booklet against the address that was chosen
    "see_evidence": _SITE_COUNTY,  # pictures of papers
    "see_alarms": _OFFICES,
    "restore_version": _SITE_COUNTY,  # the site asks, the county decides
    "release_dispute": _SITE_COUNTY,  # as restoring
    "reset_phone": _SITE_COUNTY,  # the site reads the card, somebody else confirms, a day passes
    "send_again": _SITE_COUNTY,  # a message that did not arrive
    "reset_save_password": _SITE_COUNTY,  # the site reads the card, somebody else confirms; neither sees it
    "assess_morals": _SITE_COUNTY,
    "submit": _SITE,
    "take_back": frozenset({Role.OPERATOR, Role.COUNTY, Role.CITY}),  # what the own office has recorded by mistake
    "complete": _COUNTY,
    "reopen": _COUNTY,
    "final_review": frozenset({Role.CITY}),
    "send_upward": frozenset({Role.CITY}),
    "see_upward": frozenset({Role.CITY, Role.PROVINCE}),  # the batches that were sent
    "see_checks": frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),  # with registers of others
    "export_check": frozenset({Role.CITY, Role.PROVINCE}),  # by two persons
    "judge_pairs": frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE}),  # registrations that look like one person's
    "import_roster": _SITE_COUNTY,
    "import_facts": _OFFICES,  # files of other information; which kinds an office may import, the season says
    "open_site": _COUNTY,
    "set_segments": _COUNTY,
    "see_segments": _OFFICES,  # sites and their numbers
    "add_code": frozenset({Role.PROVINCE}),
    "set_clock": frozenset({Role.PROVINCE}),
    "announce": frozenset({Role.COUNTY, Role.PROVINCE}),
    "extend": _OFFICES,  # more time in a phase: who asks for whom, who decides, schedule.extending
    "pause": frozenset({Role.PROVINCE}),
    "see_senders": frozenset({Role.PROVINCE}),  # which sender of SMS sends, since when, why
    "see_staff": _COUNTY | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "manage_staff": _COUNTY | {Role.SYSTEM_ADMIN},  # accounts; a county those of its own sites
    "approve_staff": frozenset({Role.SECURITY_ADMIN}),  # what a system administrator proposes; policies and keys
    "see_audit": frozenset({Role.AUDIT_ADMIN}),  # logs
}
