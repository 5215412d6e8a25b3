"""Who may do what to a special case of which kind, where it stands: written by hand from mission R5, R9, R13, R15,
R20–R27, R31–R32 and domain.md sections 2, 4, 5 and 9 (教学〔2017〕4号 for accommodation).

Each line: kind, where it stands, then the acts of candidate, site, county, city and province; `-` is
none, `w 1` waits with the second office of the chain, `r 1` was given back by it.
"""

PARTIES = ("candidate", "site", "county", "city", "province")

TABLE = """
accommodation      w 0       | withdraw        | forward return withdraw | - | -              | -
accommodation      w 1       | withdraw        | undo withdraw           | - | forward return | -
accommodation      w 2       | withdraw        | withdraw                | - | undo           | grant refuse return
accommodation      r 0       | supply withdraw | supply undo withdraw    | - | -              | -
accommodation      r 1       | supply withdraw | supply withdraw         | - | undo           | -
accommodation      r 2       | supply withdraw | supply withdraw         | - | -              | undo
accommodation      granted   | receive         | receive                 | - | -              | undo
accommodation      refused   | receive         | receive                 | - | -              | undo
accommodation      received  | object          | object                  | - | -              | -
accommodation      objected  | -               | -                       | - | -              | grant refuse return
accommodation      final     | -               | -                       | - | -              | -
accommodation      withdrawn | -               | -                       | - | -              | -

correction         w 0       | withdraw        | forward return withdraw | -              | -                   | -
correction         w 1       | withdraw        | undo withdraw           | forward return | -                   | -
correction         w 2       | withdraw        | withdraw                | undo           | grant refuse return | -
correction         r 0       | supply withdraw | supply undo withdraw    | -              | -                   | -
correction         r 1       | supply withdraw | supply withdraw         | undo           | -                   | -
correction         r 2       | supply withdraw | supply withdraw         | -              | undo                | -
correction         granted   | -               | -                       | -              | -                   | -
correction         refused   | -               | -                       | -              | undo                | -
correction         withdrawn | -               | -                       | -              | -                   | -

fee_exemption      w 0       | withdraw        | forward return withdraw | -                   | - | -
fee_exemption      w 1       | withdraw        | undo withdraw           | grant refuse return | - | -
fee_exemption      r 0       | supply withdraw | supply undo withdraw    | -                   | - | -
fee_exemption      r 1       | supply withdraw | supply withdraw         | undo                | - | -
fee_exemption      granted   | -               | -                       | undo                | - | -
fee_exemption      refused   | -               | -                       | undo                | - | -
fee_exemption      withdrawn | -               | -                       | -                   | - | -

identity_change    w 0       | - | withdraw        | forward return | -                   | -
identity_change    w 1       | - | withdraw        | undo           | grant refuse return | -
identity_change    r 0       | - | supply withdraw | undo           | -                   | -
identity_change    r 1       | - | supply withdraw | -              | undo                | -
identity_change    granted   | - | -               | -              | -                   | -
identity_change    refused   | - | -               | -              | undo                | -
identity_change    withdrawn | - | -               | -              | -                   | -

bonus              w 0       | - | withdraw        | forward return | -              | -
bonus              w 1       | - | withdraw        | undo           | forward return | -
bonus              w 2       | - | withdraw        | -              | undo           | grant refuse return
bonus              r 0       | - | supply withdraw | undo           | -              | -
bonus              r 1       | - | supply withdraw | -              | undo           | -
bonus              r 2       | - | supply withdraw | -              | -              | undo
bonus              granted   | - | -               | -              | -              | undo
bonus              refused   | - | -               | -              | -              | undo
bonus              withdrawn | - | -               | -              | -              | -

special_plan       w 0       | - | withdraw        | forward return | -              | -
special_plan       w 1       | - | withdraw        | undo           | forward return | -
special_plan       w 2       | - | withdraw        | -              | undo           | grant refuse return
special_plan       r 0       | - | supply withdraw | undo           | -              | -
special_plan       r 1       | - | supply withdraw | -              | undo           | -
special_plan       r 2       | - | supply withdraw | -              | -              | undo
special_plan       granted   | - | -               | -              | -              | undo
special_plan       refused   | - | -               | -              | -              | undo
special_plan       withdrawn | - | -               | -              | -              | -

household_mismatch w 0       | - | forward return | withdraw              | - | -
household_mismatch w 1       | - | undo           | grant refuse withdraw | - | -
household_mismatch r 0       | - | undo           | supply withdraw       | - | -
household_mismatch granted   | - | -              | undo                  | - | -
household_mismatch refused   | - | -              | undo                  | - | -
household_mismatch withdrawn | - | -              | -                     | - | -

roll_mismatch      w 0       | - | forward return | -                   | - | withdraw
roll_mismatch      w 1       | - | undo           | grant refuse return | - | withdraw
roll_mismatch      r 0       | - | undo           | -                   | - | supply withdraw
roll_mismatch      r 1       | - | -              | undo                | - | supply withdraw
roll_mismatch      granted   | - | -              | undo                | - | -
roll_mismatch      refused   | - | -              | undo                | - | -
roll_mismatch      withdrawn | - | -              | -                   | - | -

police_mismatch    w 0       | - | forward return | -                   | - | withdraw
police_mismatch    w 1       | - | undo           | grant refuse return | - | withdraw
police_mismatch    r 0       | - | undo           | -                   | - | supply withdraw
police_mismatch    r 1       | - | -              | undo                | - | supply withdraw
police_mismatch    granted   | - | -              | undo                | - | -
police_mismatch    refused   | - | -              | undo                | - | -
police_mismatch    withdrawn | - | -              | -                   | - | -

other_province     w 0       | - | forward return | -                   | - | withdraw
other_province     w 1       | - | undo           | grant refuse return | - | withdraw
other_province     r 0       | - | undo           | -                   | - | supply withdraw
other_province     r 1       | - | -              | undo                | - | supply withdraw
other_province     granted   | - | -              | undo                | - | -
other_province     refused   | - | -              | undo                | - | -
other_province     withdrawn | - | -              | -                   | - | -

duplicate          w 0       | - | - | grant refuse withdraw | - | -
duplicate          granted   | - | - | undo                  | - | -
duplicate          refused   | - | - | undo                  | - | -
duplicate          withdrawn | - | - | -                     | - | -

wrong_photo        w 0       | - | withdraw        | grant refuse return | - | -
wrong_photo        r 0       | - | supply withdraw | undo                | - | -
wrong_photo        granted   | - | -               | -                   | - | -
wrong_photo        refused   | - | -               | undo                | - | -
wrong_photo        withdrawn | - | -               | -                   | - | -

guardian_consent   w 0       | - | grant refuse withdraw | - | - | -
guardian_consent   granted   | - | undo                  | - | - | -
guardian_consent   refused   | - | undo                  | - | - | -
guardian_consent   withdrawn | - | -                     | - | - | -

other_document     w 0       | - | withdraw        | - | grant refuse return | -
other_document     r 0       | - | supply withdraw | - | undo                | -
other_document     granted   | - | -               | - | undo                | -
other_document     refused   | - | -               | - | undo                | -
other_document     withdrawn | - | -               | - | -                   | -
withdrawal         w 0       | withdraw        | forward return withdraw | -                   | - | -
withdrawal         w 1       | withdraw        | undo withdraw           | grant refuse return | - | -
withdrawal         r 0       | supply withdraw | supply undo withdraw    | -                   | - | -
withdrawal         r 1       | supply withdraw | supply withdraw         | undo                | - | -
withdrawal         granted   | -               | -                       | -                   | - | -
withdrawal         refused   | -               | -                       | undo                | - | -
withdrawal         withdrawn | -               | -                       | -                   | - | -

admitted           w 0       | - | withdraw        | grant refuse return | - | -
admitted           r 0       | - | supply withdraw | undo                | - | -
admitted           granted   | - | -               | -                   | - | -
admitted           refused   | - | -               | undo                | - | -
admitted           withdrawn | - | -               | -                   | - | -

deceased           w 0       | - | withdraw        | grant refuse return | - | -
deceased           r 0       | - | supply withdraw | undo                | - | -
deceased           granted   | - | -               | -                   | - | -
deceased           refused   | - | -               | undo                | - | -
deceased           withdrawn | - | -               | -                   | - | -

void_number        w 0       | - | withdraw        | grant refuse return | - | -
void_number        r 0       | - | supply withdraw | undo                | - | -
void_number        granted   | - | -               | -                   | - | -
void_number        refused   | - | -               | undo                | - | -
void_number        withdrawn | - | -               | -                   | - | -
"""
# R23: the county decides; from 2025 on county, city and province review one after the other (issue 6).
MIGRANT = {
    "2023": """
migrant            w 0       | - | withdraw        | grant refuse return | - | -
migrant            r 0       | - | supply withdraw | undo                | - | -
migrant            granted   | - | -               | undo                | - | -
migrant            refused   | - | -               | undo                | - | -
migrant            withdrawn | - | -               | -                   | - | -
""",
    "2025": """
migrant            w 0       | - | withdraw        | forward return | -              | -
migrant            w 1       | - | withdraw        | undo           | forward return | -
migrant            w 2       | - | withdraw        | -              | undo           | grant refuse return
migrant            r 0       | - | supply withdraw | undo           | -              | -
migrant            r 1       | - | supply withdraw | -              | undo           | -
migrant            r 2       | - | supply withdraw | -              | -              | undo
migrant            granted   | - | -               | -              | -              | undo
migrant            refused   | - | -               | -              | -              | undo
migrant            withdrawn | - | -               | -              | -              | -
""",
}

# Whose case it is that the table tells of.
OPENED_BY = {
    "accommodation": "candidate",
    "correction": "candidate",
    "fee_exemption": "candidate",
    "identity_change": "site",
    "bonus": "site",
    "special_plan": "site",
    "household_mismatch": "county",
    "roll_mismatch": "province",
    "police_mismatch": "province",
    "other_province": "province",
    "duplicate": "county",
    "wrong_photo": "site",
    "guardian_consent": "site",
    "withdrawal": "candidate",
    "admitted": "site",
    "deceased": "site",
    "void_number": "site",
    "migrant": "site",
    "other_document": "site",
}
# Who may open one (mission R13, R15, R20–R27; domain.md 9): a candidate's own request is never opened by the county.
OPENERS = {
    "accommodation": {"candidate", "site"},
    "correction": {"candidate", "site"},
    "fee_exemption": {"candidate", "site"},
    "identity_change": {"site"},
    "bonus": {"site"},
    "special_plan": {"site"},
    "household_mismatch": {"county", "city", "province"},
    "roll_mismatch": {"county", "city", "province"},
    "police_mismatch": {"county", "city", "province"},
    "other_province": {"county", "city", "province"},
    "duplicate": {"county", "city", "province"},
    "wrong_photo": {"site", "county"},
    "guardian_consent": {"site"},
    "migrant": {"site"},
    "other_document": {"site"},
    "withdrawal": {"candidate", "site"},
    "admitted": {"site", "county"},
    "deceased": {"site", "county"},
    "void_number": {"site", "county"},
}
# What may be opened when: before the window's end the candidate changes the form alone; afterwards by request (R15).
TIMES = {
    "correction": {"sign_up": False, "confirmation": True, "submission": True, "tickets": False},
    "accommodation": {"sign_up": True, "confirmation": True, "submission": True, "tickets": False},
    "fee_exemption": {"sign_up": True, "confirmation": True, "submission": True, "tickets": False},
    "identity_change": {"sign_up": True, "confirmation": True, "submission": True, "tickets": False},
    "wrong_photo": {"sign_up": True, "confirmation": True, "submission": True, "tickets": True},
}
# Who has no number yet is judged in intake, afterwards one by one (R5, R23, R24).
EARLY = {
    "migrant": {"intake": True, "confirmation": False, "tickets": False},
    "other_document": {"intake": True, "confirmation": False, "tickets": False},
}


def expected(year: str) -> dict[tuple[str, str], dict[str, frozenset[str]]]:
    """Return party → acts, by kind and standing, as of a season, where `OPENED_BY` has opened it."""
    return read(TABLE + MIGRANT[year])


def read(table: str) -> dict[tuple[str, str], dict[str, frozenset[str]]]:
    """Return party → acts, by kind and standing. Several kinds may stand on one line."""
    found: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
    for line in filter(None, table.split("\n")):
        head, *acts = line.split("|")
        kinds, standing = head.split(maxsplit=1)
        answers = [frozenset(cell.split()) - {"-"} for cell in acts]
        for kind in kinds.split(","):
            assert (kind, standing.strip()) not in found
            found[kind, standing.strip()] = dict(zip(PARTIES, answers, strict=True))
    return found
